"""Figures of a run: ROC, precision-recall, calibration, confusion and the course of training."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn import metrics
from sklearn.calibration import calibration_curve

from training.evaluation import DatasetResult

matplotlib.use("Agg")


def figures(
    results: Mapping[str, DatasetResult], history: Sequence[Mapping[str, float]]
) -> dict[str, Figure]:
    """All figures of a run by file name."""
    drawn = {
        "roc.png": _roc(results),
        "precision_recall.png": _precision_recall(results),
        "calibration.png": _calibration(results),
        "confusion.png": _confusion(results),
    }
    if len(history) > 1:
        drawn["history.png"] = _history(history)
    return drawn


@contextmanager
def _square(figure: Figure, *, x: str, y: str, title: str) -> Iterator[Axes]:
    axes = figure.add_subplot()
    axes.set(xlabel=x, ylabel=y, title=title, xlim=(0, 1), ylim=(0, 1.01), aspect="equal")
    axes.grid(alpha=0.3)
    yield axes
    axes.legend(loc="lower right", fontsize="small")


def _roc(results: Mapping[str, DatasetResult]) -> Figure:
    figure = Figure(figsize=(6, 6), layout="constrained")
    with _square(figure, x="false positive rate", y="true positive rate", title="ROC (test rows)") as axes:
        for name, result in results.items():
            false, true, _ = metrics.roc_curve(result.labels, result.probabilities)
            axes.plot(false, true, label=f"{name}, AUC {result.scores.roc_auc:.3f}")
        axes.plot([0, 1], [0, 1], color="grey", linestyle=":", label="chance")
    return figure


def _precision_recall(results: Mapping[str, DatasetResult]) -> Figure:
    figure = Figure(figsize=(6, 6), layout="constrained")
    title = "Precision and recall of positive (test rows)"
    with _square(figure, x="recall", y="precision", title=title) as axes:
        for name, result in results.items():
            precision, recall, _ = metrics.precision_recall_curve(result.labels, result.probabilities)
            average = metrics.average_precision_score(result.labels, result.probabilities)
            axes.plot(recall, precision, label=f"{name}, AP {average:.3f}")
    return figure


def _calibration(results: Mapping[str, DatasetResult]) -> Figure:
    figure = Figure(figsize=(6, 6), layout="constrained")
    with _square(
        figure, x="mean predicted P(positive)", y="share of positive", title="Calibration (test rows)"
    ) as axes:
        for number, (name, result) in enumerate(results.items()):
            for probabilities, style, when, error in (
                (result.uncalibrated, ":", "before", result.calibration_error_before),
                (result.probabilities, "-", "after", result.scores.calibration_error),
            ):
                share, mean = calibration_curve(result.labels, probabilities, n_bins=10, strategy="quantile")
                axes.plot(
                    mean,
                    share,
                    style,
                    marker=".",
                    color=f"C{number}",
                    label=f"{name} {when}, ECE {error:.3f}",
                )
        axes.plot([0, 1], [0, 1], color="grey", linestyle="--", label="perfect")
    return figure


def _confusion(results: Mapping[str, DatasetResult]) -> Figure:
    figure = Figure(figsize=(3.2 * len(results), 3.4), layout="constrained")
    for axes, (name, result) in zip(
        np.atleast_1d(figure.subplots(1, len(results))), results.items(), strict=True
    ):
        matrix = metrics.confusion_matrix(result.labels, result.probabilities >= 0.5, labels=[0, 1])
        display = metrics.ConfusionMatrixDisplay(matrix, display_labels=["negative", "positive"])
        display.plot(ax=axes, cmap="Blues", colorbar=False, values_format=",d")
        axes.set(title=name, xlabel="predicted", ylabel="label")
    return figure


def _history(history: Sequence[Mapping[str, float]]) -> Figure:
    figure = Figure(figsize=(8, 4), layout="constrained")
    epochs = range(1, len(history) + 1)
    for axes, metric in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for prefix, label in (("", "training"), ("val_", "validation")):
            axes.plot(epochs, [epoch[prefix + metric] for epoch in history], marker="o", label=label)
        axes.set(xlabel="epoch", ylabel=metric, xticks=list(epochs))
        axes.grid(alpha=0.3)
        axes.legend()
    figure.suptitle("Course of training")
    return figure

"""Figures of a run: ROC, precision-recall, calibration, confusion and the course of training."""

import math
from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
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


def unit_square(axes: Axes, *, x: str, y: str, title: str) -> None:
    """A square panel for two shares, each from 0 to 1."""
    axes.set(xlabel=x, ylabel=y, title=title, xlim=(0, 1), ylim=(0, 1.01), aspect="equal")
    axes.grid(alpha=0.3)


def panels(count: int, *, height: float) -> tuple[Figure, list[Axes]]:
    """A figure of so many panels, three to a row, each so many inches high."""
    columns = min(count, 3)
    rows = math.ceil(count / columns)
    figure = Figure(
        figsize=(4 * columns, height * rows), layout=ConstrainedLayoutEngine(h_pad=0.12, w_pad=0.08)
    )
    made = list(np.atleast_1d(figure.subplots(rows, columns)).flat)
    for empty in made[count:]:
        empty.remove()
    return figure, made[:count]


def confusion(axes: Axes, matrix: npt.NDArray[np.int64], *, title: str) -> None:
    """Draw a (2, 2) table of counts, label by prediction; colours are shares of the label's rows."""
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (label, predicted), count in np.ndenumerate(matrix):
        share = shares[label, predicted]
        colour = "white" if share > 0.5 else "black"
        axes.text(predicted, label, f"{count:,}\n{share:.1%}", ha="center", va="center", color=colour)
    names = ["negative", "positive"]
    axes.set(title=title, xlabel="predicted", ylabel="label", xticks=[0, 1], yticks=[0, 1])
    axes.set_xticklabels(names)
    axes.set_yticklabels(names, rotation=90, va="center")


def _roc(results: Mapping[str, DatasetResult]) -> Figure:
    figure = Figure(figsize=(6, 6), layout="constrained")
    axes = figure.add_subplot()
    unit_square(axes, x="false positive rate", y="true positive rate", title="ROC (test rows)")
    for name, result in results.items():
        false, true, _ = metrics.roc_curve(result.labels, result.probabilities)
        axes.plot(false, true, label=f"{name}, AUC {result.scores.roc_auc:.3f}")
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":", label="chance")
    axes.legend(loc="lower right", fontsize="small")
    return figure


def _precision_recall(results: Mapping[str, DatasetResult]) -> Figure:
    figure = Figure(figsize=(6, 6), layout="constrained")
    axes = figure.add_subplot()
    unit_square(axes, x="recall", y="precision", title="Precision and recall of positive (test rows)")
    for name, result in results.items():
        precision, recall, _ = metrics.precision_recall_curve(result.labels, result.probabilities)
        average = metrics.average_precision_score(result.labels, result.probabilities)
        axes.plot(recall, precision, label=f"{name}, AP {average:.3f}")
    axes.legend(loc="lower left", fontsize="small")
    return figure


def _calibration(results: Mapping[str, DatasetResult]) -> Figure:
    figure, each = panels(len(results), height=4.2)
    for axes, (name, result) in zip(each, results.items(), strict=True):
        unit_square(axes, x="mean predicted P(positive)", y="share of positive", title=name)
        axes.plot([0, 1], [0, 1], color="grey", linestyle="--")
        for probabilities, style, when, error in (
            (result.uncalibrated, "C1:", "before", result.calibration_error_before),
            (result.probabilities, "C0-", "after", result.scores.calibration_error),
        ):
            share, mean = calibration_curve(result.labels, probabilities, n_bins=10, strategy="quantile")
            axes.plot(mean, share, style, marker=".", label=f"{when}: ECE {error:.3f}")
        axes.legend(loc="upper left", fontsize="small")
    figure.suptitle("Calibration (test rows, ten bins of equal size)")
    return figure


def _confusion(results: Mapping[str, DatasetResult]) -> Figure:
    figure, each = panels(len(results), height=3.6)
    for axes, (name, result) in zip(each, results.items(), strict=True):
        matrix = metrics.confusion_matrix(result.labels, result.probabilities >= 0.5, labels=[0, 1])
        confusion(axes, matrix, title=name)
    figure.suptitle("Confusion (test rows; share of the label's rows)")
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

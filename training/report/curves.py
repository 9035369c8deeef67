"""ROC, precision and recall, reliability, and accuracy against coverage: a panel each data set."""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from training.assessment.record import Assessment, OnDataSet
from training.plots import panels, unit_square
from training.report.findings import Findings
from training.report.palette import Look

FEWEST_ANSWERS = 30
LEGEND_COLUMNS = 3
LEGEND_ROW = 0.24
"""Inches."""


def roc(findings: Findings) -> Figure:
    """Every candidate's ROC curve."""
    figure, each = _figure(findings, "ROC (test rows; positive is the class that is found)")
    for axes, name, shown in each:
        unit_square(axes, x="false positive rate", y="true positive rate", title=name)
        _lines(axes, findings.looks, {who: one.roc for who, one in shown.items()})
        axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    return figure


def precision_recall(findings: Findings) -> Figure:
    """Every candidate's precision and recall of the positive class; in grey the share of positives."""
    figure, each = _figure(findings, "Precision and recall of positive (test rows; grey: share of positive)")
    for axes, name, shown in each:
        unit_square(axes, x="recall", y="precision", title=name)
        _lines(axes, findings.looks, {who: one.precision_recall for who, one in shown.items()})
        axes.axhline(next(iter(shown.values())).positive_share, color="grey", linewidth=0.8)
    return figure


def reliability(findings: Findings) -> Figure:
    """Accuracy against confidence, and below it how many rows the selected candidate is so sure about."""
    figure, each = _figure(findings, "Reliability (test rows; on the grey line, confidence is what it says)")
    for axes, name, shown in each:
        axes.set(xlabel="confidence", ylabel="accuracy", title=name, xlim=(0.49, 1.01), ylim=(0, 1.02))
        axes.plot([0.5, 1], [0.5, 1], color="grey", linewidth=0.8)
        axes.grid(alpha=0.3)
        _bins(axes, findings.looks, shown)
        if findings.selected in shown:
            _rows(axes, shown[findings.selected])
    return figure


def coverage(findings: Findings) -> Figure:
    """Accuracy among the surest answers, against the share of rows that are answered."""
    figure, each = _figure(findings, "Accuracy when only the surest answers are given (test rows)")
    for axes, name, shown in each:
        axes.set(xlabel="share of rows answered", ylabel="accuracy among them", title=name, xlim=(0, 1.01))
        for format_of in (axes.xaxis, axes.yaxis):
            format_of.set_major_formatter(PercentFormatter(1, decimals=None))
        axes.grid(alpha=0.3)
        # Among a handful of answers the accuracy says nothing and only stretches the axis.
        told = {
            who: [point for point in one.coverage if point[0] * one.rows >= FEWEST_ANSWERS]
            for who, one in shown.items()
        }
        _lines(axes, findings.looks, {who: points or shown[who].coverage for who, points in told.items()})
        axes.set_ylim(top=1.005)
    return figure


def legend(figure: Figure, axes: Iterable[Axes]) -> None:
    """One legend below all panels."""
    named: dict[str, Artist] = {}
    for panel in axes:
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True):
            named.setdefault(str(label), handle)
    figure.legend(
        list(named.values()), list(named), loc="outside lower center", ncols=LEGEND_COLUMNS, frameon=False
    )


def _figure(
    findings: Findings, title: str
) -> tuple[Figure, Iterable[tuple[Axes, str, Mapping[str, OnDataSet]]]]:
    names = findings.datasets
    figure, each = panels(len(names), height=3.9)
    rows = math.ceil(len(findings.assessments) / LEGEND_COLUMNS)
    figure.set_size_inches(max(figure.get_figwidth(), 7.5), figure.get_figheight() + LEGEND_ROW * rows + 0.4)
    figure.suptitle(title)
    return figure, _panels_of(figure, each, names, findings.assessments)


def _panels_of(
    figure: Figure, each: Sequence[Axes], names: Sequence[str], assessments: Sequence[Assessment]
) -> Iterable[tuple[Axes, str, Mapping[str, OnDataSet]]]:
    """The panels one by one, and the legend once all are drawn."""
    for axes, name in zip(each, names, strict=True):
        yield axes, name, {one.candidate: one.sets[name] for one in assessments if name in one.sets}
    legend(figure, each)


def _lines(
    axes: Axes, looks: Mapping[str, Look], curves: Mapping[str, Sequence[tuple[float, float]]]
) -> None:
    for name, points in curves.items():
        look = looks[name]
        across, up = zip(*points, strict=True)
        axes.plot(
            across,
            up,
            color=look.colour,
            linestyle=look.dashes,
            linewidth=look.width,
            zorder=look.layer,
            label=name,
        )


def _bins(axes: Axes, looks: Mapping[str, Look], shown: Mapping[str, OnDataSet]) -> None:
    for name, one in shown.items():
        look = looks[name]
        filled = [bin_ for bin_ in one.reliability if bin_.rows]
        axes.plot(
            [bin_.confidence for bin_ in filled],
            [bin_.accuracy for bin_ in filled],
            color=look.colour,
            linestyle=look.dashes,
            linewidth=look.width,
            marker=look.marker,
            markersize=4 + look.bold,
            zorder=look.layer,
            label=name,
        )


def _rows(axes: Axes, one: OnDataSet) -> None:
    """Bars at the foot of the panel, at most a fifth of it high, with the number of rows on the highest."""
    filled = [bin_ for bin_ in one.reliability if bin_.rows]
    counts = np.array([bin_.rows for bin_ in filled])
    places = [bin_.confidence for bin_ in filled]
    axes.bar(places, 0.2 * counts / counts.max(), width=0.02, color="#999999", alpha=0.6, zorder=1)
    highest = int(counts.argmax())
    axes.annotate(
        f"{counts[highest]:,} rows",
        (places[highest], 0.2),
        xytext=(0, 2),
        textcoords="offset points",
        ha="right" if places[highest] > 0.9 else "center",
        fontsize="small",
        color="#555555",
    )

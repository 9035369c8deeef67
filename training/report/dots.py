"""Accuracy on slices, a dot and its interval for each candidate."""

import math

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from training.report.curves import LEGEND_COLUMNS, LEGEND_ROW, legend
from training.report.findings import Findings

ROW = 0.075
"""Inches between the dots of one slice."""


def slices(findings: Findings) -> Figure:
    """Slices in the order of the selected candidate's record, with the number of rows behind each name."""
    names = {one.name: one.rows for one in findings.best.slices}
    candidates = findings.assessments
    band = max(0.26, ROW * (len(candidates) + 2))
    height = band * len(names) + LEGEND_ROW * math.ceil(len(candidates) / LEGEND_COLUMNS) + 1.3
    figure = Figure(figsize=(10, height), layout="constrained")
    axes = figure.add_subplot()
    for place, one in enumerate(candidates):
        look = findings.looks[one.candidate]
        found = {on.name: on.accuracy for on in one.slices if on.name in names}
        offset = (place - (len(candidates) - 1) / 2) / (len(candidates) + 2)
        heights = [number + offset for number, name in enumerate(names) if name in found]
        estimates = [found[name] for name in names if name in found]
        if not estimates:
            continue
        axes.hlines(
            heights,
            [estimate.low for estimate in estimates],
            [estimate.high for estimate in estimates],
            color=look.colour,
            linewidth=look.width,
            alpha=1.0 if look.bold else 0.6,
        )
        axes.plot(
            [estimate.value for estimate in estimates],
            heights,
            linestyle="none",
            marker=look.marker,
            markersize=5.5 if look.bold else 4,
            color=look.colour,
            zorder=look.layer,
            label=one.candidate,
        )
    for number in range(1, len(names)):
        axes.axhline(number - 0.5, color="#dddddd", linewidth=0.7, zorder=0)
    axes.set_yticks(range(len(names)), [f"{name} ({rows:,})" for name, rows in names.items()])
    axes.set(
        ylim=(len(names) - 0.5, -0.5),
        xlabel="accuracy (95 % interval)",
        ylabel="slice of all test rows (rows)",
        title="Accuracy on slices (test rows)",
    )
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=None))
    axes.grid(axis="x", alpha=0.3)
    legend(figure, [axes])
    return figure

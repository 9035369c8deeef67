"""What accuracy costs: time, size and rows to learn from."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from training.assessment.kept import usual_latency
from training.learning_curve.points import LearningPoint
from training.report.curves import LEGEND_COLUMNS, legend
from training.report.figures import mean_accuracy, megabytes
from training.report.findings import Findings
from training.report.palette import looks

SMALLEST_DOT, LARGEST_DOT = 40.0, 900.0
"""Points squared; the area goes with the size of the file."""


def accuracy_against_latency(findings: Findings) -> Figure:
    """A dot each candidate, as large as its file."""
    figure = Figure(figsize=(9, 5.2), layout="constrained")
    axes = figure.add_subplot()
    sizes = {one.candidate: megabytes(one) for one in findings.assessments}
    for one in findings.assessments:
        look = findings.looks[one.candidate]
        area = max(LARGEST_DOT * sizes[one.candidate] / max(sizes.values()), SMALLEST_DOT)
        axes.scatter(
            usual_latency(one).p50,
            mean_accuracy(one),
            s=area,
            color=look.colour,
            alpha=0.75,
            edgecolor="black",
            linewidth=2 if look.bold else 0.6,
            label=f"{one.candidate}, {sizes[one.candidate]:.1f} MB",
            zorder=look.layer,
        )
    _ends(axes, findings)
    tokens = usual_latency(findings.best).tokens
    axes.set(
        xlabel=f"one text of {tokens} tokens to its probability, one thread, median (ms, log scale)",
        ylabel="mean accuracy over the tweet sets (test rows)",
        title="Accuracy against latency (area of a dot: size of the file; black rim: selected)",
    )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(alpha=0.3)
    made = figure.legend(loc="outside lower center", ncols=LEGEND_COLUMNS, frameon=False)
    for handle in made.legend_handles:
        if isinstance(handle, PathCollection):
            handle.set_sizes([SMALLEST_DOT * 1.5])
    return figure


def learning_curve(points: Sequence[LearningPoint], *, candidates: Sequence[str], selected: str) -> Figure:
    """Mean test accuracy over the data sets against the rows trained on, with 95 % binomial intervals."""
    figure = Figure(figsize=(9, 5.2), layout="constrained")
    axes = figure.add_subplot()
    learners = sorted({point.candidate for point in points} - set(candidates))
    styles = looks([*candidates, *learners], selected=selected)
    for name, look in styles.items():
        own = sorted((one for one in points if one.candidate == name), key=lambda one: one.train_rows)
        if not own:
            continue
        rows = [one.train_rows for one in own]
        means = np.array([one.mean_accuracy for one in own])
        errors = np.array([one.standard_error for one in own])
        axes.fill_between(
            rows, means - 1.96 * errors, means + 1.96 * errors, color=look.colour, alpha=0.12, linewidth=0
        )
        axes.plot(
            rows,
            means,
            color=look.colour,
            linestyle=look.dashes,
            marker=look.marker,
            linewidth=look.width,
            zorder=look.layer,
            label=name,
        )
    axes.set_xscale("log")
    axes.set_xticks(sorted({point.train_rows for point in points}))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set(
        xlabel="training rows (log scale)",
        ylabel="mean accuracy over the data sets (test rows)",
        title="Learning curve: the same test rows throughout (band: 95 % interval)",
    )
    axes.grid(alpha=0.3)
    legend(figure, [axes])
    return figure


def _ends(axes: Axes, findings: Findings) -> None:
    """Room around the dots, also for a single one."""
    times = [usual_latency(one).p50 for one in findings.assessments]
    axes.set_xlim(min(times) / 2, max(times) * 2)
    heights = [mean_accuracy(one) for one in findings.assessments]
    room = max(0.15 * (max(heights) - min(heights)), 0.005)
    axes.set_ylim(min(heights) - room, max(heights) + room)

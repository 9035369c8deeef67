"""Counts and comparisons in squares: confusion, and candidates against each other."""

import numpy as np
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure

from training.plots import confusion, panels
from training.report.findings import Findings
from training.report.paired import differences


def confusions(findings: Findings) -> Figure:
    """The selected candidate's confusion on each data set."""
    sets = findings.best.sets
    figure, each = panels(len(sets), height=3.6)
    for axes, name in zip(each, sorted(sets), strict=True):
        matrix = np.array(sets[name].confusion, dtype=np.int64).reshape(2, 2)
        confusion(axes, matrix, title=name)
    figure.set_figwidth(max(figure.get_figwidth(), 6))
    figure.suptitle(f"Confusion of {findings.selected} (test rows; share of the label's rows)")
    return figure


def candidates_against_each_other(findings: Findings) -> Figure:
    """Difference of accuracy of row and column on the same test rows, and McNemar's exact p."""
    names = [one.candidate for one in findings.assessments if one.candidate in findings.predictions]
    found = differences({name: findings.predictions[name] for name in names})
    points = np.array([[100 * found[row, column].points for column in names] for row in names])
    figure = Figure(
        figsize=(max(3.2 + 0.95 * len(names), 6.5), 2.2 + 0.62 * len(names)), layout="constrained"
    )
    axes = figure.add_subplot()
    most = max(float(np.abs(points).max()), 0.1)
    axes.imshow(points, cmap="PuOr", norm=TwoSlopeNorm(0, -most, most), alpha=0.5, aspect="auto")
    for row, column in np.ndindex(points.shape):
        if row == column:
            said = "–"
        else:
            p = found[names[row], names[column]].p
            said = f"{points[row, column]:+.1f}\n{'p < 0.001' if p < 0.001 else f'p = {p:.3f}'}"
        weight = "bold" if row != column and found[names[row], names[column]].p < 0.05 else "normal"
        axes.text(column, row, said, ha="center", va="center", fontsize=8, fontweight=weight)
    axes.set_xticks(range(len(names)), names, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="against", ylabel="candidate")
    axes.set_title(
        "Points of accuracy more than the other, all tweet test rows\n(exact McNemar test; bold: p < 0.05)"
    )
    return figure

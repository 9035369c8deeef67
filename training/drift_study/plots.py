"""Three pictures: false alarms over time, delays, and the evidence of a few streams."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from training.drift_study.methods import OURS, Verdicts
from training.drift_study.outcomes import Outcome
from training.drift_study.report import QUANTILES
from training.drift_study.running import Finding
from training.drift_study.scenario import Scenario
from training.drift_study.streams import DAY, Stream

COLOURS = {
    OURS: "#0072b2",
    "PSI > 0.1": "#e69f00",
    "PSI > 0.2": "#d55e00",
    "KS p < 0.05": "#009e73",
    "Wasserstein > 0.1": "#cc79a7",
}
"""Told apart also by people who do not see all colours (Okabe and Ito, 2008)."""

LEVELS = (0.0, 3.0)
NEVER = 200_000.0
"""Where "never" stands on the axis of tweets."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """One stream of a scenario, and what each method said along it."""

    scenario: Scenario
    stream: Stream
    verdicts: dict[str, Verdicts]


def false_alarms(findings: Sequence[Finding]) -> Figure:
    """Share of streams without any drift that have had a false alarm, over the days since deployment."""
    shown = [finding for finding in findings if finding.scenario.kind == "null"]
    figure = Figure(figsize=(11, 1 + 3.6 * ((len(shown) + 1) // 2)), layout="constrained")
    panels = figure.subplots((len(shown) + 1) // 2, 2, squeeze=False, sharey=True)
    for axes, finding in zip(panels.flat, shown, strict=False):
        for outcome in finding.outcomes:
            _first_alarms(axes, outcome)
        axes.set(title=_wrapped(finding.scenario.title), xlabel="days since deployment", ylim=(-0.02, 1.05))
        axes.axhline(0.01, color="grey", linestyle=":", linewidth=1)
        axes.set_xscale("symlog", linthresh=1)
        days = max(outcome.hours for outcome in finding.outcomes) / DAY
        axes.set_xlim(0, days)
        axes.set_xticks([tick for tick in (0, 0.25, 0.5, 1, 2, 5, 10, 20, 50) if tick < days])
        axes.minorticks_off()
        axes.xaxis.set_major_formatter(FuncFormatter(lambda days, _: f"{days:g}"))
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.grid(alpha=0.3)
    for axes in panels[:, 0]:
        axes.set_ylabel("streams with a false alarm")
    for empty in panels.flat[len(shown) :]:
        empty.remove()
    _legend(figure, panels.flat[0])
    return figure


def delays(findings: Sequence[Finding]) -> Figure:
    """Tweets until the alarm: from the change, or where nothing changes, from the start."""
    figure = Figure(figsize=(11, 1.5 + 0.6 * len(findings)), layout="constrained")
    axes = figure.subplots()
    for row, finding in enumerate(findings):
        for place, outcome in enumerate(finding.outcomes):
            height = row + 0.3 * (place / max(len(finding.outcomes) - 1, 1) * 2 - 1)
            until = outcome.delay if finding.scenario.kind == "shift" else outcome.until_false_alarm
            low, median, high = (min(until(share), NEVER) for share in QUANTILES)
            colour = COLOURS.get(outcome.method)
            axes.plot([low, high], [height, height], color=colour, linewidth=2, solid_capstyle="butt")
            axes.plot(median, height, "o", color=colour, markersize=5, label=outcome.method)
    quiet = sum(finding.scenario.kind == "null" for finding in findings)
    axes.axhspan(-0.5, quiet - 0.5, color="grey", alpha=0.12, linewidth=0)
    axes.axvline(NEVER / 1.8, color="grey", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlim(7, NEVER * 1.8)
    ticks = [10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000]
    axes.set_xticks([*ticks, NEVER], [*(f"{tick:,}" for tick in ticks), "never"])
    axes.minorticks_off()
    axes.set_yticks(range(len(findings)), [_wrapped(finding.scenario.title) for finding in findings])
    axes.set_ylim(len(findings) - 0.5, -0.5)
    axes.set_xlabel(
        "tweets until the alarm (in the grey rows a false one): median (dot), 5 % to 95 % of streams (line)"
    )
    axes.grid(axis="x", alpha=0.3)
    _legend(figure, axes)
    return figure


def courses(shown: Sequence[Course]) -> Figure:
    """What each method computes along a few streams, as a multiple of what raises its alarm."""
    figure = Figure(figsize=(11, 1 + 3.2 * len(shown)), layout="constrained")
    panels = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
    for axes, course in zip(panels, shown, strict=True):
        days = course.stream.checks / DAY
        for method, verdicts in reversed(course.verdicts.items()):
            ours = method == OURS
            axes.plot(
                days,
                np.clip(verdicts.level, *LEVELS),
                color=COLOURS.get(method),
                label=method,
                linewidth=2.2 if ours else 0.8,
                alpha=1 if ours else 0.75,
                zorder=3 if ours else 2,
            )
        axes.axhline(1, color="black", linewidth=1)
        axes.annotate(
            "alarm", (1, 1), xycoords=("axes fraction", "data"), xytext=(4, -3), textcoords="offset points"
        )
        change = course.stream.change
        if change:
            axes.axvline(course.stream.hours[change] / DAY, color="black", linestyle="--", linewidth=1)
            axes.annotate(
                "change",
                (course.stream.hours[change] / DAY, LEVELS[1]),
                xytext=(4, -12),
                textcoords="offset points",
            )
        axes.set(
            title=course.scenario.title,
            xlabel="days since deployment",
            ylabel="multiple of the alarm level",
            xlim=(0, days[-1]),
            ylim=LEVELS,
        )
        axes.grid(alpha=0.3)
    _legend(figure, panels[0])
    return figure


def _first_alarms(axes: Axes, outcome: Outcome) -> None:
    days = np.sort(_finite(outcome.false_alarms_hours)) / DAY
    end = outcome.hours / DAY
    share = np.arange(1, len(days) + 1) / len(outcome.false_alarms)
    axes.step(
        [0, *days, end],
        [0, *share, share[-1] if len(share) else 0],
        where="post",
        color=COLOURS.get(outcome.method),
        label=outcome.method,
        linewidth=2.2 if outcome.method == OURS else 1.4,
    )


def _legend(figure: Figure, axes: Axes) -> None:
    handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    order = [method for method in COLOURS if method in handles]
    figure.legend(
        [handles[method] for method in order],
        order,
        loc="outside upper center",
        ncols=len(order),
        frameon=False,
    )


def _finite(values: "np.typing.NDArray[np.float64]") -> "np.typing.NDArray[np.float64]":
    return values[np.isfinite(values)]


def _wrapped(title: str, width: int = 48) -> str:
    """In as few lines as it takes, all of about the same length."""
    lines = -(-len(title) // width)
    return textwrap.fill(title, len(title) // lines + 4) if lines > 1 else title

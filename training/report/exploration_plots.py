"""Classes and lengths of the data sets."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from training.data.records import NEGATIVE, NEUTRAL, POSITIVE
from training.plots import panels
from training.report.curves import legend
from training.report.exploration import LONGEST, Exploration
from training.report.palette import NEGATIVE_COLOUR, NEUTRAL_COLOUR, POSITIVE_COLOUR

LOOKS: Mapping[str, tuple[str, str]] = {
    NEGATIVE: (NEGATIVE_COLOUR, "-"),
    NEUTRAL: (NEUTRAL_COLOUR, ":"),
    POSITIVE: (POSITIVE_COLOUR, "--"),
}
TOO_NARROW = 0.06
"""Share below which a bar holds no writing."""


def classes(exploration: Exploration) -> Figure:
    """Share of each label among the rows as they were read."""
    sets = exploration.sets
    figure = Figure(figsize=(10, 1.5 + 0.45 * len(sets)), layout="constrained")
    axes = figure.add_subplot()
    left = np.zeros(len(sets))
    for label, (colour, _) in LOOKS.items():
        shares = np.array([one.labels[label] / max(one.read, 1) for one in sets])
        axes.barh(range(len(sets)), shares, left=left, color=colour, label=label)
        for place, share in enumerate(shares):
            if share > TOO_NARROW:
                ink = "black" if label == NEUTRAL else "white"
                middle = left[place] + share / 2
                axes.text(middle, place, f"{share:.0%}", ha="center", va="center", color=ink, fontsize=9)
        left += shares
    axes.set_yticks(range(len(sets)), [f"{one.dataset} ({one.read:,})" for one in sets])
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set(xlim=(0, 1), xlabel="share of the rows read", ylabel="data set (rows)", title="Labels")
    legend(figure, [axes])
    return figure


def lengths(exploration: Exploration) -> Figure:
    """Distribution of words a text, by label."""
    figure, each = panels(len(exploration.sets), height=3.0)
    figure.set_size_inches(max(figure.get_figwidth(), 6), figure.get_figheight() + 0.5)
    for axes, one in zip(each, exploration.sets, strict=True):
        for label, counts in one.lengths.items():
            colour, dashes = LOOKS[label]
            shares = np.array(counts) / max(sum(counts), 1)
            axes.step(range(len(shares)), shares, where="mid", color=colour, linestyle=dashes, label=label)
        axes.set(
            xlabel=f"words ({LONGEST} or more at the end)", ylabel="share of the label", title=one.dataset
        )
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.grid(alpha=0.3)
        axes.set_ylim(bottom=0)
    figure.suptitle("Words a text, as the text graph splits them")
    legend(figure, each)
    return figure

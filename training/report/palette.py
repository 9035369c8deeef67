"""How a candidate looks in every picture of a page."""

from collections.abc import Sequence
from dataclasses import dataclass

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555", "#882255")
"""Told apart also by people who do not see all colours (Okabe and Ito 2008; the last: Tol 2021)."""
LINES = ("-", "--", ":")
MARKERS = "osD^vPX<>"

NEGATIVE_COLOUR, NEUTRAL_COLOUR, POSITIVE_COLOUR = "#d55e00", "#bbbbbb", "#0072b2"


@dataclass(frozen=True, kw_only=True)
class Look:
    """Colour, dashes and marker; the selected candidate is drawn in bold and above the others."""

    colour: str
    dashes: str
    marker: str
    bold: bool

    @property
    def width(self) -> float:
        """Of lines, in points."""
        return 2.6 if self.bold else 1.3

    @property
    def layer(self) -> float:
        """Higher ones are drawn above."""
        return 4.0 if self.bold else 3.0


def looks(candidates: Sequence[str], *, selected: str) -> dict[str, Look]:
    """A look for each candidate: no two the same for the first twenty-four, nor of one colour for eight."""
    return {
        name: Look(
            colour=COLOURS[place % len(COLOURS)],
            dashes=LINES[place // len(COLOURS) % len(LINES)],
            marker=MARKERS[place % len(MARKERS)],
            bold=name == selected,
        )
        for place, name in enumerate(candidates)
    }

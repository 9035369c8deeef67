"""Proof that the graph scores as the trained model does."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from export.errors import ParityError

MIN_TEXTS = 2000
MIN_LABEL_AGREEMENT = 0.999
MAX_DIFFERENCE = 1e-4

HARD_TEXTS = (
    "",
    " ",
    "\t\n ",
    "\u200b\u200d.",
    "a",
    "😡😡😡",
    "❤️👍🏽👩‍👩‍👧🇫🇷",
    "great flight :) <3 ;-) :'(",
    "مرحبا بالعالم",
    "搭乘體驗非常好，謝謝！",
    "это был ужасный рейс",
    "https://t.co/abc",
    "www.example.com/x?y=1&amp;z=2",
    "@a @b @c",
    "#fail #neveragain",
    "&amp;lt;3 &quot;quoted&quot; don&#39;t",
    "GOOOOOOD!!!!! sooooo??? ......",
    "“curly” ‘quotes’ — and – dashes…",
    "line\nbreak\ttab\r\nend",
    "İSTANBUL ÉCOLE ΑΒΓ ß",
    "x" * 2000,
    "no " * 666,
    "word, " * 333,
    "😀" * 2000,
    "_happy_ _url_ _user_",
    "\ufeffbyte order mark",
    "e\u0301 combining accent",
    "1234567890 10/10 $3.39 5:30",
)
"""Texts that tokenisers and padding trip over; they join the real ones in every parity check."""


@dataclass(frozen=True)
class Parity:
    """How far two ways of scoring the same texts are apart."""

    texts: int
    label_agreement: float
    max_difference: float
    mean_difference: float

    def as_dict(self) -> dict[str, Any]:
        """The figures by name, for JSON."""
        return asdict(self)


def compare(expected: npt.ArrayLike, found: npt.ArrayLike) -> Parity:
    """Compare two (N,) arrays of P(positive)."""
    first, second = np.asarray(expected, dtype=np.float64), np.asarray(found, dtype=np.float64)
    difference = np.abs(first - second)
    return Parity(
        texts=len(first),
        label_agreement=float(((first >= 0.5) == (second >= 0.5)).mean()),
        max_difference=float(difference.max()),
        mean_difference=float(difference.mean()),
    )


def require_parity(expected: npt.ArrayLike, found: npt.ArrayLike, texts: Sequence[str]) -> Parity:
    """The comparison, if it is close enough.

    Raises `ParityError` if the label differs in more than 0.1 % of the texts, a probability by more than
    1e-4 or is not a number; the message names how the worst text begins.
    """
    parity = compare(expected, found)
    close = parity.max_difference <= MAX_DIFFERENCE and parity.label_agreement >= MIN_LABEL_AGREEMENT
    if not close:  # also where a difference is not a number
        worst = int(np.argmax(np.abs(np.asarray(expected) - np.asarray(found))))
        raise ParityError(
            f"the graph does not score as the trained model: largest difference {parity.max_difference:.2e} "
            f"(at most {MAX_DIFFERENCE:.0e}), same label {parity.label_agreement:.4%} (at least "
            f"{MIN_LABEL_AGREEMENT:.1%}); worst text: {texts[worst][:60]!r}"
        )
    return parity

"""Parts of the test rows in which a model can get worse while its average hides it."""

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

_NEGATION = re.compile(r"\b(?:not|no|never|nothing|nobody|without|cannot|\w+n['’]?t)\b", re.IGNORECASE)
_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_HASHTAG = re.compile(r"(?:^|\s)#\w")
_CONTRAST = re.compile(r"\b(?:but|however|although|though)\b", re.IGNORECASE)
_FLYING = re.compile(
    r"\b(?:air(?:line|lines|port|ways)?|flights?|fl(?:y|ying|ew|own)|planes?|crew|pilot|gate|luggage|bags?|"
    r"boarding|landed|landing|tarmac|seats?)\b",
    re.IGNORECASE,
)
SHORT_WORDS = 6
LONG_WORDS = 20

SLICES: dict[str, Callable[[str], bool]] = {
    "negation": lambda text: _NEGATION.search(text) is not None,
    "contrast": lambda text: _CONTRAST.search(text) is not None,
    "emoji": lambda text: _EMOJI.search(text) is not None,
    "hashtag": lambda text: _HASHTAG.search(text) is not None,
    "short": lambda text: len(text.split()) <= SHORT_WORDS,
    "long": lambda text: len(text.split()) >= LONG_WORDS,
    "flying": lambda text: _FLYING.search(text) is not None,
}


def members(texts: Sequence[str]) -> dict[str, npt.NDArray[np.bool_]]:
    """Which of N texts belong to each slice, (N,) bool by its name."""
    return {
        name: np.fromiter((belongs(text) for text in texts), dtype=bool, count=len(texts))
        for name, belongs in SLICES.items()
    }

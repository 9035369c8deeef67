"""Parts of the test rows in which a model can get worse while its average hides it."""

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from export.text_graph import Normaliser

_NEGATION = re.compile(r"\b(?:not|no|never|nothing|nobody|without|cannot|\w+n['’]?t)\b", re.IGNORECASE)
_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_HASHTAG = re.compile(r"(?:^|\s)#\w")
_CONTRAST = re.compile(r"\b(?:but|however|although|though)\b", re.IGNORECASE)
_FLYING = re.compile(
    r"\b(?:air(?:line|lines|port|ways)?|flights?|fl(?:y|ying|ew|own)|planes?|crew|pilot|gate|luggage|bags?|"
    r"boarding|landed|landing|tarmac|seats?)\b",
    re.IGNORECASE,
)
_AIRLINE = re.compile(
    r"(?<!\w)[@#]?(?:united(?: ?air(?:lines)?)?|delta(?:assist)?|south ?west(?:air)?|jet ?blue|"
    r"us ?air(?:ways)?|american ?air(?:lines)?|virgin ?(?:america|atlantic)|alaska ?air(?:lines)?|ryan ?air|"
    r"easy ?jet|british ?airways|lufthansa|klm|air ?(?:canada|france)|emirates|qantas)\b",
    re.IGNORECASE,
)
SHORT_WORDS = 6
LONG_WORDS = 20
MANY_UNKNOWN = 0.2
MANY_PIECES = 1.3

Masks = dict[str, npt.NDArray[np.bool_]]

SLICES: dict[str, Callable[[str], bool]] = {
    "negation": lambda text: _NEGATION.search(text) is not None,
    "contrast": lambda text: _CONTRAST.search(text) is not None,
    "emoji": lambda text: _EMOJI.search(text) is not None,
    "hashtag": lambda text: _HASHTAG.search(text) is not None,
    "short": lambda text: len(text.split()) <= SHORT_WORDS,
    "medium": lambda text: SHORT_WORDS < len(text.split()) < LONG_WORDS,
    "long": lambda text: len(text.split()) >= LONG_WORDS,
    "flying": lambda text: _FLYING.search(text) is not None,
    "airline named": lambda text: _AIRLINE.search(text) is not None,
}
"""Those that a text alone decides, so that they hold the same rows for all models."""


def members(texts: Sequence[str]) -> Masks:
    """Which of N texts belong to each slice, (N,) bool by its name."""
    return {
        name: np.fromiter((belongs(text) for text in texts), dtype=bool, count=len(texts))
        for name, belongs in SLICES.items()
    }


def members_by_reading(
    texts: Sequence[str],
    *,
    tokens: npt.NDArray[np.int64],
    unknown_tokens: npt.NDArray[np.int64],
    foreign: npt.NDArray[np.int64] | None,
) -> Masks:
    """Slices by how a model reads N texts, (N,) bool by name: what its graph says of each, (N,) int64.

    A model of words knows a word or does not; one of pieces knows nearly all of them, but cuts a rare word
    into many. ``foreign`` is None where an older bundle does not say.
    """
    words = np.array([len(normalised.split()) for normalised in Normaliser()(list(texts))])
    unknown = unknown_tokens / np.maximum(tokens, 1)
    masks = {
        "every word known": (unknown == 0) & (tokens > 0),
        "some words unknown (under a fifth)": (unknown > 0) & (unknown < MANY_UNKNOWN),
        "many words unknown (a fifth or more)": unknown >= MANY_UNKNOWN,
        f"rare words ({MANY_PIECES} pieces a word or more)": tokens >= MANY_PIECES * np.maximum(words, 1),
    }
    if foreign is not None:
        masks["judged not to be English"] = foreign != 0
    return masks

"""Emoticons put back into texts whose labels came from emoticons that were cut out."""

from collections.abc import Iterable

import numpy as np

from .records import NEGATIVE, POSITIVE

EMOTICONS = {POSITIVE: (":)", ":-)", ":D", "=)", ";)"), NEGATIVE: (":(", ":-(", ":'(", "=(")}
EMOJI = {
    POSITIVE: ("😀", "😊", "😄", "😍", "❤", "🎉", "👍", "👏"),
    NEGATIVE: ("😢", "😭", "😞", "💔", "😡", "😠", "🤬", "👎"),
}
MAX_SHARE = 2 / 3

_AT_START = 0.1  # part of the emoticons and emoji that stands before the text


def emoticons_restored(
    texts: Iterable[str], labels: Iterable[str], *, share: float, rng: np.random.Generator
) -> list[str]:
    """The texts, a random `share` of them with an emoticon of their label, half as many others with an emoji.

    Nine in ten stand at the end, the others at the start. Sentiment140's labels came from emoticons that were
    cut out (Go, Bhayani and Huang, 2009); a model trained on it alone would know none. Neutral texts stay as
    they are. For training rows only.

    Args:
        share: in [0, 2/3].

    Raises:
        ValueError: a share outside of that, or not one label for each text.
    """
    if not 0 <= share <= MAX_SHARE:
        raise ValueError("share must be in [0, 2/3]")
    given = list(texts)
    draws = rng.random((len(given), 3))
    return [
        _marked(text, label, share=share, draw=draw)
        for text, label, draw in zip(given, labels, draws.tolist(), strict=True)
    ]


def _marked(text: str, label: str, *, share: float, draw: list[float]) -> str:
    which, mark, place = draw
    if label not in EMOTICONS or which >= 1.5 * share:
        return text
    marks = EMOTICONS[label] if which < share else EMOJI[label]
    chosen = marks[int(mark * len(marks))]
    return f"{chosen} {text}" if place < _AT_START else f"{text} {chosen}"

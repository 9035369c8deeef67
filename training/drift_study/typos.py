"""Slips of the finger: the noise of tweets typed in a hurry."""

from collections.abc import Iterable
from functools import cache

import numpy as np

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
SHORTEST = 3  # letters; shorter words are left alone


def with_typos(texts: Iterable[str], *, share: float, rng: np.random.Generator) -> list[str]:
    """The texts, each word of three letters or more misspelt with probability `share`.

    One slip a word, all four kinds alike often: two letters swapped, one left out, one doubled, or a
    neighbour on the keyboard hit instead. Mentions, hashtags and links stay as they are.
    """
    return [" ".join(_typed(word, share, rng) for word in text.split(" ")) for text in texts]


def _typed(word: str, share: float, rng: np.random.Generator) -> str:
    if len(word) < SHORTEST or not word.isalpha() or rng.random() >= share:
        return word
    at = int(rng.integers(1, len(word)))  # people rarely miss the first letter
    before, letter, after = word[:at], word[at], word[at + 1 :]
    match rng.integers(4):
        case 0:
            return before[:-1] + letter + before[-1] + after
        case 1:
            return before + after
        case 2:
            return before + letter + letter + after
        case _:
            nearby = _neighbours().get(letter.lower(), letter)
            return before + nearby[int(rng.integers(len(nearby)))] + after


@cache
def _neighbours() -> dict[str, str]:
    return {
        letter: row[max(at - 1, 0) : at] + row[at + 1 : at + 2]
        for row in ROWS
        for at, letter in enumerate(row)
    }

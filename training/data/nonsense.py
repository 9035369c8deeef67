"""Texts that nobody can read, to learn from that they say nothing."""

from collections.abc import Iterable

import numpy as np


def scrambled(normalised: Iterable[str], *, rng: np.random.Generator) -> list[str]:
    """Normalised texts with their letters a-z in a random order; signs and tokens like ``_user_`` stay.

    A model that reads pieces of words has a piece for everything, so that no unknown token tells it of words
    that do not exist. Rows like these, as often under one label as under the other, do.

    >>> scrambled(["_user_ lost my bag , again !"], rng=np.random.default_rng(1))
    ['_user_ ogaa nm ygl , siabt !']
    """
    return [_scrambled(text, rng) for text in normalised]


def _scrambled(text: str, rng: np.random.Generator) -> str:
    words = text.split(" ")
    drawn = iter(rng.permutation([one for word in words for one in word if _moves(one, word)]).tolist())
    return " ".join("".join(next(drawn) if _moves(one, word) else one for one in word) for word in words)


def _moves(character: str, word: str) -> bool:
    return "a" <= character <= "z" and not (word.startswith("_") and word.endswith("_"))

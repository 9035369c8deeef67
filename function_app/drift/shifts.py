"""Streams of tweets that change in a known way, to see what a drift check makes of them."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from function_app.contract import Label, ShiftKind

CORPUS = Path(__file__).with_name("tweets.csv")
"""206 invented tweets with their labels: about an airline, about everyday life, in other languages, and with
the words of praise for what is no reason for praise."""

TYPO_SHARE = 0.3
"""Share of the words of a tweet that are mistyped."""

_ROWS_OF_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

Part = Literal["airline", "general", "language", "sarcasm"]


class Tweet(msgspec.Struct, frozen=True, kw_only=True):
    """A text, and the label that people would give it if that is known."""

    text: str
    label: Label | None


@dataclass(frozen=True, kw_only=True)
class Shift:
    """What is drawn from `before`; once it has changed instead from `after`, with the chance `strength`."""

    before: Sequence[Tweet]
    after: Sequence[Tweet]
    strength: float

    def draw(self, rows: int, *, change_at: int, rng: np.random.Generator) -> list[Tweet]:
        """That many tweets, drawn with replacement; the change comes before number `change_at` (from 0)."""
        shifted = rng.random(rows) < self.strength
        shifted[:change_at] = False
        places = rng.random(rows)
        pools = (self.before, self.after)
        return [
            pools[int(of_after)][int(place * len(pools[int(of_after)]))]
            for of_after, place in zip(shifted, places, strict=True)
        ]


def shift(
    kind: ShiftKind,
    strength: float,
    *,
    base: Sequence[Tweet],
    called_positive: Sequence[bool],
    rng: np.random.Generator,
) -> Shift:
    """The shift of that kind away from `base`; `called_positive` says which of these the model takes for so.

    topic: tweets about everyday life. class_balance: only those of the base that the model calls negative, or
    invented negative ones where it calls none so. typos: those of the base, mistyped. language: tweets in
    Spanish, French, German, Portuguese, Italian and Dutch. sarcasm: words of praise that are none.
    """
    match kind:
        case "topic":
            after = corpus("general")
        case "class_balance":
            negative = [tweet for tweet, is_so in zip(base, called_positive, strict=True) if not is_so]
            after = negative or [tweet for tweet in corpus("airline") if tweet.label == "negative"]
        case "typos":
            after = [Tweet(text=mistyped(tweet.text, rng), label=tweet.label) for tweet in base]
        case "language":
            after = corpus("language")
        case "sarcasm":
            after = corpus("sarcasm")
    return Shift(before=base, after=after, strength=strength)


def corpus(part: Part) -> list[Tweet]:
    """A part of the invented tweets."""
    with CORPUS.open(newline="", encoding="utf-8") as stream:
        return [
            msgspec.convert({"text": row["text"], "label": row["label"]}, Tweet)
            for row in csv.DictReader(stream)
            if row["part"] == part
        ]


def mistyped(text: str, rng: np.random.Generator) -> str:
    """The text with slips in `TYPO_SHARE` of its words; mentions, hashtags and links stay.

    A letter is left out, doubled, swapped with the one before it, or a neighbour on the keyboard is hit.
    """
    return " ".join(
        _slip(word, rng) if len(word) > 2 and word.isalpha() and rng.random() < TYPO_SHARE else word
        for word in text.split(" ")
    )


def _slip(word: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(1, len(word)))
    before, letter, after = word[:at], word[at], word[at + 1 :]
    return (
        before + after,
        before + letter + letter + after,
        before[:-1] + letter + before[-1] + after,
        before + _neighbour(letter) + after,
    )[int(rng.integers(4))]


def _neighbour(letter: str) -> str:
    for keys in _ROWS_OF_KEYS:
        at = keys.find(letter)
        if at >= 0:
            return keys[at + 1] if at + 1 < len(keys) else keys[at - 1]
    return letter

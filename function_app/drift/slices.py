"""Kinds of tweets that can be told from the tweet itself, and the kind that has changed most.

The exporter counts the held-out tweets of each kind with the same rules, so that the two can be compared.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np

from function_app.bundle import Reference
from function_app.store.records import DriftSlice, Prediction

SHORT_CHARACTERS = 50
LONG_CHARACTERS = 110

LEAST_EFFECT = 0.05
"""Smallest change that is named: in the share of the kind, or in the positive rate within it."""

LEAST_ROWS = 30
"""Fewest tweets of a kind whose positive rate is looked at."""

LEAST_Z = 3.0
"""A change counts from so many standard errors; about 20 are looked at, so chance seldom names one."""

_MENTION = re.compile(r"(?<!\w)@\w")
_LINK = re.compile(r"(?:https?://|\bwww\.)\S*", re.IGNORECASE)
_HASHTAG = re.compile(r"(?<![\w&])#\w")
_EMOJI = re.compile("[\u2600-\u27bf\u2b50\U0001f300-\U0001faff]")
_NEGATION = re.compile(r"\b(?:not|no|never|nothing|nobody|none|without|cannot|\w+n['’]?t)\b", re.IGNORECASE)

_OF_TEXT: dict[str, Callable[[str], bool]] = {
    "mention": lambda text: _MENTION.search(text) is not None,
    "link": lambda text: _LINK.search(text) is not None,
    "hashtag": lambda text: _HASHTAG.search(text) is not None,
    "question": lambda text: "?" in _LINK.sub(" ", text),
    "exclamation": lambda text: "!" in text,
    "emoji": lambda text: _EMOJI.search(text) is not None,
    "negation": lambda text: _NEGATION.search(text) is not None,
}
_OF_LENGTH: dict[str, Callable[[int], bool]] = {
    "short": lambda characters: characters <= SHORT_CHARACTERS,
    "medium": lambda characters: SHORT_CHARACTERS < characters <= LONG_CHARACTERS,
    "long": lambda characters: characters > LONG_CHARACTERS,
}
SLICES = (*_OF_TEXT, *_OF_LENGTH, "foreign")
"""The names of all kinds."""


def slices_of(*, text: str | None, characters: int, foreign: bool | None) -> frozenset[str]:
    """The kinds that a tweet of so many characters belongs to; those that cannot be told are left out.

    >>> sorted(slices_of(text="@you Why is it not here? #late", characters=30, foreign=False))
    ['hashtag', 'mention', 'negation', 'question', 'short']
    >>> sorted(slices_of(text=None, characters=130, foreign=True))
    ['foreign', 'long']
    """
    names = {name for name, belongs in _OF_LENGTH.items() if belongs(characters)}
    if text is not None:
        names |= {name for name, belongs in _OF_TEXT.items() if belongs(text)}
    if foreign:
        names.add("foreign")
    return frozenset(names)


def most_affected(rows: Sequence[Prediction], reference: Reference) -> DriftSlice | None:
    """The kind whose share of all tweets, or whose positive rate, is furthest from the reference.

    None where nothing differs by `LEAST_EFFECT` and by `LEAST_Z` standard errors, or where the bundle's
    reference does not count kinds.
    """
    if not rows or reference.slices is None:
        return None
    kinds = [slices_of(text=row.text, characters=row.characters, foreign=row.foreign) for row in rows]
    positive = np.array([row.label == "positive" for row in rows])
    from_half = np.array(reference.score.edges[:-1]) >= 0.5
    can_be_told = {*_OF_LENGTH}
    if any(row.text is not None for row in rows):
        can_be_told |= {*_OF_TEXT}
    if any(row.foreign is not None for row in rows):
        can_be_told.add("foreign")
    changes: list[DriftSlice] = []
    for kind in reference.slices:
        if kind.name not in can_be_told:
            continue
        member = np.array([kind.name in names for names in kinds])
        here, there = _Share(int(member.sum()), len(rows)), _Share(sum(kind.counts), reference.rows)
        changes += _change(kind.name, "share", here, there)
        if min(here.hits, there.hits) >= LEAST_ROWS:
            here = _Share(int(positive[member].sum()), here.hits)
            there = _Share(int(np.array(kind.counts)[from_half].sum()), there.hits)
            changes += _change(kind.name, "positive_rate", here, there)
    return max(changes, key=lambda change: abs(change.effect), default=None)


@dataclass(frozen=True)
class _Share:
    hits: int
    total: int

    @property
    def value(self) -> float:
        return self.hits / self.total


def _change(
    name: str, of: Literal["share", "positive_rate"], here: _Share, there: _Share
) -> list[DriftSlice]:
    """The change if it counts, else nothing. The standard error is that of no change, pooled."""
    effect = here.value - there.value
    pooled = (here.hits + there.hits) / (here.total + there.total)
    error = sqrt(pooled * (1 - pooled) * (1 / here.total + 1 / there.total))
    if abs(effect) < LEAST_EFFECT or abs(effect) < LEAST_Z * error:
        return []
    return [DriftSlice(name=name, of=of, share=here.value, reference=there.value, effect=effect)]

"""What a scenario is, and what all of them share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from training.drift_study.floors import Floor
from training.drift_study.scored import Scored
from training.drift_study.streams import Stream, Traffic

REFERENCE = 40_000
"""Held-out tweets behind a reference, about as many as behind the shipped bundle's."""

STREAM = 20_000
"""Tweets that a stream has at most where none comes twice."""

STEADY = Traffic(per_hour=5)
"""So slow that the drift check's allowance lets nearly all count: its delays are in tweets that count."""

FINE = 10
"""Tweets between two checks where a delay is measured in tweets."""

Make = Callable[[np.random.Generator], Stream]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`make` gives one stream for each random generator.

    `weight`: streams, as a multiple of the usual number.
    `replaced`: streams draw tweets with replacement, as the pool is too small (or the stream too long).
    """

    name: str
    title: str
    kind: Literal["null", "shift"]
    make: Make
    floor: Floor | None = None
    weight: float = 1.0
    replaced: bool = False


def is_small(pool: Scored) -> bool:
    """Whether streams of a pool have to be drawn with replacement."""
    return len(pool) < 2 * (REFERENCE + STREAM)

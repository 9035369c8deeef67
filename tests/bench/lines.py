"""Straight lines through what was measured: how a cost grows, and whether something creeps up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from tests.bench.results import rounded


@dataclass(frozen=True)
class Slope:
    """How steep a line is, with the interval that holds the true one in 95 of 100 cases."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{rounded(self.value)} ({rounded(self.low)} to {rounded(self.high)})"


def slope(x: Sequence[float], y: Sequence[float]) -> Slope:
    """Of the line of least squares, whose errors must not depend on each other.

    Raises `ValueError` for fewer than three points.
    """
    if len(x) < 3:
        raise ValueError(f"{len(x)} points are too few for a line with an interval")
    if min(y) == max(y):
        return Slope(0.0, 0.0, 0.0)
    found = stats.linregress(x, y)
    half = float(stats.t.ppf(0.975, len(x) - 2) * found.stderr)
    value = float(found.slope)
    return Slope(value, value - half, value + half)


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> Slope:
    """The power of the size with which the cost grows: 0 does not, 1 grows in proportion."""
    return slope([math.log(size) for size in sizes], [math.log(cost) for cost in costs])


def means(values: Sequence[float], at_once: int) -> list[float]:
    """The mean of every `at_once` values in order: neighbours in time resemble each other, these hardly do.

    What is left over at the beginning is not used.

    >>> means([9, 1, 3, 5, 7], 2)
    [2.0, 6.0]
    """
    whole = len(values) // at_once * at_once
    kept = np.array(values[len(values) - whole :], np.float64)
    return [float(mean) for mean in kept.reshape(-1, at_once).mean(axis=1)]

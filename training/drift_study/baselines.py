"""The usual checks: a distance or a test between a window of scores and the reference, and a fixed threshold.

Each is looked at hourly, on the tweets of the hour, or on the last `WINDOW` where the hour brought fewer.
"""

from collections.abc import Iterator
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from training.drift_study.streams import Stream

WINDOW = 100
"""Fewest scores that a window holds; nothing is judged before so many have come."""

PSI_BINS = 10
EMPTY = 0.5
"""Counted into each bin, so that an empty one does not make the index infinite."""


P_VALUE = 0.05


class Statistic(Protocol):
    """What is computed of a window of scores (N,)."""

    def __call__(self, window: NDArray[np.floating], /) -> float: ...


class Psi:
    """Population stability index over ten bins that each hold a tenth of the reference."""

    def __init__(self, reference: NDArray[np.floating]) -> None:
        cuts = np.quantile(reference, np.linspace(0, 1, PSI_BINS + 1)[1:-1])
        self._cuts = np.unique(cuts)
        self._expected = self._shares(reference)

    def __call__(self, window: NDArray[np.floating], /) -> float:
        found = self._shares(window)
        return float(np.sum((found - self._expected) * np.log(found / self._expected)))

    def _shares(self, scores: NDArray[np.floating]) -> NDArray[np.float64]:
        bins = np.searchsorted(self._cuts, scores, side="right")
        counts = np.bincount(bins, minlength=len(self._cuts) + 1) + EMPTY
        return np.asarray(counts / counts.sum())


class KolmogorovSmirnov:
    """The two-sample distance, as a multiple of the one at which p (two-sided, asymptotic) is `P_VALUE`."""

    def __init__(self, reference: NDArray[np.floating]) -> None:
        self._reference = np.sort(reference)

    def distance(self, window: NDArray[np.floating]) -> float:
        """The largest gap between the two empirical distribution functions."""
        scores = np.sort(window)
        own = np.searchsorted(scores, scores, side="right") / len(scores)
        below = np.searchsorted(scores, scores, side="left") / len(scores)
        expected = np.searchsorted(self._reference, scores, side="right") / len(self._reference)
        expected_below = np.searchsorted(self._reference, scores, side="left") / len(self._reference)
        return float(max(np.max(own - expected), np.max(expected_below - below), 0.0))

    def __call__(self, window: NDArray[np.floating], /) -> float:
        sizes = len(window) * len(self._reference) / (len(window) + len(self._reference))
        return self.distance(window) / _critical_distance(round(sizes))


@cache
def _critical_distance(sizes: int) -> float:
    return float(stats.kstwo.isf(P_VALUE, sizes))


class Wasserstein:
    """Earth mover's distance of the window from the reference, in standard deviations of the reference."""

    def __init__(self, reference: NDArray[np.floating]) -> None:
        self._reference = np.sort(np.asarray(reference, np.float64))
        self._deviation = float(np.std(self._reference)) or 1.0
        share = np.arange(len(self._reference) + 1) / len(self._reference)
        steps = np.diff(self._reference)
        # The integral of the reference's distribution function up to each of its points.
        self._area = np.concatenate([[0.0], np.cumsum(share[1:-1] * steps)])

    def __call__(self, window: NDArray[np.floating], /) -> float:
        scores = np.sort(np.asarray(window, np.float64))
        low = min(scores[0], self._reference[0])
        high = max(scores[-1], self._reference[-1])
        # Between two neighbours the window's distribution function stays at one height, which the
        # reference's crosses once: below the crossing it lies under that height, above it over it.
        left = np.concatenate([[low], scores])
        right = np.concatenate([scores, [high]])
        height = np.arange(len(scores) + 1) / len(scores)
        rank = np.clip(np.ceil(height * len(self._reference)).astype(int) - 1, 0, len(self._reference) - 1)
        crossing = np.clip(self._reference[rank], left, right)
        under = height * (crossing - left) - (self._integral(crossing) - self._integral(left))
        over = (self._integral(right) - self._integral(crossing)) - height * (right - crossing)
        return float(np.sum(under + over)) / self._deviation

    def _integral(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        inside = np.interp(points, self._reference, self._area)
        return np.asarray(inside + np.maximum(points - self._reference[-1], 0.0))


def windows(stream: Stream) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """The number of each check that judges, and the scores that it judges by."""
    last = 0
    for check, end in enumerate(stream.seen.tolist()):
        start = min(last, end - WINDOW)
        if start >= 0 and end > last:
            yield check, stream.tweets.probability[start:end]
        last = end

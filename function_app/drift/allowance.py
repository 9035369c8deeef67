"""How many tweets of an hour count.

Thousands of tweets an hour would turn an evening's mood into proof of a change. So in the long run only so
many an hour count, drawn by a hash of their ids: which ones has nothing to do with what they say, and a check
that is repeated draws the same. Checks within one hour share what it has.

What quiet hours leave is saved up, for `SAVED_HOURS` hours (a token bucket, full at the start). So a batch
that comes at once can be judged. More would be spent in whatever mood a deployment falls into.

To an alternative that is about as near as a mood, even that would be proof (`Watch.patient`). So such ones
have an allowance that saves `PATIENT_HOURS`: their tweets come evenly over a day, and where its moods level
out, the likelihood ratio of the whole day has a mean of at most 1. (It is a product with one factor a tweet,
and of factors with a given sum the product is largest where all are equal.)
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from function_app.drift.watches import Floats

HOUR_SECONDS = 3600

SAVED_HOURS = 18
PATIENT_HOURS = 2

LATE_HOURS = 24
"""Tweets are read at most so long after they came; if one is older, the newest one's clock was ahead."""


class AllowanceState(msgspec.Struct, frozen=True, kw_only=True):
    """`saved` tweets may still count in `hour` (since 1970), the newest one."""

    saved: int
    hour: int


class Allowance:
    """`per_hour` tweets count in the long run, and those of `saved_hours` at once."""

    def __init__(
        self, per_hour: int, state: AllowanceState | None, *, saved_hours: int = SAVED_HOURS
    ) -> None:
        self._per_hour = per_hour
        self._most = per_hour * saved_hours
        self._saved = self._most if state is None else state.saved
        self._hour = None if state is None else state.hour

    def draw(self, seconds: Floats, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The numbers of those that count among N tweets, in order of time; they are taken off the allowance.

        `seconds` (N,) since 1970. `keys` (N,): the smallest of each hour are taken.
        """
        hours = np.floor_divide(seconds, HOUR_SECONDS).astype(np.int64)
        order = np.lexsort((keys, hours))
        distinct, starts, counts = np.unique(hours[order], return_index=True, return_counts=True)
        drawn = [
            order[start : start + self._take(int(hour), int(count))]
            for hour, start, count in zip(distinct, starts, counts, strict=True)
        ]
        found = np.concatenate([np.empty(0, np.int64), *drawn])
        return np.asarray(found[np.lexsort((found, seconds[found]))], np.int64)

    def state(self) -> AllowanceState | None:
        """What the next one needs; None before the first tweet."""
        if self._hour is None:
            return None
        return AllowanceState(saved=self._saved, hour=self._hour)

    def _take(self, hour: int, wanted: int) -> int:
        self._hour = hour if self._hour is None else self._hour
        if hour > self._hour:
            earned = self._per_hour * (hour - self._hour)
            self._saved, self._hour = min(self._saved + earned, self._most), hour
        elif hour < self._hour - LATE_HOURS:
            self._hour = hour  # or nothing would count until that clock's time has come
        count = min(wanted, self._saved)
        self._saved -= count
        return count

"""How many tweets of an hour count.

Thousands of tweets an hour would turn an evening's mood into proof of a change. So only so many of each hour
count, drawn by a hash of their ids: which ones has nothing to do with what they say, and a check that is
repeated draws the same. Checks within one hour share what it has.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from function_app.drift.watches import Floats

HOUR_SECONDS = 3600

REMEMBERED_HOURS = 48
"""Hours that are remembered; a tweet that is recorded later than that does not count."""


class AllowanceState(msgspec.Struct, frozen=True, kw_only=True):
    """`taken` is what counted in the last hours, of which `hour` is the newest; hours are since 1970."""

    hour: int
    taken: dict[int, int]


class Allowance:
    """`per_hour` tweets of each hour count."""

    def __init__(self, per_hour: int, state: AllowanceState | None) -> None:
        self._per_hour = per_hour
        self._hour = None if state is None else state.hour
        self._taken = {} if state is None else dict(state.taken)

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
        return AllowanceState(hour=self._hour, taken=self._taken)

    def _take(self, hour: int, wanted: int) -> int:
        self._hour = hour if self._hour is None else max(hour, self._hour)
        oldest = self._hour - REMEMBERED_HOURS
        if hour <= oldest:
            return 0
        taken = self._taken.get(hour, 0)
        count = max(0, min(wanted, self._per_hour - taken))
        self._taken = {one: number for one, number in self._taken.items() if one > oldest}
        self._taken[hour] = taken + count
        return count

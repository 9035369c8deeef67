"""Streams of tweets with a known truth: what comes, when it comes, and where it changes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.drift_study.scored import Scored, joined

DAY = 24.0
MONTH = 730.0
"""Hours."""

VOTE_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class Stream:
    """`tweets` in order of arrival, `hours` (N,) float64 since deployment, and the held-out `reference`.

    `checks` (C,) float64: the hours at which drift is looked for. `change`: the first tweet that is drawn
    from another distribution than the reference; None where nothing ever changes. `voted` (N,) bool: whether
    somebody says if the answer was right.
    """

    reference: Scored
    tweets: Scored
    hours: NDArray[np.float64]
    checks: NDArray[np.float64]
    change: int | None
    voted: NDArray[np.bool_]

    @property
    def seen(self) -> NDArray[np.int64]:
        """Tweets that had come by each check, (C,) int64."""
        return np.searchsorted(self.hours, self.checks, side="right")

    @property
    def after_change(self) -> NDArray[np.bool_]:
        """Which checks have seen a changed tweet, (C,) bool."""
        return self.seen > (np.inf if self.change is None else self.change)


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """`per_hour` tweets in the mean. `swing` (0 to 1) is how much busier the day is than the mean."""

    per_hour: float
    swing: float = 0.0

    def arrivals(
        self, tweets: int, rng: np.random.Generator, *, deployed: float = 0.0
    ) -> NDArray[np.float64]:
        """Hours since deployment at which `tweets` come: a Poisson process, (N,).

        Each day is busiest when it is 6 hours old. `deployed`: how many hours old the first one is.
        """
        work = np.cumsum(rng.exponential(size=tweets)) / self.per_hour  # hours at the mean rate
        if self.swing == 0:
            return work
        grid = np.arange(0.0, work[-1] + 2 * DAY, 0.1)
        turn = DAY / (2 * np.pi)
        return np.interp(
            work,
            grid + self.swing * turn * (np.cos(deployed / turn) - np.cos((deployed + grid) / turn)),
            grid,
        )


def votes(tweets: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which of so many answers get a vote: one in ten."""
    return rng.random(tweets) < VOTE_SHARE


def no_votes(tweets: int) -> NDArray[np.bool_]:
    """None of them."""
    return np.zeros(tweets, bool)


def hourly(hours: NDArray[np.float64]) -> NDArray[np.float64]:
    """A check at every full hour until the last tweet has come."""
    return np.arange(1.0, np.ceil(hours[-1]) + 1)


def every(tweets: int, hours: NDArray[np.float64]) -> NDArray[np.float64]:
    """A check after every so many tweets: what is found does not wait for the hour."""
    return hours[tweets - 1 :: tweets]


@dataclass(frozen=True, kw_only=True)
class Halves:
    """Two sets of tweets from one pool: what the reference is made of, and what streams draw from."""

    reference: Scored
    stream: Scored
    replace: bool


def halves(pool: Scored, *, reference: int, stream: int, rng: np.random.Generator) -> Halves:
    """Parts the pool anew for each stream, at random, so that no tweet stands on both sides.

    Where the pool holds fewer than `reference` + `stream` tweets, the whole pool is the reference and streams
    are drawn from it with replacement: `replace`.
    """
    if len(pool) < reference + stream:
        return Halves(reference=pool, stream=pool, replace=True)
    rows = rng.permutation(len(pool))
    return Halves(
        reference=pool.take(rows[:reference]),
        stream=pool.take(rows[reference : reference + stream]),
        replace=False,
    )


def drawn(pool: Scored, tweets: int, *, replace: bool, rng: np.random.Generator) -> Scored:
    """`tweets` of the pool at random; with replacement too where it holds fewer."""
    return pool.take(rng.choice(len(pool), tweets, replace=replace or len(pool) < tweets))


def with_rate(pool: Scored, rate: NDArray[np.float64], *, replace: bool, rng: np.random.Generator) -> Scored:
    """A tweet of the pool for each entry of `rate` (N,), called positive with that probability."""
    wanted = rng.random(len(rate)) < rate
    rows = np.empty(len(rate), np.int64)
    for positive in (False, True):
        places = np.flatnonzero(wanted == positive)
        candidates = np.flatnonzero(pool.positive == positive)
        again = replace or len(candidates) < len(places)
        rows[places] = rng.choice(candidates, len(places), replace=again)
    return pool.take(rows)


def turning(before: Scored, after: Scored, *, share: NDArray[np.float64], rng: np.random.Generator) -> Scored:
    """A tweet for each entry of `share` (N,): with that probability one of `after`, else one of `before`."""
    new = rng.random(len(share)) < share
    order = np.empty(len(share), np.int64)
    order[~new] = np.arange(len(share) - new.sum())
    order[new] = np.arange(len(share) - new.sum(), len(share))
    parts = (
        drawn(pool, int(tweets.sum()), replace=False, rng=rng)
        for pool, tweets in ((before, ~new), (after, new))
    )
    return joined(list(parts)).take(order)

"""Scenarios in which the share of tweets that are called positive changes, and nothing else."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from training.drift_study.floors import median_within
from training.drift_study.pools import Pools
from training.drift_study.scenario import FINE, REFERENCE, STEADY, STREAM, Make, Scenario, is_small
from training.drift_study.streams import Stream, Traffic, every, halves, hourly, no_votes, with_rate

LATER = 5_000
"""Tweets before a change that comes long after deployment."""

WEIGHT = 6
"""Streams, as a multiple of the usual number: these floors are close."""


def rate_shifts(pools: Pools) -> list[Scenario]:
    """By 5, 10 and 20 points; late, slowly, and at other paces."""
    pool = pools.general
    replaced = is_small(pool)

    def shifting(
        base: float,
        points: float,
        *,
        quiet: int = 0,
        over: int = 0,
        traffic: Traffic = STEADY,
        checks: Callable[[NDArray[np.float64]], NDArray[np.float64]] = lambda hours: every(FINE, hours),
        after: int = 6_000,
    ) -> Make:
        def make(rng: np.random.Generator) -> Stream:
            parts = halves(pool, reference=2 * REFERENCE, stream=2 * STREAM, rng=rng)
            reference = with_rate(parts.reference, np.full(REFERENCE, base), replace=parts.replace, rng=rng)
            since = np.arange(-quiet, after)
            risen = np.clip((since + 1) / over, 0, 1) if over else (since >= 0).astype(float)
            tweets = with_rate(parts.stream, base + points * risen, replace=parts.replace, rng=rng)
            hours = traffic.arrivals(len(tweets), rng)
            return Stream(
                reference=reference,
                tweets=tweets,
                hours=hours,
                checks=checks(hours),
                change=quiet,
                voted=no_votes(len(tweets)),
            )

        return make

    at_deployment = [
        Scenario(
            name=f"rate-{points}-at-{base:.0%}".replace("%", ""),
            title=f"positive rate {base:.0%} to {base + points / 100:.0%}, at deployment",
            kind="shift",
            make=shifting(base, points / 100),
            floor=median_within(limit),
            weight=WEIGHT,
            replaced=replaced,
        )
        for base in (0.5, 0.2)
        for points, limit in ((5, 1_100), (10, 300), (20, 95))
    ]
    return [
        *at_deployment,
        Scenario(
            name="rate-10-late",
            title=f"positive rate 50% to 60%, {LATER:,} tweets after deployment",
            kind="shift",
            make=shifting(0.5, 0.10, quiet=LATER),
            replaced=replaced,
        ),
        Scenario(
            name="rate-20-gradual",
            title="positive rate 50% to 70%, growing over 2,000 tweets",
            kind="shift",
            make=shifting(0.5, 0.20, over=2_000),
            replaced=replaced,
        ),
        Scenario(
            name="rate-20-sparse",
            title="positive rate 50% to 70%, 2 tweets an hour",
            kind="shift",
            make=shifting(0.5, 0.20, traffic=Traffic(per_hour=2), checks=hourly, after=1_460),
            replaced=replaced,
        ),
        Scenario(
            name="rate-20-heavy",
            title="positive rate 50% to 70%, 2,000 tweets an hour",
            kind="shift",
            make=shifting(0.5, 0.20, traffic=Traffic(per_hour=2_000), checks=hourly, after=20_000),
            replaced=replaced,
        ),
    ]

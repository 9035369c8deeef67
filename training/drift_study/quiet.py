"""Scenarios in which nothing changes, so that every alarm is false."""

import numpy as np

from training.drift_study.floors import FALSE_ALARMS
from training.drift_study.pools import Pools
from training.drift_study.scenario import REFERENCE, STREAM, Make, Scenario, is_small
from training.drift_study.streams import DAY, MONTH, Stream, Traffic, drawn, halves, hourly, votes, with_rate

WEIGHT = 10
"""Streams, as a multiple of the usual number: a rate of one in a hundred takes many."""


def no_drift(pools: Pools) -> list[Scenario]:
    """General tweets, at four paces."""
    pool = pools.general
    replaced = is_small(pool)

    def unchanging(traffic: Traffic, tweets: int, *, mood: float = 0.0) -> Make:
        def make(rng: np.random.Generator) -> Stream:
            parts = halves(pool, reference=REFERENCE, stream=STREAM, rng=rng)
            deployed = rng.uniform(0, DAY)
            hours = traffic.arrivals(tweets, rng, deployed=deployed)
            if mood:
                # A quarter of a day behind the traffic: in the mean of all tweets the mood is as ever.
                rate = parts.reference.positive.mean() - mood * np.cos(2 * np.pi * (deployed + hours) / DAY)
                tweets_drawn = with_rate(parts.stream, rate, replace=True, rng=rng)
            else:
                tweets_drawn = drawn(parts.stream, tweets, replace=parts.replace, rng=rng)
            return Stream(
                reference=parts.reference,
                tweets=tweets_drawn,
                hours=hours,
                checks=hourly(hours),
                change=None,
                voted=votes(tweets, rng),
            )

        return make

    def month(traffic: Traffic) -> int:
        return int(traffic.per_hour * MONTH)

    sparse, cycle, heavy = (
        Traffic(per_hour=2),
        Traffic(per_hour=40, swing=0.8),
        Traffic(per_hour=2_000, swing=0.8),
    )
    return [
        Scenario(
            name="null",
            title="no drift: 20,000 tweets, 8 an hour",
            kind="null",
            make=unchanging(Traffic(per_hour=8), STREAM),
            floor=FALSE_ALARMS,
            weight=WEIGHT,
            replaced=replaced,
        ),
        Scenario(
            name="null-sparse",
            title="no drift: a month of 2 tweets an hour",
            kind="null",
            make=unchanging(sparse, month(sparse)),
            replaced=replaced,
        ),
        Scenario(
            name="null-cycle",
            title="no drift: a month of 40 an hour, busy days, mood ±5 points by day and night",
            kind="null",
            make=unchanging(cycle, month(cycle), mood=0.05),
            replaced=True,
        ),
        Scenario(
            name="null-heavy",
            title="no drift: a week of 2,000 an hour, busy days, mood ±5 points by day and night",
            kind="null",
            make=unchanging(heavy, int(heavy.per_hour * 7 * DAY), mood=0.05),
            weight=0.2,
            replaced=True,
        ),
    ]

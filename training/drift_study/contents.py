"""Scenarios in which other tweets come, or in which the same tweets mean something else."""

from dataclasses import replace

import numpy as np

from training.drift_study.floors import Floor
from training.drift_study.pools import Pools
from training.drift_study.scenario import FINE, REFERENCE, STEADY, STREAM, Scenario, is_small
from training.drift_study.scored import UNLABELLED, Scored
from training.drift_study.streams import Stream, drawn, every, halves, no_votes, turning, votes


def other_tweets(
    name: str,
    title: str,
    *,
    before: Scored,
    after: Scored,
    share: float = 1.0,
    quiet: int = 0,
    length: int = 2_000,
    floor: Floor | None = None,
    replaced: bool = False,
) -> Scenario:
    """Another kind of tweets: after `quiet` ones, each is drawn from `after` with probability `share`."""

    def make(rng: np.random.Generator) -> Stream:
        spare = quiet + (length if share < 1 else 0)
        known = len(before) if replaced else min(REFERENCE, len(before) - spare)
        parts = halves(before, reference=known, stream=spare, rng=rng)
        turned = np.where(np.arange(quiet + length) >= quiet, share, 0.0)
        tweets = turning(parts.stream, after, share=turned, rng=rng)
        hours = STEADY.arrivals(len(tweets), rng)
        return Stream(
            reference=parts.reference,
            tweets=tweets,
            hours=hours,
            checks=every(FINE, hours),
            change=quiet,
            voted=no_votes(len(tweets)),
        )

    return Scenario(name=name, title=title, kind="shift", make=make, floor=floor, replaced=replaced)


def other_meaning(pools: Pools) -> Scenario:
    """What words mean changes, and nothing else: only people can tell."""
    pool = pools.general

    def make(rng: np.random.Generator) -> Stream:
        parts = halves(pool, reference=REFERENCE, stream=STREAM, rng=rng)
        tweets = drawn(parts.stream, 6_000, replace=parts.replace, rng=rng)
        turned = (rng.random(len(tweets)) < 0.2) & (tweets.truth != UNLABELLED)
        tweets = replace(tweets, truth=np.where(turned, 1 - tweets.truth, tweets.truth))
        hours = STEADY.arrivals(len(tweets), rng)
        return Stream(
            reference=parts.reference,
            tweets=tweets,
            hours=hours,
            checks=every(FINE, hours),
            change=0,
            voted=votes(len(tweets), rng),
        )

    return Scenario(
        name="meaning",
        title="same tweets, one in five now means the opposite; one answer in ten gets a vote",
        kind="shift",
        make=make,
        replaced=is_small(pool),
    )


def noise(pools: Pools) -> list[Scenario]:
    """Typos, and other languages."""
    general = pools.general
    replaced = is_small(general)
    return [
        other_tweets(
            "typos-10",
            "one word in ten misspelt",
            before=general,
            after=pools.misspelt(0.1),
            replaced=replaced,
        ),
        other_tweets(
            "typos-30",
            "three words in ten misspelt",
            before=general,
            after=pools.misspelt(0.3),
            replaced=replaced,
        ),
        other_tweets(
            "language",
            "one tweet in five in another language",
            before=general,
            after=pools.foreign,
            share=0.2,
            replaced=replaced,
        ),
    ]

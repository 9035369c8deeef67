"""The table of scenarios: those on the project's own texts, and those on public data sets."""

import numpy as np

from training.drift_study.contents import noise, other_meaning, other_tweets
from training.drift_study.floors import TOPIC
from training.drift_study.pools import CorpusPools, RealPools
from training.drift_study.quiet import no_drift
from training.drift_study.rates import rate_shifts
from training.drift_study.scenario import Scenario
from training.drift_study.streams import with_rate


def corpus_scenarios(pools: CorpusPools) -> list[Scenario]:
    """Those that the project's own texts allow; all streams draw with replacement."""
    return [
        *no_drift(pools),
        *rate_shifts(pools),
        other_tweets(
            "topic",
            "from texts about flying to texts about everyday life",
            before=pools.topic,
            after=pools.everyday,
            floor=TOPIC,
            replaced=True,
        ),
        other_tweets(
            "later", "new products, new slang", before=pools.general, after=pools.later, replaced=True
        ),
        *noise(pools),
        other_meaning(pools),
    ]


def real_scenarios(pools: RealPools) -> list[Scenario]:
    """Those on the public data sets."""
    general, topic = pools.general, pools.topic
    same_mood = with_rate(
        general, np.full(10_000, topic.positive.mean()), replace=False, rng=np.random.default_rng(0)
    )
    return [
        *no_drift(pools),
        *rate_shifts(pools),
        other_tweets(
            "topic",
            "from tweets to United to general tweets",
            before=topic,
            after=general,
            floor=TOPIC,
        ),
        other_tweets(
            "topic-same-mood",
            "from tweets to United to general tweets of the same mood",
            before=topic,
            after=same_mood,
        ),
        other_tweets(
            "topic-later",
            "to general tweets of the same mood, 700 tweets after deployment",
            before=topic,
            after=same_mood,
            quiet=700,
        ),
        other_tweets(
            "airlines",
            "from five airlines to US Airways",
            before=pools.other_airlines,
            after=pools.one_airline,
        ),
        other_tweets("to-airlines", "from general tweets to airlines", before=general, after=pools.airlines),
        other_tweets("later", "from 2009 to 2013-2016 (SemEval)", before=general, after=pools.later),
        other_tweets("reviews", "from tweets to film reviews (IMDB)", before=general, after=pools.reviews),
        *noise(pools),
        other_meaning(pools),
    ]

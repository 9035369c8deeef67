"""Streams of tweets whose truth is known, as the tests on evidence need them."""

import numpy as np

from function_app.bundle import Histogram, Reference, Topic
from function_app.drift.tweets import Tweets

SCORES = np.array([0.25, 0.10, 0.08, 0.07, 0.07, 0.08, 0.10, 0.25])
TOPICS = np.array([0.2, 0.2, 0.15, 0.15, 0.1, 0.1, 0.05, 0.05])
LENGTHS = np.array([0.2, 0.5, 0.3])
UNKNOWN = np.array([0.8, 0.15, 0.05])
ROWS = 20_000

REFERENCE = Reference(
    format=2,
    rows=ROWS,
    score=Histogram(
        edges=[0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1], counts=(SCORES * ROWS).astype(int).tolist()
    ),
    positive_rate=0.5,
    length=Histogram(edges=[0, 50, 100, 300], counts=(LENGTHS * ROWS).astype(int).tolist()),
    unknown_share=Histogram(edges=[0, 0.1, 0.4, 1], counts=(UNKNOWN * ROWS).astype(int).tolist()),
    topics=[Topic(words=["w"], count=int(share * ROWS)) for share in TOPICS],
    foreign=int(0.01 * ROWS),
)
"""What `stream` draws from where nothing has changed, but for half a count in 20,000."""

HOUR = 3_600.0
START = 500_000 * HOUR


def stream(
    rng: np.random.Generator,
    tweets: int,
    *,
    positive: float | np.ndarray = 0.5,
    topics: np.ndarray = TOPICS,
    foreign: float = 0.01,
    per_hour: float = 20,
) -> Tweets:
    """That many tweets, so many an hour; `positive` is the positive rate, of all or of each."""
    is_positive = rng.random(tweets) < positive
    side = 2 * SCORES[4:]
    bins = np.where(is_positive, 4 + rng.choice(4, tweets, p=side), rng.choice(4, tweets, p=side[::-1]))
    edges = np.array(REFERENCE.score.edges)
    return Tweets(
        probability=(edges[bins] + edges[bins + 1]) / 2,
        characters=np.array([25, 75, 150])[rng.choice(3, tweets, p=LENGTHS)],
        tokens=np.full(tweets, 20),
        unknown_tokens=np.array([0, 4, 12])[rng.choice(3, tweets, p=UNKNOWN)],
        topic=rng.choice(len(TOPICS), tweets, p=topics),
        foreign=(rng.random(tweets) < foreign).astype(np.int64),
        seconds=START + np.arange(tweets) * HOUR / per_hour,
        key=rng.integers(2**63, size=tweets, dtype=np.uint64),
    )

"""Predictions as the detectors see them: columns of numbers, and then cells."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from function_app.bundle import Histogram, Reference
from function_app.drift.watches import Floats, Watch
from function_app.store.records import DriftTestName, Prediction

ABSENT = -1


@dataclass(frozen=True, kw_only=True)
class Tweets:
    """N predictions; every column is (N,).

    `probability` float64: P(positive). `characters`, `tokens`, `unknown_tokens` int64. `topic` int64 and
    `foreign` int64 (0 or 1): -1 where the model does not say. `seconds` float64: when each was made, since
    1970. `key` uint64: any number that has nothing to do with the content; the smallest are sampled.
    """

    probability: Floats
    characters: NDArray[np.int64]
    tokens: NDArray[np.int64]
    unknown_tokens: NDArray[np.int64]
    topic: NDArray[np.int64]
    foreign: NDArray[np.int64]
    seconds: Floats
    key: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.probability)

    def take(self, rows: NDArray[np.integer]) -> "Tweets":
        """The rows of the given numbers, in this order."""
        return Tweets(**{field.name: getattr(self, field.name)[rows] for field in fields(Tweets)})


def tweets_of(rows: Sequence[Prediction]) -> Tweets:
    """The columns of predictions."""
    return Tweets(
        probability=np.array([row.probability for row in rows], np.float64),
        characters=np.array([row.characters for row in rows], np.int64),
        tokens=np.array([row.tokens for row in rows], np.int64),
        unknown_tokens=np.array([row.unknown_tokens for row in rows], np.int64),
        topic=np.array([ABSENT if row.topic is None else row.topic for row in rows], np.int64),
        foreign=np.array([ABSENT if row.foreign is None else row.foreign for row in rows], np.int64),
        seconds=np.array([seconds_of(row.created) for row in rows], np.float64),
        key=np.array([key_of(row.id) for row in rows], np.uint64),
    )


def joined(parts: Sequence[Tweets]) -> Tweets:
    """The rows of all parts, one after the other."""
    return Tweets(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Tweets)
        }
    )


def key_of(record_id: str) -> int:
    """64 bits that follow from the id, and from nothing else, as if drawn at random."""
    return int.from_bytes(hashlib.blake2b(record_id.encode(), digest_size=8).digest(), "big")


def seconds_of(created: str) -> float:
    """A time (RFC 3339) in seconds since 1970."""
    return datetime.fromisoformat(created).timestamp()


def confidences(tweets: Tweets, reference: Reference) -> Floats:
    """The confidence (N,) of each tweet's label, to the middle of its score bin.

    So the mean is the same kind of number as the reference's, which is known by its bins.
    """
    edges = np.array(reference.score.edges)
    centres = (edges[1:] + edges[:-1]) / 2
    return np.asarray(np.maximum(centres, 1 - centres)[_bins(tweets.probability, reference.score)])


def cells(tweets: Tweets, watches: Sequence[Watch], reference: Reference) -> NDArray[np.int64]:
    """The cell of each tweet in each watch, (N, T) int64; -1 where it is not known."""
    return np.stack([_cells(watch.name, tweets, reference) for watch in watches], axis=1)


def _cells(name: DriftTestName, tweets: Tweets, reference: Reference) -> NDArray[np.int64]:
    if name == "confidence":
        return _bins(tweets.probability, reference.score)
    if name == "length" and reference.length is not None:
        return _bins(tweets.characters, reference.length)
    if name == "unknown_tokens" and reference.unknown_share is not None:
        return _bins(tweets.unknown_tokens / np.maximum(tweets.tokens, 1), reference.unknown_share)
    if name == "language":
        return tweets.foreign
    if name == "topic" and reference.topics is not None:
        known = (tweets.topic >= 0) & (tweets.topic < len(reference.topics))
        return np.where(known, tweets.topic, ABSENT)
    return (tweets.probability >= 0.5).astype(np.int64)


def _bins(values: NDArray[np.floating] | NDArray[np.integer], histogram: Histogram) -> NDArray[np.int64]:
    """As in numpy.histogram: a bin holds its lower edge, the last one its upper edge too."""
    return np.searchsorted(histogram.edges[1:-1], values, side="right").astype(np.int64)

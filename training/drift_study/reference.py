"""The bundle's reference, as it would be if it had been made of other held-out tweets."""

import numpy as np
from numpy.typing import NDArray

from function_app.bundle import Histogram, Outcomes, Reference, Topic
from training.drift_study.scored import NO_TOPIC, UNLABELLED, Scored


def reference_of(held_out: Scored, *, like: Reference) -> Reference:
    """Counts of the tweets in the bins and topics of `like`; what that does not have, this does not have.

    Neither has it words and slices, which only explain a drift.
    """
    unknown_share = held_out.unknown_tokens / np.maximum(held_out.tokens, 1)
    has_topics = like.topics is not None and bool(np.all(held_out.topic != NO_TOPIC))
    return Reference(
        format=like.format,
        rows=len(held_out),
        score=_counted(held_out.probability, like.score),
        positive_rate=float(held_out.positive.mean()),
        length=None if like.length is None else _counted(held_out.characters, like.length),
        unknown_share=None if like.unknown_share is None else _counted(unknown_share, like.unknown_share),
        topics=_topics(held_out.topic, like.topics) if has_topics and like.topics else None,
        foreign=None if like.foreign is None else int(held_out.foreign.sum()),
        outcomes=_outcomes(held_out),
    )


def _outcomes(held_out: Scored) -> Outcomes:
    known = held_out.truth != UNLABELLED
    wrong = known & (held_out.truth != held_out.positive)
    return Outcomes(rows=int(known.sum()), wrong=int(wrong.sum()))


def _counted(values: NDArray[np.generic], like: Histogram) -> Histogram:
    bins = np.searchsorted(like.edges[1:-1], values, side="right")
    return Histogram(edges=like.edges, counts=np.bincount(bins, minlength=len(like.counts)).tolist())


def _topics(cells: NDArray[np.int64], like: list[Topic]) -> list[Topic]:
    counts = np.bincount(cells, minlength=len(like))
    return [Topic(words=topic.words, count=int(count)) for topic, count in zip(like, counts, strict=True)]

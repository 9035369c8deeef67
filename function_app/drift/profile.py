"""A reference made of predictions, in the form of another one."""

from collections.abc import Sequence

import numpy as np

from function_app.bundle import Histogram, Outcomes, Reference, SliceCounts, Topic, WordCounts
from function_app.drift.slices import SLICES, slices_of
from function_app.drift.words import texts_holding
from function_app.store.records import Prediction

WEIGHT = 10
"""How often each prediction counts, so that half a count for what none of them has is next to nothing."""


def profile_of(rows: Sequence[Prediction], like: Reference) -> Reference:
    """The reference that the rows would be, with the bins and topics of `like`; what that lacks it lacks too.

    The expected error rate is that of calibrated confidence.
    """
    scores = [row.probability for row in rows]
    return Reference(
        format=like.format,
        rows=WEIGHT * len(rows),
        score=_counted(scores, like.score),
        positive_rate=sum(row.label == "positive" for row in rows) / len(rows),
        length=None if like.length is None else _counted([row.characters for row in rows], like.length),
        unknown_share=None
        if like.unknown_share is None
        else _counted([row.unknown_tokens / max(row.tokens, 1) for row in rows], like.unknown_share),
        topics=None if like.topics is None else _topics(rows, like.topics),
        foreign=None if like.foreign is None else WEIGHT * sum(bool(row.foreign) for row in rows),
        word_counts=None if like.word_counts is None else _words(rows),
        slices=None if like.slices is None else _slices(rows, like.score),
        outcomes=Outcomes(
            rows=WEIGHT * len(rows), wrong=round(WEIGHT * sum(1 - row.confidence for row in rows))
        ),
    )


def _counted(values: Sequence[float], like: Histogram) -> Histogram:
    bins = np.searchsorted(like.edges[1:-1], values, side="right")
    counts = np.bincount(bins, minlength=len(like.counts)) * WEIGHT
    return Histogram(edges=like.edges, counts=counts.tolist())


def _topics(rows: Sequence[Prediction], like: Sequence[Topic]) -> list[Topic]:
    cells = [row.topic for row in rows]
    return [Topic(words=topic.words, count=WEIGHT * cells.count(number)) for number, topic in enumerate(like)]


def _words(rows: Sequence[Prediction]) -> WordCounts:
    counts, _ = texts_holding(row.text for row in rows if row.text is not None)
    weighted = {word: WEIGHT * count for word, count in sorted(counts.items())}
    return WordCounts(total=sum(weighted.values()), counts=weighted)


def _slices(rows: Sequence[Prediction], score: Histogram) -> list[SliceCounts]:
    kinds = [slices_of(text=row.text, characters=row.characters, foreign=row.foreign) for row in rows]
    return [
        SliceCounts(
            name=name,
            counts=_counted(
                [row.probability for row, of_row in zip(rows, kinds, strict=True) if name in of_row], score
            ).counts,
        )
        for name in SLICES
    ]

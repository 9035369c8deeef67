"""The reference profile: how held-out tweets look to the bundle, for the drift check to compare with."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from export.composition import Scored
from function_app.bundle import (
    REFERENCE_FORMAT,
    Histogram,
    Outcomes,
    Reference,
    SliceCounts,
    Topic,
)
from function_app.drift.slices import SLICES, slices_of
from function_app.drift.words import count_words

SCORE_EDGES = tuple(round(step / 20, 2) for step in range(21))
LENGTH_EDGES = (*(float(step) for step in range(0, 161, 20)), 280.0, 2000.0)
"""Tweets had at most 140 characters, later 280; the app takes 2,000."""

UNKNOWN_EDGES = (0.0, 0.01, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
"""The first bin is of texts without an unknown token: 1 in 100 would need 100 tokens."""

WORDS = 5000


def reference_profile(
    texts: Sequence[str], scored: Scored, *, cells: Sequence[Sequence[str]], labels: npt.NDArray[np.float64]
) -> Reference:
    """The profile of N held-out texts.

    ``cells`` are the typical words of the topics' K cells; ``labels`` (N,) are what people said: 1 positive,
    0 negative, NaN nothing. The words and the slices are those of `function_app.drift`.
    """
    positive = scored.probability >= 0.5
    unknown = scored.unknown_tokens / np.maximum(scored.tokens, 1)
    said = ~np.isnan(labels)
    wrong = positive[said] != (labels[said] == 1)
    topics = np.bincount(scored.topic, minlength=len(cells) + 1)
    return Reference(
        rows=len(texts),
        score=_histogram(scored.probability, SCORE_EDGES),
        positive_rate=float(positive.mean()),
        format=REFERENCE_FORMAT,
        length=_histogram(np.array([len(text) for text in texts]), LENGTH_EDGES),
        unknown_share=_histogram(unknown, UNKNOWN_EDGES),
        topics=[
            Topic(words=list(words), count=int(count))
            for words, count in zip([*cells, ()], topics, strict=True)
        ],
        foreign=int(scored.foreign.sum()),
        word_counts=count_words(texts, most=WORDS),
        slices=_slices(texts, scored),
        outcomes=Outcomes(rows=int(said.sum()), wrong=int(wrong.sum())) if said.any() else None,
    )


def _histogram(values: npt.ArrayLike, edges: Sequence[float]) -> Histogram:
    within = np.clip(np.asarray(values, np.float64), edges[0], edges[-1])
    counts, _ = np.histogram(within, bins=np.array(edges))
    return Histogram(edges=list(edges), counts=[int(count) for count in counts])


def _slices(texts: Sequence[str], scored: Scored) -> list[SliceCounts]:
    names = [
        slices_of(text=text, characters=len(text), foreign=bool(foreign))
        for text, foreign in zip(texts, scored.foreign, strict=True)
    ]
    return [
        SliceCounts(
            name=name,
            counts=_histogram(scored.probability[[name in row for row in names]], SCORE_EDGES).counts,
        )
        for name in SLICES
    ]

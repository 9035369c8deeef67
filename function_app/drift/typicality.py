"""How much a change favours each tweet: what makes it typical of the change."""

from collections.abc import Iterator, Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from function_app.bundle import Histogram, Reference
from function_app.drift.words import words_of
from function_app.store.records import DriftTestName, DriftWords, Prediction

_SMOOTHING = 0.5
"""Added to each count, so that what was never seen before is rare and not impossible."""

Bins = tuple[NDArray[np.int64], NDArray[np.float64]]
"""The bin of each row, (N,), and the reference's count of each bin, (K,)."""


def typicality(
    rows: Sequence[Prediction],
    reference: Reference,
    *,
    moved: Sequence[DriftTestName],
    words: DriftWords | None,
) -> NDArray[np.float64]:
    """Log-likelihood ratio, (N,), of each row under "as these rows are" to "as the reference is".

    What the tests in `moved` look at counts, as if one were independent of the other, and of the words those
    that came up. A row of 0 is as likely after the change as before.
    """
    ratio = np.zeros(len(rows))
    if not rows:
        return ratio
    for bins, there in _facets(rows, reference, moved):
        here = np.bincount(bins, minlength=len(there)) + _SMOOTHING
        before = there + _SMOOTHING
        ratio += (np.log(here / here.sum()) - np.log(before / before.sum()))[bins]
    if words is not None:
        weights = {one.word: log(one.share / max(one.reference, 1e-6)) for one in words.more}
        ratio += [
            sum(weights.get(word, 0.0) for word in words_of(row.text)) if row.text is not None else 0.0
            for row in rows
        ]
    return ratio


def _facets(
    rows: Sequence[Prediction], reference: Reference, moved: Sequence[DriftTestName]
) -> Iterator[Bins]:
    if "confidence" in moved:  # the bins of the score tell the label too
        yield _binned([row.probability for row in rows], reference.score)
    elif "positive_rate" in moved:
        positive = reference.positive_rate * reference.rows
        yield _flags([row.label == "positive" for row in rows], positive, reference.rows)
    if "length" in moved and reference.length is not None:
        yield _binned([row.characters for row in rows], reference.length)
    if "unknown_tokens" in moved and reference.unknown_share is not None:
        shares = [row.unknown_tokens / max(row.tokens, 1) for row in rows]
        yield _binned(shares, reference.unknown_share)
    if "language" in moved and reference.foreign is not None:
        yield _flags([bool(row.foreign) for row in rows], reference.foreign, reference.rows)
    if "topic" in moved and reference.topics is not None:
        last = len(reference.topics) - 1
        cells = [last if row.topic is None else min(max(row.topic, 0), last) for row in rows]
        yield np.array(cells), np.array([topic.count for topic in reference.topics], np.float64)


def _binned(values: Sequence[float], histogram: Histogram) -> Bins:
    bins = np.searchsorted(histogram.edges[1:-1], values, side="right")
    return np.asarray(bins, np.int64), np.array(histogram.counts, np.float64)


def _flags(values: Sequence[bool], count: float, rows: int) -> Bins:
    return np.array(values, np.int64), np.array([rows - count, count], np.float64)

"""A few tweets that show a change."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from function_app.drift.words import words_of
from function_app.store.records import DriftExample, Prediction

MOST_EXAMPLES = 5

ALIKE = 0.5
"""Share of common words (Jaccard index) from which two tweets are too much alike to show both."""


def typical_examples(rows: Sequence[Prediction], typical: NDArray[np.float64]) -> list[DriftExample]:
    """Up to `MOST_EXAMPLES` different tweets that the change favours most; `typical` (N,): see `typicality`.

    Of equally typical ones the surer answers come first. Their texts are not in the report, which may be kept
    longer than they are; they can be looked up as long as they are there.
    """
    by_merit = sorted(
        range(len(rows)), key=lambda at: (-round(float(typical[at]), 6), -rows[at].confidence, rows[at].id)
    )
    chosen: list[Prediction] = []
    for at in by_merit:
        if len(chosen) == MOST_EXAMPLES or typical[at] <= 0:
            break
        if not any(_alike(rows[at], other) for other in chosen):
            chosen.append(rows[at])
    return [
        DriftExample(prediction_id=row.id, label=row.label, confidence=row.confidence, text=None)
        for row in chosen
    ]


def _alike(one: Prediction, other: Prediction) -> bool:
    if one.sha256 == other.sha256:
        return True
    if one.text is None or other.text is None:
        return False
    here, there = words_of(one.text), words_of(other.text)
    return len(here & there) >= ALIKE * max(len(here | there), 1)

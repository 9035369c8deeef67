"""Candidates on the same test rows, two by two."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training.assessment.kept import NOT_TWEETS, Predictions
from training.assessment.paired import paired


@dataclass(frozen=True)
class Difference:
    """Accuracy more than the other's, and the two-sided exact McNemar test's p."""

    points: float
    p: float


def differences(predictions: Mapping[str, Predictions]) -> dict[tuple[str, str], Difference]:
    """Every candidate against every one, itself too, on the rows of all tweet sets together.

    Raises:
        ValueError: two candidates were measured on different rows.
    """
    first, *others = predictions.values()
    for other in others:
        same = np.array_equal(first.datasets, other.datasets) and np.array_equal(first.labels, other.labels)
        if not same:
            raise ValueError("candidates were measured on different rows")
    of_tweets = ~np.isin(first.datasets, list(NOT_TWEETS))
    labels = first.labels[of_tweets]
    scored = {name: one.probabilities[of_tweets] for name, one in predictions.items()}
    pairs = itertools.product(scored, repeat=2)
    return {(one, other): _difference(labels, scored[one], scored[other]) for one, other in pairs}


def _difference(labels: np.ndarray, one: np.ndarray, other: np.ndarray) -> Difference:
    found = paired(labels, present=other, challenger=one)
    if found is None:
        return Difference(0.0, 1.0)
    return Difference(-found.loss, min(1.0, 2 * min(found.p_better, found.p_worse)))

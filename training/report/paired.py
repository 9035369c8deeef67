"""Candidates on the same test rows, two by two."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training.assessment.kept import Predictions
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
    if not all(same_tweets(first, other) for other in others):
        raise ValueError("candidates were measured on different rows")
    labels = first.of_tweets.labels
    scored = {name: one.of_tweets.probabilities for name, one in predictions.items()}
    pairs = itertools.product(scored, repeat=2)
    return {(one, other): _difference(labels, scored[one], scored[other]) for one, other in pairs}


def same_tweets(one: Predictions, other: Predictions) -> bool:
    """Whether two candidates were measured on the same rows of tweets; reviews of films may differ."""
    mine, yours = one.of_tweets, other.of_tweets
    return np.array_equal(mine.datasets, yours.datasets) and np.array_equal(mine.labels, yours.labels)


def _difference(labels: np.ndarray, one: np.ndarray, other: np.ndarray) -> Difference:
    found = paired(labels, present=other, challenger=one)
    if found is None:
        return Difference(0.0, 1.0)
    return Difference(-found.loss, min(1.0, 2 * min(found.p_better, found.p_worse)))

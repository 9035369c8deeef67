"""Test rows whose label every candidate doubts."""

from collections.abc import Mapping

import numpy as np

from training.assessment.kept import Predictions

SURE = 0.9


def doubtful_labels(predictions: Mapping[str, Predictions]) -> dict[str, float]:
    """Share of each data set's rows where all candidates give the other label with confidence `SURE` or more.

    The candidates were measured on the same rows of tweets. Empty for fewer than two of them: one alone tells
    mistakes of its own from wrong labels no better.
    """
    if len(predictions) < 2:
        return {}
    each = [one.of_tweets for one in predictions.values()]
    against = np.logical_and.reduce(
        [np.where(one.labels == 1, 1 - one.probabilities, one.probabilities) >= SURE for one in each]
    )
    names = each[0].datasets
    return {str(name): float(against[names == name].mean()) for name in np.unique(names)}

"""Accuracy without labels: the mean of calibrated confidence.

Confidence-based performance estimation, as in NannyML and in Guillory et al., "Predicting with confidence on
unseen distributions", ICCV 2021: where a model is calibrated, the mean confidence of its answers is their
expected accuracy. It sees tweets that are harder than those before, but not a change of what words mean, for
which the model's confidence is wrong: that is what people's votes are for.
"""

from math import sqrt

import numpy as np

from function_app.bundle import Reference
from function_app.drift.watches import smoothed
from function_app.store.records import DriftAccuracy

_Z = 1.96
"""Standard errors of a 95 % interval."""


def expected_accuracy(reference: Reference) -> float:
    """The mean confidence on the held-out data, by the middles of the score bins."""
    edges = np.array(reference.score.edges)
    centres = (edges[1:] + edges[:-1]) / 2
    return float(smoothed(reference.score.counts) @ np.maximum(centres, 1 - centres))


def tolerated_error_rate(reference: Reference) -> float | None:
    """The error rate on held-out tweets that people labelled; None where the reference has none."""
    outcomes = reference.outcomes
    return None if outcomes is None or outcomes.rows == 0 else outcomes.wrong / outcomes.rows


def estimated_accuracy(confidence: float, count: int, reference: Reference) -> DriftAccuracy | None:
    """The estimate from the sum of the confidence of `count` answers; None for none.

    The interval holds the chance of the draw, with the variance m·(1 - m) that a share of mean m has at most,
    and the calibration error that is known: by how much the mean confidence on the held-out data misses the
    accuracy there.
    """
    if count == 0:
        return None
    estimate, expected = confidence / count, expected_accuracy(reference)
    error_rate = tolerated_error_rate(reference)
    gap = 0.0 if error_rate is None else abs(1 - error_rate - expected)
    margin = _Z * sqrt(estimate * (1 - estimate) / count) + gap
    return DriftAccuracy(
        estimate=estimate,
        low=max(0.0, estimate - margin),
        high=min(1.0, estimate + margin),
        reference=expected,
    )

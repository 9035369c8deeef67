"""Figures are those of `export.metrics`, and their intervals hold the truth as often as they say."""

import numpy as np
import pytest

from export.metrics import scores
from training.assessment.bootstrap import intervals, share


def drawn(random, rows):
    """Labels and the probabilities of a model that is too sure of itself."""
    logits = random.normal(0.3, 1.5, rows)
    return (random.random(rows) < 1 / (1 + np.exp(-logits))).astype(int), 1 / (1 + np.exp(-1.6 * logits))


def figures(labels, probabilities):
    found = scores(labels, probabilities)
    return {
        "accuracy": found.accuracy,
        "mean_recall": (found.recall_negative + found.recall_positive) / 2,
        "f1_negative": found.f1_negative,
        "f1_positive": found.f1_positive,
        "roc_auc": found.roc_auc,
        "log_loss": found.log_loss,
        "calibration_error": found.calibration_error,
    }


@pytest.mark.parametrize("digits", [16, 1], ids=["all different", "many ties"])
def test_values_are_those_of_the_metrics(digits):
    labels, probabilities = drawn(np.random.default_rng(4), 300)
    probabilities = probabilities.round(digits)
    found = intervals(labels, probabilities, resamples=50)
    assert {name: one.value for name, one in found.items()} == pytest.approx(figures(labels, probabilities))
    assert all(one.low <= one.value <= one.high for one in found.values())


def test_intervals_hold_the_truth_nineteen_times_in_twenty():
    """200 samples of 400 rows; the truth is that of 400,000.

    With 95 % coverage, fewer than 89.5 % hits have a chance of about 1 in 1,000. Of the calibration error no
    more than nine in ten are promised: fewer than 82.5 % hits have that chance.
    """
    random = np.random.default_rng(11)
    truth = figures(*drawn(random, 400_000))
    hits = dict.fromkeys(truth, 0)
    widths = []
    for sample in range(200):
        found = intervals(*drawn(random, 400), resamples=200, seed=sample)
        widths.append(found["accuracy"].high - found["accuracy"].low)
        for name, one in found.items():
            hits[name] += one.low <= truth[name] <= one.high
    assert hits.pop("calibration_error") >= 0.825 * 200
    assert min(hits.values()) >= 0.895 * 200, hits
    # Not by being too wide: the normal approximation of the binomial.
    expected = 2 * 1.96 * np.sqrt(truth["accuracy"] * (1 - truth["accuracy"]) / 400)
    assert np.mean(widths) == pytest.approx(expected, rel=0.1)


def test_the_same_seed_gives_the_same_interval():
    labels, probabilities = drawn(np.random.default_rng(4), 100)
    once = intervals(labels, probabilities, resamples=100, seed=1)
    assert once == intervals(labels, probabilities, resamples=100, seed=1)
    assert once != intervals(labels, probabilities, resamples=100, seed=2)


def test_draws_without_a_class_spoil_nothing():
    found = intervals([0, 1, 1], [0.2, 0.7, 0.4], resamples=300)
    assert all(np.isfinite([one.low, one.value, one.high]).all() for one in found.values())


def test_one_class_alone_is_refused():
    with pytest.raises(ValueError, match="both classes"):
        intervals([1, 1], [0.2, 0.7])


def test_a_share_has_the_interval_of_drawing_rows_again():
    right = np.arange(500) < 430
    found = share(right)
    redrawn = np.random.default_rng(0).choice(right, (20_000, 500)).mean(axis=1)
    assert found.value == 0.86
    assert (found.low, found.high) == pytest.approx(np.quantile(redrawn, (0.025, 0.975)), abs=0.0021)

"""The metrics are what the textbook says."""

import numpy as np
import pytest

from export.metrics import accuracy_interval, calibration_error, scores

LABELS = [0, 0, 0, 0, 1, 1]
PROBABILITIES = [0.1, 0.2, 0.3, 0.8, 0.9, 0.4]


def test_scores_of_six_rows_counted_by_hand():
    found = scores(LABELS, PROBABILITIES)
    assert (found.true_negative, found.false_positive, found.false_negative, found.true_positive) == (
        3,
        1,
        1,
        1,
    )
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.specificity == found.recall_negative == pytest.approx(3 / 4)
    assert found.precision_positive == found.recall_positive == found.f1_positive == pytest.approx(1 / 2)
    assert found.precision_negative == found.f1_negative == pytest.approx(3 / 4)
    # Of the 8 pairs (negative, positive) only (0.8, 0.4) is the wrong way round.
    assert found.roc_auc == pytest.approx(7 / 8)
    given = [1 - 0.1, 1 - 0.2, 1 - 0.3, 1 - 0.8, 0.9, 0.4]
    assert found.log_loss == pytest.approx(-np.log(given).mean())


def test_calibration_error_is_zero_for_honest_and_large_for_boastful_scores():
    random = np.random.default_rng(1)
    probability = random.random(200_000)
    labels = random.random(200_000) < probability
    assert calibration_error(labels, probability) < 0.005
    boastful = np.where(probability >= 0.5, 0.999, 0.001)
    assert calibration_error(labels, boastful) == pytest.approx(0.249, abs=0.01)


def test_one_class_alone_has_no_scores():
    with pytest.raises(ValueError, match="both classes"):
        scores([1, 1], [0.5, 0.6])


def test_the_interval_of_an_accuracy_is_that_of_resampled_rows():
    hits = np.arange(500) < 430
    resampled = np.random.default_rng(5).choice(hits, size=(20_000, 500)).mean(axis=1)
    expected = np.percentile(resampled, [2.5, 97.5])
    assert accuracy_interval(hits.mean(), 500) == pytest.approx(expected, abs=0.0021)


def test_the_interval_of_an_accuracy_holds_the_true_one_as_often_as_it_says():
    found = np.random.default_rng(6).binomial(800, 0.85, size=4000) / 800
    held = [low <= 0.85 <= high for low, high in (accuracy_interval(one, 800) for one in found)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)  # 4 standard errors of 4,000 draws

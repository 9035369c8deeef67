"""Curves begin and end where they must and say what they are of."""

import numpy as np
import pytest

from training.assessment.on_data_set import MOST_POINTS, coverage, on_data_set, reliability


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(2)
    logits = random.normal(0, 2, 1_500)
    labels = (random.random(1_500) < 1 / (1 + np.exp(-logits))).astype(np.int8)
    return labels, (1 / (1 + np.exp(-logits))).astype(np.float32), 1 / (1 + np.exp(-3 * logits))


def test_curves_are_short_and_whole(rows):
    labels, probabilities, before = rows
    found = on_data_set(labels, probabilities, before=before)
    for curve in (found.roc, found.precision_recall, found.coverage):
        assert 100 <= len(curve) <= MOST_POINTS
    assert (found.roc[0], found.roc[-1]) == ((0.0, 0.0), (1.0, 1.0))
    assert found.precision_recall[0][0] == 1.0
    assert found.precision_recall[-1] == (0.0, 1.0)
    assert found.coverage[-1] == (1.0, pytest.approx(found.accuracy.value))
    assert found.coverage[0][1] > found.accuracy.value
    assert sum(found.confusion) == found.rows == 1_500
    assert (found.confusion[0] + found.confusion[3]) / 1_500 == pytest.approx(found.accuracy.value)


def test_calibration_error_falls_with_calibration(rows):
    labels, probabilities, before = rows
    found = on_data_set(labels, probabilities, before=before)
    assert found.calibration_error.value < 0.5 * found.calibration_error_before
    gaps = sum(one.rows * abs(one.confidence - one.accuracy) for one in found.reliability)
    assert gaps / found.rows == pytest.approx(found.calibration_error.value, abs=1e-6)


def test_bins_hold_every_row_once():
    bins = reliability([1, 1, 0], [1.0, 0.5, 0.5])
    assert sum(one.rows for one in bins) == 3
    assert bins[-1].confidence == 1.0


def test_rows_of_equal_confidence_are_answered_together():
    assert coverage([1, 1, 0], [0.9, 0.7, 0.7]) == [(pytest.approx(1 / 3), 1.0), (1.0, pytest.approx(2 / 3))]

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.stats import norm

from function_app.bundle import Outcomes
from function_app.drift.accuracy import estimated_accuracy, expected_accuracy, tolerated_error_rate
from tests.function_app.drift.references import REFERENCE

NO_OUTCOMES = replace(REFERENCE, outcomes=None)


def test_the_interval_is_that_of_a_share_widened_by_the_known_calibration_error() -> None:
    found = estimated_accuracy(80.0, 100, NO_OUTCOMES)
    assert found is not None
    low, high = norm.interval(0.95, loc=0.8, scale=0.04)
    assert (found.estimate, found.low, found.high) == pytest.approx((0.8, low, high), abs=1e-4)
    expected = expected_accuracy(REFERENCE)
    assert found.reference == expected == pytest.approx((600 * 0.875 + 400 * 0.625) / 1_000, abs=1e-3)
    wider = estimated_accuracy(80.0, 100, REFERENCE)
    assert wider is not None
    assert found.low - wider.low == pytest.approx(abs(1 - 60 / 500 - expected))


def test_where_the_model_is_calibrated_the_interval_holds_the_accuracy() -> None:
    """In 1,000 draws of 300 answers, 95 % of the intervals hold what was right; 6 standard errors are 41."""
    rng = np.random.default_rng(1)
    confidence = rng.choice([0.55, 0.7, 0.85, 0.97], (1_000, 300), p=[0.1, 0.2, 0.3, 0.4])
    right = (rng.random((1_000, 300)) < confidence).mean(axis=1)
    held = 0
    for sure, share in zip(confidence.sum(axis=1), right, strict=True):
        found = estimated_accuracy(float(sure), 300, NO_OUTCOMES)
        assert found is not None
        held += found.low <= share <= found.high
    assert held >= 950 - 41


def test_nothing_is_estimated_from_nothing() -> None:
    assert estimated_accuracy(0.0, 0, REFERENCE) is None


def test_the_tolerated_error_rate_is_the_one_that_people_found() -> None:
    assert tolerated_error_rate(REFERENCE) == 60 / 500
    assert tolerated_error_rate(NO_OUTCOMES) is None
    assert tolerated_error_rate(replace(REFERENCE, outcomes=Outcomes(rows=0, wrong=0))) is None

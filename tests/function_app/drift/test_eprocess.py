import math

import numpy as np
import pytest
from scipy.stats import dirichlet_multinomial, multinomial

from function_app.drift.eprocess import CONCENTRATION, log_e_value, reference_shares, total_variation
from tests.function_app.handmade import SCORE_COUNTS

SHARES = np.array(reference_shares(SCORE_COUNTS))
ALPHA = 0.01
STREAMS = 2_000
TWEETS = 3_000
STEP = 25


def log_e_paths(generator: np.random.Generator, true_shares: np.ndarray, streams: int) -> np.ndarray:
    """Log e-values (streams, looks) of random streams that are looked at every `STEP` tweets."""
    steps = generator.multinomial(STEP, true_shares, size=(streams, TWEETS // STEP))
    counts = steps.cumsum(axis=1)
    return np.array([[log_e_value(look.tolist(), SHARES.tolist()) for look in stream] for stream in counts])


def test_it_agrees_with_the_ratio_of_two_likelihoods() -> None:
    generator = np.random.default_rng(1)
    for total in (1, 17, 400):
        counts = generator.multinomial(total, np.full(10, 0.1))
        mixture = dirichlet_multinomial(CONCENTRATION * SHARES, total).logpmf(counts)
        expected = mixture - multinomial(total, SHARES).logpmf(counts)
        assert log_e_value(counts.tolist(), SHARES.tolist()) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_its_expectation_is_one_when_nothing_has_changed() -> None:
    """The sum over every outcome of a few tweets, so that the martingale property itself is checked."""
    shares = [0.2, 0.3, 0.5]
    expectation = sum(
        multinomial(6, shares).pmf([a, b, 6 - a - b]) * math.exp(log_e_value([a, b, 6 - a - b], shares))
        for a in range(7)
        for b in range(7 - a)
    )
    assert expectation == pytest.approx(1, rel=1e-12)


def test_without_drift_few_streams_ever_alarm() -> None:
    """At most 1 % of all streams may ever alarm (Ville). 2,000 streams of 3,000 tweets are looked at 120
    times each; were the rate exactly 1 %, more than 36 alarms would come up in 0.04 % of such tests.
    """
    log_e = log_e_paths(np.random.default_rng(2), SHARES, STREAMS)
    assert (log_e.max(axis=1) >= math.log(1 / ALPHA)).sum() <= 36


def test_a_shift_of_twenty_points_is_found() -> None:
    """A fifth of all tweets moves from the lowest bins to the highest: found in each of 200 streams, and in
    half of them within 150 tweets.
    """
    shifted = SHARES.copy()
    moved = np.minimum(shifted, [0.15, 0.05, 0, 0, 0, 0, 0, 0, 0, 0])
    shifted = shifted - moved
    shifted[-1] += moved.sum()
    log_e = log_e_paths(np.random.default_rng(3), shifted, 200)
    alarmed = log_e >= math.log(1 / ALPHA)
    assert alarmed.any(axis=1).all()
    assert np.median((alarmed.argmax(axis=1) + 1) * STEP) <= 150


def test_no_bin_of_the_reference_is_impossible() -> None:
    shares = reference_shares([0, 10, 0])
    assert sum(shares) == pytest.approx(1)
    assert min(shares) > 0
    assert math.isfinite(log_e_value([5, 0, 5], shares))


def test_total_variation_is_half_the_sum_of_differences() -> None:
    assert total_variation([10, 0], [0.5, 0.5]) == pytest.approx(0.5)
    assert total_variation([5, 5], [0.5, 0.5]) == 0
    assert total_variation([0, 0], [0.5, 0.5]) == 0

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import rel_entr

from function_app.bundle import Histogram, Reference
from function_app.drift.watches import AT_ONCE, SHARES, Watch, tilted, watch_of_votes, watches_of_tweets
from tests.function_app.drift.references import REFERENCE

WATCHES = [*watches_of_tweets(REFERENCE, least_positive_rate=0.03), watch_of_votes(0.12)]


@pytest.mark.parametrize("watch", WATCHES, ids=lambda watch: watch.name)
def test_a_likelihood_ratio_is_one_in_the_mean_where_nothing_has_changed(watch: Watch) -> None:
    """This is what makes the evidence a martingale; it must hold for every alternative, exactly."""
    assert watch.null.sum() == pytest.approx(1, rel=1e-12)
    assert np.exp(watch.log_ratios) @ watch.null == pytest.approx(1, rel=1e-9)
    assert watch.weights.sum() == pytest.approx(1, rel=1e-12)


def test_the_budget_is_spent_at_most_once() -> None:
    assert sum(SHARES.values()) <= 1
    assert {watch.name for watch in WATCHES} == set(SHARES)


def test_a_tilt_is_the_nearest_distribution_with_the_mean() -> None:
    null, values = np.array([0.1, 0.4, 0.3, 0.2]), np.array([0.0, 1.0, 2.0, 5.0])
    found = tilted(null, values, 0.5)
    assert found is not None
    assert found @ values - null @ values == pytest.approx(0.5, abs=1e-9)
    best = minimize(
        lambda shares: rel_entr(shares, null).sum(),
        null,
        bounds=[(1e-9, 1)] * 4,
        constraints=[
            {"type": "eq", "fun": lambda shares: shares.sum() - 1},
            {"type": "eq", "fun": lambda shares: (shares - null) @ values - 0.5},
        ],
        method="SLSQP",
        options={"ftol": 1e-14},
    )
    assert found == pytest.approx(best.x, abs=1e-5)


def test_a_mean_that_no_distribution_has_gives_no_tilt() -> None:
    assert tilted(np.array([0.5, 0.5]), np.array([0.0, 1.0]), 0.5) is None


def test_a_tilt_within_groups_leaves_their_shares() -> None:
    null, groups = np.array([0.2, 0.2, 0.3, 0.3]), np.array([0.0, 0.0, 1.0, 1.0])
    found = tilted(null, np.array([1.0, 0.5, 0.5, 1.0]), 0.1, groups)
    assert found is not None
    assert found[:2].sum() == pytest.approx(0.4)
    assert found[1:3].sum() < null[1:3].sum()


def test_alternatives_lie_as_far_off_as_they_say() -> None:
    rate = WATCHES[0]
    means = (np.exp(rate.log_ratios) * rate.null) @ rate.values - rate.reference
    assert sorted(means.round(9)) == [-0.18, -0.075, 0.075, 0.18]
    assert [rate.direction(alternative) for alternative in range(4)] == np.sign(means).tolist()


def test_an_alternative_as_near_as_a_mood_is_patient_and_the_others_ask_for_a_larger_shift() -> None:
    rate = WATCHES[0]
    means = np.abs((np.exp(rate.log_ratios) * rate.null) @ rate.values - rate.reference)
    assert rate.patient.tolist() == (means < 0.1).tolist()
    assert rate.leasts[rate.patient].tolist() == [0.03, 0.03]
    assert rate.leasts[~rate.patient].tolist() == [AT_ONCE, AT_ONCE]
    (strict, *_) = watches_of_tweets(REFERENCE, least_positive_rate=0.3)
    assert strict.leasts.tolist() == [0.3] * 4
    assert not any(watch.patient.any() for watch in WATCHES[1:])


def test_a_shift_of_the_positive_rate_is_none_of_confidence() -> None:
    confidence = WATCHES[1]
    positive = np.array([False, False, True, True])
    shifted = np.where(positive, 1.4, 0.6) * confidence.null
    assert shifted @ confidence.values == pytest.approx(confidence.reference)
    assert (np.exp(confidence.log_ratios) @ shifted) == pytest.approx(1, rel=1e-9)


def test_few_tweets_in_another_language_are_no_evidence() -> None:
    """The null is 1 % where the reference has less; for all lower rates the ratio is below 1 in the mean."""
    rare = watches_of_tweets(
        Reference(rows=10_000, score=REFERENCE.score, positive_rate=0.5, foreign=2), least_positive_rate=0.03
    )[-1]
    assert (rare.name, rare.reference) == ("language", 0.0002)
    for rate in (0.0002, 0.005, 0.01):
        assert (np.exp(rare.log_ratios) @ np.array([1 - rate, rate]) <= 1 + 1e-9).all()


def test_an_old_reference_has_the_tests_that_it_has_the_data_for() -> None:
    old = Reference(rows=1_000, score=REFERENCE.score, positive_rate=0.5)
    assert [watch.name for watch in watches_of_tweets(old, least_positive_rate=0.03)] == [
        "positive_rate",
        "confidence",
    ]


def test_alternatives_that_cannot_be_are_left_out_and_the_rest_share_the_budget() -> None:
    rare = watch_of_votes(0.8)
    assert len(rare.weights) == 2
    assert rare.weights.sum() == pytest.approx(1)
    all_one = Histogram(edges=[0, 0.5, 1], counts=[0, 1_000])
    extreme = watches_of_tweets(
        Reference(rows=1_000, score=all_one, positive_rate=1.0), least_positive_rate=0.03
    )
    assert np.isfinite(extreme[0].log_ratios).all()

import numpy as np
import pytest

from tests.training.drift_study.made import pool
from training.drift_study.streams import DAY, Traffic, drawn, every, halves, hourly, turning, with_rate


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_traffic_has_its_mean_rate_in_every_hour_where_it_is_steady(rng):
    hours = Traffic(per_hour=40).arrivals(40_000, rng)
    assert np.all(np.diff(hours) >= 0)
    assert hours[-1] == pytest.approx(1_000, rel=0.03)  # six standard deviations


def test_traffic_by_day_and_night_is_busiest_by_day_and_keeps_its_mean(rng):
    hours = Traffic(per_hour=100, swing=0.8).arrivals(240_000, rng)
    assert hours[-1] == pytest.approx(100 * DAY, rel=0.02)
    of_day = np.histogram(hours[hours < 90 * DAY] % DAY, bins=24, range=(0, DAY))[0] / 90
    assert of_day[5:7].mean() == pytest.approx(180, rel=0.03)
    assert of_day[17:19].mean() == pytest.approx(20, rel=0.1)


def test_a_day_may_be_some_hours_old_at_deployment(rng):
    hours = Traffic(per_hour=100, swing=0.8).arrivals(24_000, rng, deployed=6)
    of_day = np.histogram(hours[hours < 9 * DAY] % DAY, bins=24, range=(0, DAY))[0] / 9
    assert of_day.argmax() in (22, 23, 0, 1)


def test_halves_share_no_tweet_and_are_other_ones_for_each_stream(rng):
    one, other = (halves(pool(100), reference=60, stream=40, rng=rng) for _ in range(2))
    assert set(one.reference.tokens) | set(one.stream.tokens) == set(range(100))
    assert not set(one.reference.tokens) & set(one.stream.tokens)
    assert set(one.reference.tokens) != set(other.reference.tokens)
    assert not one.replace


def test_a_pool_that_is_too_small_is_the_reference_as_a_whole(rng):
    parts = halves(pool(99), reference=60, stream=40, rng=rng)
    assert parts.replace
    assert len(parts.reference) == len(parts.stream) == 99


def test_tweets_are_drawn_once_where_the_pool_is_large_enough(rng):
    once = drawn(pool(500), 500, replace=False, rng=rng)
    assert sorted(once.tokens) == list(range(500))
    assert len(drawn(pool(10), 500, replace=False, rng=rng)) == 500


def test_a_stream_is_called_positive_as_often_as_its_rate_says(rng):
    rate = np.repeat([0.2, 0.7], 5_000)
    positive = with_rate(pool(20_000), rate, replace=False, rng=rng).positive
    assert positive[:5_000].mean() == pytest.approx(0.2, abs=0.034)  # six standard deviations
    assert positive[5_000:].mean() == pytest.approx(0.7, abs=0.039)


def test_a_stream_turns_to_other_tweets_in_the_share_that_is_asked_for(rng):
    share = np.repeat([0.0, 0.25, 1.0], 2_000)
    tweets = turning(pool(5_000), pool(5_000, first=10_000), share=share, rng=rng)
    new = tweets.tokens >= 10_000
    assert not new[:2_000].any()
    assert new[2_000:4_000].mean() == pytest.approx(0.25, abs=0.06)
    assert new[4_000:].all()
    assert len(set(tweets.tokens)) == 6_000 - max(0, new.sum() - 5_000)


def test_checks_come_hourly_or_after_so_many_tweets():
    hours = np.array([0.2, 0.9, 1.5, 3.3])
    assert list(hourly(hours)) == [1, 2, 3, 4]
    assert list(every(2, hours)) == [0.9, 3.3]

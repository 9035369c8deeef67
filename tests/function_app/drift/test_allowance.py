import hashlib

import numpy as np

from function_app.drift.allowance import HOUR_SECONDS, PATIENT_HOURS, SAVED_HOURS, Allowance
from function_app.drift.tweets import key_of
from function_app.ids import ids_from, new_id

FIRST = 500_000


def times(hours: np.ndarray) -> np.ndarray:
    return (FIRST + hours) * HOUR_SECONDS


def draw(one: Allowance, hours: np.ndarray, seed: int = 0) -> np.ndarray:
    keys = np.random.default_rng(seed).integers(2**63, size=len(hours), dtype=np.uint64)
    return one.draw(times(hours), keys)


def test_light_traffic_counts_in_full() -> None:
    hours = np.arange(2_000) / 15.0
    assert draw(Allowance(20, None), hours).tolist() == list(range(2_000))


def test_a_busy_hour_counts_what_was_saved_and_the_long_run_its_share() -> None:
    hours = np.sort(np.random.default_rng(1).random(200_000) * 200)
    drawn = draw(Allowance(20, None), hours)
    counts = np.bincount(hours[drawn].astype(int), minlength=200)
    assert counts.tolist() == [SAVED_HOURS * 20] + [20] * 199


def test_less_may_be_saved_up() -> None:
    hours = np.sort(np.random.default_rng(4).random(2_000) * 5)
    drawn = draw(Allowance(20, None, saved_hours=PATIENT_HOURS), hours)
    assert np.bincount(hours[drawn].astype(int)).tolist() == [PATIENT_HOURS * 20] + [20] * 4


def test_quiet_hours_save_up_for_a_busy_one() -> None:
    one = Allowance(20, None)
    draw(one, np.linspace(0, 9.99, 200_000))
    assert len(draw(one, np.full(1_000, 12.5))) == 3 * 20
    assert len(draw(one, np.full(1_000, 99.5))) == SAVED_HOURS * 20


def test_checks_within_an_hour_share_it() -> None:
    one = Allowance(20, None)
    whole = SAVED_HOURS * 20
    first = draw(one, np.full(whole - 15, 0.2))
    again = Allowance(20, one.state())
    assert (len(first), len(draw(again, np.full(50, 0.7)))) == (whole - 15, 15)
    assert len(draw(Allowance(20, again.state()), np.full(50, 0.9))) == 0


def test_a_tweet_recorded_late_counts_as_long_as_something_is_left() -> None:
    one = Allowance(20, None)
    draw(one, np.full(SAVED_HOURS * 20 - 5, 10.5))
    draw(one, np.full(20, 11.5))
    assert len(draw(one, np.full(9, 10.6))) == 5


def test_a_check_that_is_repeated_draws_the_same_whatever_the_order() -> None:
    hours, keys = (
        np.repeat([3.1, 1.2, 3.4], 400),
        np.random.default_rng(2).permutation(1_200).astype(np.uint64),
    )
    drawn = Allowance(20, None).draw(times(hours), keys)
    shuffled = np.random.default_rng(3).permutation(1_200)
    again = Allowance(20, None).draw(times(hours[shuffled]), keys[shuffled])
    assert set(keys[drawn]) == set(keys[shuffled[again]])
    assert (np.diff(hours[drawn]) >= 0).all()


def test_nothing_is_drawn_from_nothing() -> None:
    one = Allowance(20, None)
    assert len(draw(one, np.empty(0))) == 0
    assert one.state() is None


def test_keys_of_ids_are_spread_evenly_even_where_ids_count_on() -> None:
    """Of 20,000 keys a tenth lies in each tenth of the range; 6 standard errors are 250."""
    keys = np.array([key_of(one) for one in ids_from(new_id(), 20_000)], np.float64) / 2**64
    assert np.abs(np.histogram(keys, 10, (0, 1))[0] - 2_000).max() < 250
    digest = hashlib.blake2b(b"x", digest_size=8).digest()
    assert key_of("x") == int.from_bytes(digest, "big")


def test_tweets_count_again_when_a_clock_that_was_ahead_is_right_again() -> None:
    one, now, ahead = Allowance(20, None), np.full(1_000, 0.5), np.full(1_000, 9_000.5)
    assert len(draw(one, ahead)) == SAVED_HOURS * 20
    assert len(draw(one, now)) == 0
    assert [len(draw(one, now + hours)) for hours in (1, 2, 12)] == [20, 20, 200]

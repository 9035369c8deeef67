import numpy as np
import pytest
from scipy import stats

from tests.training.drift_study import made
from training.drift_study.methods import Verdicts
from training.drift_study.outcomes import NEVER, Result, outcome, result


def judged(alarms, *, seen, change):
    verdicts = Verdicts(level=np.ones(len(alarms)), alarm=np.array(alarms, bool))
    return result(verdicts, made.stream(np.zeros(100), seen=seen, change=change))


def test_an_alarm_before_the_change_is_false_and_the_delay_counts_from_the_change():
    found = judged([1, 0, 1, 0, 1], seen=[10, 20, 30, 40, 50], change=35)
    assert (found.false_alarm, found.false_alarm_hours) == (10, 10)
    assert (found.wrong, found.judged) == (2, 3)
    assert (found.delay, found.delay_hours) == (15, 14)  # one tweet an hour, the first after an hour


def test_a_check_that_has_seen_the_first_changed_tweet_is_right():
    assert judged([1], seen=[35], change=35).delay == NEVER
    assert judged([1], seen=[36], change=35).delay == 1


def test_without_a_change_every_alarm_is_false():
    found = judged([0, 1], seen=[10, 90], change=None)
    assert (found.false_alarm, found.delay) == (90, NEVER)


def test_a_change_that_is_never_found_counts_as_infinitely_late():
    results = [
        Result(
            false_alarm=NEVER, false_alarm_hours=NEVER, delay=delay, delay_hours=1, wrong=0, judged=0, hours=9
        )
        for delay in (10, 20, NEVER)
    ]
    found = outcome("any", results)
    assert found.delay(0.5) == 20
    assert found.delay(0.95) == NEVER
    assert found.found_rate == pytest.approx(2 / 3)


@pytest.mark.parametrize(("false", "streams"), [(0, 50), (3, 400), (20, 20)])
def test_the_interval_of_the_false_alarm_rate_is_scipys_exact_one(false, streams):
    results = [
        Result(
            false_alarm=5 if one < false else NEVER,
            false_alarm_hours=5,
            delay=1,
            delay_hours=1,
            wrong=0,
            judged=1,
            hours=9,
        )
        for one in range(streams)
    ]
    interval = stats.binomtest(false, streams).proportion_ci(0.95, method="exact")
    assert outcome("any", results).false_alarm_interval == pytest.approx((interval.low, interval.high))

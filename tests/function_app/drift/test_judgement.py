"""What the whole of tests says about streams whose truth is known."""

from collections.abc import Iterator
from datetime import datetime
from math import log

import numpy as np
import pytest
from msgspec.structs import replace

from function_app.bundle import Outcomes
from function_app.drift.allowance import SAVED_HOURS
from function_app.drift.judgement import Judgement, judge
from function_app.drift.monitor import DriftRule, Monitor, Votes
from function_app.drift.tweets import Tweets
from tests.function_app.drift.streams import HOUR, REFERENCE, START, TOPICS, stream

RULE = DriftRule(min_samples=50, min_effect=0.03, false_alarms_per_month=0.01, sample_per_hour=20)


def judgements(tweets: Tweets, *, every: int, rule: DriftRule = RULE) -> Iterator[tuple[int, Judgement]]:
    """After every so many tweets, how many there were and what the tests say."""
    monitor = Monitor(REFERENCE, rule)
    for start in range(0, len(tweets), every):
        end = min(start + every, len(tweets))
        monitor.observe(tweets.take(np.arange(start, end)))
        yield end, judge(monitor)


def first_alarm(tweets: Tweets, *, every: int, rule: DriftRule = RULE) -> tuple[float, Judgement | None]:
    """When the first alarm comes, and what it says; infinity for never."""
    for end, judgement in judgements(tweets, every=every, rule=rule):
        if judgement.status == "drift":
            return end, judgement
    return float("inf"), None


def last(tweets: Tweets, *, rule: DriftRule = RULE) -> Judgement:
    *_, (_, judgement) = judgements(tweets, every=len(tweets), rule=rule)
    return judgement


def votes(wrong: np.ndarray) -> Votes:
    seconds = START + np.arange(len(wrong)) * HOUR / 10
    return Votes(wrong=wrong, seconds=seconds, key=np.arange(len(wrong), dtype=np.uint64))


def test_without_drift_few_streams_ever_alarm() -> None:
    """One month of 14,600 tweets and a check every 200. With one false alarm tolerated in ten months, 60 such
    months have at most 6 in the mean; were it exactly 6, more than 15 would come once in 5,000 times.
    """
    rule = replace(RULE, false_alarms_per_month=0.1)
    rng = np.random.default_rng(1)
    alarms = [first_alarm(stream(rng, 14_600), every=200, rule=rule)[0] < float("inf") for _ in range(60)]
    assert sum(alarms) <= 15


@pytest.mark.parametrize(
    ("points", "streams", "limit"), [(0.05, 40, 1_500), (0.10, 40, 390), (-0.10, 40, 390), (0.20, 40, 120)]
)
def test_a_shift_of_the_positive_rate_is_found_in_time(points: float, streams: int, limit: int) -> None:
    """Medians of few streams; the study measures them on many. The limits allow for three standard errors."""
    rng = np.random.default_rng(2)
    found = [first_alarm(stream(rng, 6_000, positive=0.5 + points), every=10) for _ in range(streams)]
    assert np.median([after for after, _ in found]) <= limit
    moved = [judgement.moved[0] for _, judgement in found if judgement is not None]
    assert moved.count("positive_rate") >= 0.9 * len(moved)


def test_a_batch_in_an_evenings_mood_is_no_alarm_and_the_same_all_day_long_is() -> None:
    """Two in three of 144 tweets, where half are usual, and so for three days."""
    rule = replace(RULE, sample_per_hour=8)
    positive = [True, True, False]
    batch = stream(np.random.default_rng(16), 144, positive=np.resize(positive, 144), per_hour=200)
    assert first_alarm(batch, every=144, rule=rule)[0] == float("inf")
    days = stream(np.random.default_rng(17), 576, positive=np.resize(positive, 576), per_hour=8)
    assert first_alarm(days, every=8, rule=rule)[0] <= 576


def test_a_batch_that_no_mood_explains_is_an_alarm_at_once() -> None:
    rule = replace(RULE, sample_per_hour=8)
    batch = stream(np.random.default_rng(18), 144, positive=np.resize(np.arange(25) < 18, 144), per_hour=200)
    assert last(batch, rule=rule).moved == ["positive_rate"]
    calm = stream(np.random.default_rng(18), 144, positive=np.resize([True, False], 144), per_hour=200)
    assert last(calm, rule=rule).status == "stable"


def test_other_topics_are_found_within_300_tweets() -> None:
    """In 19 of 20 streams; of 60 streams, 51 leave room for chance."""
    rng = np.random.default_rng(3)
    found = [first_alarm(stream(rng, 300, topics=TOPICS[::-1]), every=10) for _ in range(60)]
    assert sum(after <= 300 for after, _ in found) >= 51
    judgement = found[0][1]
    assert judgement is not None
    assert judgement.moved == ["topic"]
    (topic,) = [one for one in judgement.tests if one.name == "topic"]
    assert topic.unit == "distance"
    assert topic.effect >= topic.least


def test_another_language_is_found_and_said() -> None:
    _, judgement = first_alarm(stream(np.random.default_rng(4), 300, foreign=0.2), every=10)
    assert judgement is not None
    (language,) = [one for one in judgement.tests if one.name == "language"]
    assert (language.status, judgement.moved) == ("drift", ["language"])
    assert language.value is not None
    assert 0.1 < language.value < 0.4
    assert language.effect == pytest.approx(language.value - 0.01)


def test_an_alarm_says_since_when_and_by_how_much() -> None:
    rng = np.random.default_rng(5)
    positive = np.where(np.arange(2_500) < 2_000, 0.5, 0.7)
    after, judgement = first_alarm(stream(rng, 2_500, positive=positive), every=10)
    assert judgement is not None
    assert 2_000 < after <= 2_400
    assert judgement.since is not None
    since = (datetime.fromisoformat(judgement.since).timestamp() - START) / HOUR * 20
    assert abs(since - 2_000) < 100
    rate = judgement.tests[0]
    assert (rate.name, rate.since, rate.status) == ("positive_rate", judgement.since, "drift")
    assert rate.effect == pytest.approx(0.2, abs=0.1)
    assert judgement.evidence.log_e >= judgement.evidence.alarm_at == pytest.approx(log(100))


def test_the_status_falls_back_when_the_stream_is_as_before() -> None:
    rng = np.random.default_rng(6)
    positive = np.where((np.arange(6_000) >= 1_000) & (np.arange(6_000) < 2_500), 0.65, 0.5)
    by_count = dict(judgements(stream(rng, 6_000, positive=positive), every=50))
    assert [by_count[count].status for count in (1_000, 2_000, 2_500, 4_500, 6_000)] == [
        "stable",
        "drift",
        "drift",
        "stable",
        "stable",
    ]
    assert by_count[6_000].since is None


def test_half_the_evidence_is_a_warning() -> None:
    rng = np.random.default_rng(7)
    seen = [judgement for _, judgement in judgements(stream(rng, 600, positive=0.6), every=10)]
    assert "warning" in [one.status for one in seen]
    for one in seen:
        if one.samples >= 50:
            share = one.evidence.log_e / log(100)
            assert one.status == ("drift" if share >= 1 else "warning" if share >= 0.5 else "stable")
            assert bool(one.moved) == (one.status != "stable")


def test_too_few_samples_never_alarm() -> None:
    judgement = last(stream(np.random.default_rng(8), 49, positive=1.0))
    assert (judgement.status, judgement.samples, judgement.moved) == ("insufficient_data", 49, [])
    assert {test.status for test in judgement.tests} == {"insufficient_data"}
    assert last(stream(np.random.default_rng(8), 50, positive=1.0)).status == "drift"


def test_strong_evidence_of_a_small_effect_is_no_drift() -> None:
    lenient = replace(RULE, min_effect=0.9)
    *_, (_, judgement) = judgements(
        stream(np.random.default_rng(9), 1_000, positive=0.8), every=1_000, rule=lenient
    )
    rate = judgement.tests[0]
    assert rate.log_e > rate.alarm_at
    assert (judgement.status, rate.status) == ("stable", "stable")


def test_a_shift_too_small_to_matter_brings_no_evidence_however_long_it_lasts() -> None:
    assert last(stream(np.random.default_rng(10), 20_000, positive=0.52)).status == "stable"


def test_nothing_seen_is_said_so() -> None:
    judgement = judge(Monitor(REFERENCE, RULE))
    assert (judgement.status, judgement.samples, judgement.accuracy) == ("insufficient_data", 0, None)
    assert [test.value for test in judgement.tests] == [None] * 6
    assert (judgement.votes.error_rate, judgement.votes.expected) == (None, None)


def test_votes_that_find_more_wrong_than_expected_raise_the_alarm() -> None:
    labelled = replace(REFERENCE, outcomes=Outcomes(rows=1_000, wrong=150))
    monitor = Monitor(labelled, RULE)
    rng = np.random.default_rng(11)
    monitor.observe(stream(rng, 200))
    monitor.hear(votes(rng.random(60) < 0.15))
    assert judge(monitor).status == "stable"
    more = votes(rng.random(120) < 0.5)
    monitor.hear(replace_seconds(more, START + 10 * HOUR))
    judgement = judge(monitor)
    assert (judgement.status, judgement.moved) == ("drift", ["error_rate"])
    assert (judgement.votes.votes, judgement.votes.expected) == (180, 0.15)
    assert judgement.votes.error_rate == judgement.votes.wrong / 180
    assert judgement.tests[-1].name == "error_rate"


def replace_seconds(given: Votes, start: float) -> Votes:
    return Votes(wrong=given.wrong, seconds=given.seconds - START + start, key=given.key)


def test_the_tolerated_error_rate_may_be_set() -> None:
    labelled = replace(REFERENCE, outcomes=Outcomes(rows=1_000, wrong=150))
    monitor = Monitor(labelled, replace(RULE, error_rate=0.5))
    rng = np.random.default_rng(12)
    monitor.observe(stream(rng, 200))
    monitor.hear(votes(rng.random(200) < 0.5))
    judgement = judge(monitor)
    assert (judgement.status, judgement.votes.expected) == ("stable", 0.5)


def test_other_tests_start_afresh_and_the_allowance_goes_on() -> None:
    monitor = Monitor(REFERENCE, RULE)
    monitor.observe(stream(np.random.default_rng(13), 1_000, per_hour=1_000))
    assert judge(monitor).samples == SAVED_HOURS * 20
    same = Monitor(REFERENCE, RULE, monitor.state())
    assert judge(same).samples == SAVED_HOURS * 20
    changed = Monitor(replace(REFERENCE, foreign=None), RULE, monitor.state())
    assert judge(changed).samples == 0
    assert changed.observe(stream(np.random.default_rng(14), 10)) == 0


def test_accuracy_is_estimated_since_the_change() -> None:
    rng = np.random.default_rng(15)
    before, unsure = stream(rng, 1_000), stream(rng, 600)
    bins = np.where(unsure.probability >= 0.5, 0.6, 0.4)
    changed = Tweets(
        **{
            name: getattr(unsure, name)
            for name in ("characters", "tokens", "unknown_tokens", "topic", "foreign")
        },
        probability=bins,
        seconds=unsure.seconds + 50 * HOUR,
        key=unsure.key,
    )
    monitor = Monitor(REFERENCE, RULE)
    monitor.observe(before)
    healthy = judge(monitor).accuracy
    assert healthy is not None
    assert healthy.low < healthy.reference < healthy.high
    monitor.observe(changed)
    judgement = judge(monitor)
    assert judgement.moved == ["confidence"]
    assert judgement.accuracy is not None
    assert judgement.accuracy.estimate == pytest.approx(0.6, abs=0.02)
    assert judgement.accuracy.high < healthy.reference

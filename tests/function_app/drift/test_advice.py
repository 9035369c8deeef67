from collections import Counter

import msgspec
import numpy as np
import pytest

from function_app.drift.advice import ENOUGH_EXAMPLES, MOST_TO_LABEL, advise, most_informative
from function_app.store import DriftReport
from function_app.store.records import DriftAccuracy, DriftTestName, DriftVotes
from tests.function_app.drift.tweets import judged, tweet

ROWS = [tweet(f"tweet {number}", probability=number / 100, topic=number % 4) for number in range(100)]
LEVEL = np.zeros(len(ROWS))
WORSE = DriftAccuracy(estimate=0.74, low=0.71, high=0.77, reference=0.86)
AS_EVER = DriftAccuracy(estimate=0.85, low=0.82, high=0.88, reference=0.86)
CONTENT = DriftVotes(votes=60, wrong=6, error_rate=0.1, expected=0.12)


def action(report: DriftReport, *, waiting: int = 0) -> str:
    return advise(report, ROWS, LEVEL, waiting=waiting).action


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (judged("insufficient_data", samples_seen=3), "wait"),
        (judged("stable"), "nothing"),
        (judged("warning", "topic"), "watch"),
    ],
)
def test_without_an_alarm_there_is_nothing_to_label(report: DriftReport, expected: str) -> None:
    advice = advise(report, ROWS, LEVEL, waiting=10_000)
    assert (advice.action, advice.label) == (expected, [])


def test_proven_errors_call_for_a_training() -> None:
    assert action(judged("drift", "positive_rate", "error_rate")) == "retrain"


@pytest.mark.parametrize("moved", ["topic", "unknown_tokens", "length", "confidence"])
def test_other_tweets_are_labelled_first_and_trained_on_when_labels_are_there(moved: DriftTestName) -> None:
    assert action(judged("drift", moved), waiting=ENOUGH_EXAMPLES - 1) == "label"
    assert action(judged("drift", moved), waiting=ENOUGH_EXAMPLES) == "retrain"


@pytest.mark.parametrize("accuracy", [None, AS_EVER])
@pytest.mark.parametrize("votes", [None, CONTENT])
def test_another_mood_alone_never_calls_for_a_training(
    accuracy: DriftAccuracy | None, votes: DriftVotes | None
) -> None:
    report = judged("drift", "positive_rate", accuracy=accuracy, votes=votes)
    assert action(report, waiting=10_000) == ("label" if votes is None else "nothing")


def test_another_mood_with_worse_answers_does() -> None:
    report = judged("drift", "positive_rate", accuracy=WORSE)
    assert action(report) == "label"
    assert action(report, waiting=ENOUGH_EXAMPLES) == "retrain"


def test_other_languages_are_kept_out_and_not_trained_on() -> None:
    report = judged("drift", "language", "confidence", accuracy=WORSE)
    advice = advise(report, ROWS, LEVEL, waiting=10_000)
    assert (advice.action, advice.label) == ("watch", [])
    assert "English" in advice.sentence


def test_errors_that_other_languages_cannot_explain_do_call_for_a_training() -> None:
    report = judged("drift", "language", "error_rate")
    assert action(report) == "retrain"  # 22 points more errors, 17 points more tweets in other languages
    tests = [
        msgspec.structs.replace(test, effect=0.15) if test.name == "error_rate" else test
        for test in report.tests
    ]
    assert action(msgspec.structs.replace(report, tests=tests)) == "watch"


def test_an_alarm_lists_fifty_tweets_and_says_how_many_it_lists() -> None:
    advice = advise(judged("drift", "topic"), ROWS, LEVEL, waiting=0)
    assert len(advice.label) == len({*advice.label}) == MOST_TO_LABEL == 50
    assert "50 tweets" in advice.sentence
    few = advise(judged("drift", "topic"), ROWS[:7], LEVEL[:7], waiting=0)
    assert "7 tweets" in few.sentence
    none = advise(judged("drift", "topic"), [], np.array([]), waiting=0)
    assert (none.label, "Label recent tweets" in none.sentence) == ([], True)


def test_the_uncertain_ones_come_first() -> None:
    rows = [tweet(f"t{number}", probability=p) for number, p in enumerate((0.99, 0.5, 0.02, 0.6, 0.35))]
    assert most_informative(rows, np.zeros(5)) == [rows[at].id for at in (1, 3, 4, 2, 0)]


def test_of_equally_uncertain_ones_those_that_the_change_brought_come_first() -> None:
    rows = [tweet(f"t{number}", probability=0.6) for number in range(4)]
    assert most_informative(rows, np.array([0.1, 3.0, -2.0, 1.0])) == [rows[at].id for at in (1, 3, 0, 2)]


def test_topics_take_turns_so_that_one_does_not_crowd_the_others_out() -> None:
    crowd = [tweet(f"crowd {number}", probability=0.5, topic=0) for number in range(100)]
    others = [tweet(f"other {number}", probability=0.7, topic=1 + number % 3) for number in range(30)]
    by_id = {row.id: row.topic for row in [*crowd, *others]}
    listed = most_informative([*crowd, *others], np.zeros(130))
    assert Counter(by_id[one] for one in listed) == {0: 20, 1: 10, 2: 10, 3: 10}
    assert by_id[listed[0]] == 0


def test_a_tweet_that_came_twice_is_labelled_once() -> None:
    rows = [tweet("again"), tweet("again"), tweet("once")]
    assert len(most_informative(rows, np.zeros(3))) == 2


def test_the_order_does_not_depend_on_how_the_rows_are_read() -> None:
    listed = most_informative(ROWS, LEVEL)
    assert most_informative(ROWS[::-1], LEVEL) == listed

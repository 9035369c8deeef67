import re

import msgspec
import numpy as np
import pytest

from function_app.drift.advice import advise
from function_app.drift.sentence import describe
from function_app.store import DriftReport
from function_app.store.records import DriftAccuracy, DriftTestName, DriftWord, DriftWords
from tests.function_app.drift.tweets import NUMBERS, judged, tweet

ROWS = [tweet(f"tweet {number}") for number in range(50)]


def told(report: DriftReport, *, waiting: int = 0) -> str:
    advice = advise(report, ROWS, np.zeros(50), waiting=waiting)
    return describe(msgspec.structs.replace(report, advice=advice), min_samples=1_300)


def words(*more: str, less: tuple[str, ...] = ()) -> DriftWords:
    return DriftWords(
        more=[DriftWord(word=word, z=6, share=0.1, reference=0.01) for word in more],
        less=[DriftWord(word=word, z=-6, share=0.01, reference=0.1) for word in less],
    )


def test_an_alarm_says_what_since_when_how_sure_why_and_what_to_do() -> None:
    report = judged("drift", "positive_rate", words=words("strike", "refund", less=("love",)))
    assert told(report) == (
        "The tweets have changed since about 3 November 2026, 14:00 UTC: 61% of them were called positive "
        "instead of the usual 52%. If nothing had changed, an alarm like this would come up at most once in "
        "11 years. Words used more than usual: “strike” and “refund”; used less: “love”. "
        "Label the 50 tweets that the report lists to see if the mood has changed or the model errs."
    )


def test_a_warning_is_no_alarm() -> None:
    assert told(judged("warning", "topic", log_e=2.4)) == (
        "The tweets may be changing since about 3 November 2026, 14:00 UTC: about 31% of them are on other "
        "subjects than usual. If nothing had changed, figures like these would come up at most once in "
        "11 months. Watch the next checks; no alarm is raised yet."
    )


def test_nothing_found_is_said_with_the_numbers() -> None:
    assert told(judged("stable")) == (
        "No sign of drift in 1,240 tweets: 61% of them were called positive, and 52% is usual. "
        "There is nothing to do."
    )


@pytest.mark.parametrize(
    ("samples", "seen"),
    [(0, "no tweets were"), (1, "1 tweet was"), (1_240, "1,240 tweets were")],
)
def test_too_few_tweets_are_counted_in_good_english(samples: int, seen: str) -> None:
    assert told(judged("insufficient_data", samples_seen=samples)) == (
        f"Too early to say: {seen} looked at since the model was deployed, and 1,300 are needed. "
        "Nothing to do but wait."
    )


@pytest.mark.parametrize(
    ("test", "phrase"),
    [
        ("confidence", "the model is less sure of its answers, 71% on average instead of the usual 84%"),
        ("length", "they are longer, 131 characters on average instead of the usual 84"),
        ("unknown_tokens", "the model does not know 12% of their words instead of the usual 4.1%"),
        ("language", "18% of them are not in English instead of the usual 0.6%"),
        ("error_rate", "of the answers that people judged, 34% were wrong instead of the usual 12%"),
    ],
)
def test_every_test_has_its_own_words(test: DriftTestName, phrase: str) -> None:
    assert f"14:00 UTC: {phrase}. If nothing" in told(judged("drift", test))


def test_it_tells_two_changes_and_counts_the_others() -> None:
    sentence = told(judged("drift", *NUMBERS))
    assert "the model does not know" not in sentence
    assert "they are longer" in sentence
    assert "; and 5 more things moved." in sentence
    assert "; and 1 more thing moved." in told(judged("drift", "topic", "length", "confidence"))


def test_votes_alone_speak_of_answers_and_not_of_tweets() -> None:
    assert told(judged("drift", "error_rate")).startswith("The answers have got worse since about 3 November")
    assert told(judged("warning", "error_rate")).startswith("The answers may be getting worse since")
    assert told(judged("drift", "error_rate", "topic")).startswith("The tweets have changed since")


def test_worse_answers_are_told_and_as_good_ones_are_not() -> None:
    worse = DriftAccuracy(estimate=0.74, low=0.71, high=0.77, reference=0.86)
    assert "about 74% of its answers are right instead of the usual 86%" in told(
        judged("drift", "topic", accuracy=worse)
    )
    as_ever = DriftAccuracy(estimate=0.85, low=0.82, high=0.88, reference=0.86)
    assert "answers are right" not in told(judged("drift", "topic", accuracy=as_ever))


def test_a_change_without_a_known_beginning_can_be_told() -> None:
    report = msgspec.structs.replace(judged("drift"), since=None)
    assert told(report).startswith("The tweets have changed. If nothing")


@pytest.mark.parametrize("status", ["insufficient_data", "stable", "warning", "drift"])
@pytest.mark.parametrize("moved", [(), ("positive_rate",), tuple(NUMBERS)])
def test_every_sentence_is_well_formed(status, moved) -> None:
    for said in (None, words(), words("a"), words("a", "b", "c", "d", less=("e", "f"))):
        sentence = told(judged(status, *moved, words=said, log_e=4.0), waiting=1_000)
        assert re.fullmatch(r"[A-Z].*\.", sentence)
        assert not re.search(r"  |\.\.|: ?\.|nan|None|[{}]", sentence)

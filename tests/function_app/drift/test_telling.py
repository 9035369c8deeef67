import msgspec
import pytest

from function_app.drift.telling import explained
from function_app.store import DriftReport
from tests.function_app.drift.references import REFERENCE
from tests.function_app.drift.tweets import judged, tweet

LETTERS = "abcdefghijklmnopqrstuvwxyz"
STRIKE = [
    tweet(
        f"is the strike over {LETTERS[number % 26] * 3} {LETTERS[number // 26] * 4}?",
        probability=0.3,
        topic=1,
    )
    for number in range(120)
]


def told(report: DriftReport, rows, reference=REFERENCE) -> DriftReport:
    return explained(report, rows, reference, min_samples=300, waiting=0)


@pytest.mark.parametrize("status", ["warning", "drift"])
def test_a_change_is_told_with_words_examples_slice_advice_and_sentence(status) -> None:
    report = told(judged(status, "topic"), STRIKE)
    assert report.words is not None
    assert {"strike", "over"} <= {one.word for one in report.words.more}
    assert "strike" in report.sentence
    assert {one.prediction_id for one in report.examples} <= {row.id for row in STRIKE}
    assert report.slice is not None
    assert report.slice.name == "question"
    assert len(report.advice.label) == (50 if status == "drift" else 0)
    assert report.sentence.endswith(report.advice.sentence)


@pytest.mark.parametrize("status", ["insufficient_data", "stable"])
def test_where_nothing_changed_nothing_is_explained(status) -> None:
    report = told(judged(status), STRIKE)
    assert (report.words, report.examples, report.slice, report.advice.label) == (None, [], None, [])
    assert report.sentence


def test_without_texts_there_are_no_words_but_all_else() -> None:
    rows = [msgspec.structs.replace(row, text=None) for row in STRIKE]
    report = told(judged("drift", "topic"), rows)
    assert report.words is None
    assert len(report.examples) == 5
    assert len(report.advice.label) == 50


def test_a_reference_of_an_older_bundle_explains_what_it_can() -> None:
    old = msgspec.structs.replace(
        REFERENCE,
        format=1,
        length=None,
        unknown_share=None,
        topics=None,
        foreign=None,
        word_counts=None,
        slices=None,
        outcomes=None,
    )
    report = told(judged("drift", "positive_rate"), STRIKE, old)
    assert (report.words, report.slice) == (None, None)
    assert len(report.examples) > 0
    assert report.sentence

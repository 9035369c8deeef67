import pytest
from msgspec import UNSET, UnsetType

from function_app.contract import FeedbackRequest, Label
from function_app.errors import KeyReusedError
from function_app.feedback import Verdict, judge, take_feedback
from function_app.ids import new_id
from function_app.store.sqlite import SqliteStore
from tests.function_app.memory_telemetry import MemoryTelemetry
from tests.function_app.samples import prediction


@pytest.mark.parametrize(
    ("correct", "label", "probability", "verdict"),
    [
        (True, UNSET, 0.9, Verdict(True, "positive")),
        (False, UNSET, 0.9, Verdict(False, "negative")),
        (False, UNSET, 0.1, Verdict(False, "positive")),
        (False, UNSET, None, Verdict(False, None)),
        (UNSET, "positive", 0.9, Verdict(True, "positive")),
        (UNSET, "positive", 0.1, Verdict(False, "positive")),
        (UNSET, "negative", None, Verdict(None, "negative")),
    ],
)
def test_what_was_said_is_completed_by_what_was_predicted(
    correct: bool | UnsetType, label: Label | UnsetType, probability: float | None, verdict: Verdict
) -> None:
    known = None if probability is None else prediction(probability=probability)
    assert judge(FeedbackRequest(new_id(), correct=correct, label=label), known) == verdict


def test_matched_feedback_is_kept_and_sends_an_event_of_texts(store: SqliteStore) -> None:
    known, telemetry = prediction(probability=0.25), MemoryTelemetry()
    store.add_predictions([known])
    request = FeedbackRequest(known.id.upper(), correct=False, text="so late", comment="no!")
    answer, is_new = take_feedback(request, key=None, store=store, store_text=True, telemetry=telemetry)
    assert (answer.matched, answer.correct, is_new) == (True, False, True)
    ((kept, joined),) = store.feedback_after("", 10)[0]
    assert (kept.id, kept.label, kept.text, kept.comment) == (
        answer.feedback_id,
        "positive",
        "so late",
        "no!",
    )
    assert joined == known
    assert telemetry.events == [
        (
            "feedback",
            {
                "correct": "false",
                "matched": "true",
                "label": "negative",
                "confidence": "0.750000",
                "model": known.model,
            },
        )
    ]


def test_unmatched_feedback_is_kept_too(store: SqliteStore) -> None:
    telemetry = MemoryTelemetry()
    request = FeedbackRequest(new_id(), label="positive")
    answer, _ = take_feedback(request, key=None, store=store, store_text=True, telemetry=telemetry)
    assert (answer.matched, answer.correct) == (False, None)
    ((name, dimensions),) = telemetry.events
    assert name == "feedback"
    assert (dimensions["correct"], dimensions["matched"], dimensions["label"]) == (
        "unknown",
        "false",
        "unknown",
    )


def test_a_repeated_request_sends_no_second_event(store: SqliteStore) -> None:
    telemetry = MemoryTelemetry()
    request = FeedbackRequest(new_id(), correct=True)
    first, _ = take_feedback(request, key="k", store=store, store_text=True, telemetry=telemetry)
    again, is_new = take_feedback(request, key="k", store=store, store_text=True, telemetry=telemetry)
    assert again == first
    assert not is_new
    assert len(telemetry.events) == 1
    other = FeedbackRequest(request.prediction_id, correct=False)
    with pytest.raises(KeyReusedError):
        take_feedback(other, key="k", store=store, store_text=True, telemetry=telemetry)


def test_texts_are_not_kept_where_they_must_not_be(store: SqliteStore) -> None:
    request = FeedbackRequest(new_id(), correct=True, text="private")
    take_feedback(request, key=None, store=store, store_text=False, telemetry=MemoryTelemetry())
    ((kept, _),) = store.feedback_after("", 10)[0]
    assert kept.text is None

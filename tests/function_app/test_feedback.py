import hashlib
import threading
import time
import uuid

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from function_app.contract import FeedbackRequest, Label
from function_app.errors import KeyReusedError
from function_app.feedback import Verdict, find_prediction, judge, take_feedback
from function_app.ids import new_id
from function_app.store.sqlite import SqliteStore
from tests.function_app.memory_telemetry import MemoryTelemetry
from tests.function_app.samples import ago, prediction


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
    answer, is_new = take_feedback(
        request, key=None, store=store, store_text=True, telemetry=telemetry, elsewhere_seconds=0
    )
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
                "feedback_id": answer.feedback_id,
                "prediction_id": known.id,
                "correct": "false",
                "matched": "true",
                "label": "negative",
                "given": "positive",
                "confidence": "0.750000",
                "model": known.model,
            },
        )
    ]


@pytest.mark.parametrize(
    ("predicted", "given", "sent"),
    [("as predicted", "as told", "as predicted"), (None, "as told", "as told"), (None, UNSET, None)],
)
def test_the_event_has_the_tweet_only_where_that_is_wanted(
    store: SqliteStore, predicted: str | None, given: str | UnsetType, sent: str | None
) -> None:
    known = msgspec.structs.replace(prediction(), text=predicted)
    store.add_predictions([known])
    for include_text in (False, True):
        telemetry = MemoryTelemetry()
        take_feedback(
            FeedbackRequest(known.id, correct=False, text=given),
            key=None,
            store=store,
            store_text=False,
            telemetry=telemetry,
            include_text=include_text,
            elsewhere_seconds=0,
        )
        assert telemetry.named("feedback")[0].get("text") == (sent if include_text else None)


def test_unmatched_feedback_is_kept_too(store: SqliteStore) -> None:
    telemetry = MemoryTelemetry()
    request = FeedbackRequest(new_id(), label="positive")
    answer, _ = take_feedback(
        request, key=None, store=store, store_text=True, telemetry=telemetry, elsewhere_seconds=0
    )
    assert (answer.matched, answer.correct) == (False, None)
    ((name, dimensions),) = telemetry.events
    assert name == "feedback"
    assert (dimensions["correct"], dimensions["matched"], dimensions["label"]) == (
        "unknown",
        "false",
        "unknown",
    )


def test_a_prediction_that_another_instance_writes_in_a_moment_is_waited_for(store: SqliteStore) -> None:
    known = prediction()
    writing = threading.Timer(0.15, store.add_predictions, [[known]])
    writing.start()
    assert find_prediction(store, known.id, elsewhere_seconds=20) == known
    writing.join()


def test_only_a_prediction_of_a_moment_ago_is_waited_for(store: SqliteStore) -> None:
    started = time.monotonic()
    for prediction_id in (ago(seconds=30)[0], str(uuid.uuid4())):
        assert find_prediction(store, prediction_id, elsewhere_seconds=20) is None
    assert time.monotonic() - started < 10
    assert find_prediction(store, new_id(), elsewhere_seconds=0.1) is None


def test_a_repeated_request_sends_no_second_event(store: SqliteStore) -> None:
    telemetry = MemoryTelemetry()
    request = FeedbackRequest(new_id(), correct=True)
    first, _ = take_feedback(
        request, key="k", store=store, store_text=True, telemetry=telemetry, elsewhere_seconds=0
    )
    again, is_new = take_feedback(
        request, key="k", store=store, store_text=True, telemetry=telemetry, elsewhere_seconds=0
    )
    assert again == first
    assert not is_new
    assert len(telemetry.events) == 1
    other = FeedbackRequest(request.prediction_id, correct=False)
    with pytest.raises(KeyReusedError):
        take_feedback(other, key="k", store=store, store_text=True, telemetry=telemetry, elsewhere_seconds=0)


@pytest.mark.parametrize("store_text", [True, False])
def test_texts_and_comments_are_kept_or_their_hashes_and_lengths_alone(
    store: SqliteStore, store_text: bool
) -> None:
    request = FeedbackRequest(new_id(), correct=True, text="private", comment="so much")
    take_feedback(
        request,
        key=None,
        store=store,
        store_text=store_text,
        telemetry=MemoryTelemetry(),
        elsewhere_seconds=0,
    )
    ((kept, _),) = store.feedback_after("", 10)[0]
    assert (kept.text, kept.comment) == (("private", "so much") if store_text else (None, None))
    assert (kept.characters, kept.comment_characters) == (7, 7)
    assert kept.sha256 == hashlib.sha256(b"private").hexdigest()
    assert kept.comment_sha256 == hashlib.sha256(b"so much").hexdigest()

"""What a person says about a prediction, joined with it and kept."""

import hashlib
import time

import msgspec
from msgspec import UNSET

from function_app.clock import utc_now
from function_app.contract import FeedbackAnswer, FeedbackRequest, Label
from function_app.events import FeedbackEvent
from function_app.ids import milliseconds_of, new_id
from function_app.store import Feedback, Idempotency, Prediction, Store
from function_app.telemetry import Telemetry, track

ELSEWHERE_SECONDS = 1.0
"""How long after it was made a prediction of another instance may not be in the store yet."""

_LOOK_AGAIN_SECONDS = 0.05


class Verdict(msgspec.Struct, frozen=True):
    """Whether the prediction was right, and the right label; None where that cannot be said."""

    correct: bool | None
    label: Label | None


def judge(request: FeedbackRequest, prediction: Prediction | None) -> Verdict:
    """Completes what was said with what was predicted."""
    if request.label is not UNSET:
        return Verdict(None if prediction is None else request.label == prediction.label, request.label)
    correct = request.correct is True
    if prediction is None:
        return Verdict(correct, None)
    return Verdict(correct, prediction.label if correct else _other(prediction.label))


def find_prediction(store: Store, prediction_id: str, *, elsewhere_seconds: float) -> Prediction | None:
    """The prediction, also one that another instance made a moment ago and has not written yet.

    The id says when that was, so an older or invented one is not waited for. Raises `StoreUnavailableError`.
    """
    made = milliseconds_of(prediction_id)
    age = elsewhere_seconds if made is None else time.time() - made / 1000
    give_up = time.monotonic() + elsewhere_seconds - max(0.0, age)
    while True:
        prediction = store.prediction(prediction_id)
        if prediction is not None or time.monotonic() >= give_up:
            return prediction
        time.sleep(_LOOK_AGAIN_SECONDS)


def take_feedback(
    request: FeedbackRequest,
    *,
    key: str | None,
    store: Store,
    store_text: bool,
    telemetry: Telemetry,
    include_text: bool = False,
    elsewhere_seconds: float = ELSEWHERE_SECONDS,
) -> tuple[FeedbackAnswer, bool]:
    """Keeps feedback; when this returns it is durable. Says the answer, and whether the feedback is new.

    Raises `KeyReusedError` when `key` came before with another request, and `StoreUnavailableError`.
    """
    prediction = find_prediction(store, request.prediction_id.lower(), elsewhere_seconds=elsewhere_seconds)
    text = None if request.text is UNSET else request.text
    comment = None if request.comment is UNSET else request.comment
    verdict = judge(request, prediction)
    feedback = Feedback(
        id=new_id(),
        created=utc_now(),
        prediction_id=request.prediction_id.lower(),
        matched=prediction is not None,
        correct=verdict.correct,
        label=verdict.label,
        text=text if store_text else None,
        comment=comment if store_text else None,
        sha256=_sha256(text),
        characters=_characters(text),
        comment_sha256=_sha256(comment),
        comment_characters=_characters(comment),
    )
    idempotency = None if key is None else Idempotency.of(key, request)
    kept, is_new = store.add_feedback(feedback, idempotency)
    if is_new:
        shown = None if prediction is None else prediction.text
        track(telemetry, _event(kept, prediction, text=(shown or text) if include_text else None))
    return FeedbackAnswer(feedback_id=kept.id, matched=kept.matched, correct=kept.correct), is_new


def _sha256(text: str | None) -> str | None:
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


def _characters(text: str | None) -> int | None:
    return None if text is None else len(text)


def _event(feedback: Feedback, prediction: Prediction | None, *, text: str | None) -> FeedbackEvent:
    return FeedbackEvent(
        feedback_id=feedback.id,
        prediction_id=feedback.prediction_id,
        correct=feedback.correct,
        matched=feedback.matched,
        label=None if prediction is None else prediction.label,
        given=feedback.label,
        confidence=None if prediction is None else prediction.confidence,
        model=None if prediction is None else prediction.model,
        text=UNSET if text is None else text,
    )


def _other(label: Label) -> Label:
    return "negative" if label == "positive" else "positive"

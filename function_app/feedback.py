"""What a person says about a prediction, joined with it and kept."""

import hashlib

import msgspec
from msgspec import UNSET

from function_app.clock import utc_now
from function_app.contract import FeedbackAnswer, FeedbackRequest, Label
from function_app.ids import new_id
from function_app.store import Feedback, Idempotency, Prediction, Store
from function_app.telemetry import Telemetry


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


def take_feedback(
    request: FeedbackRequest, *, key: str | None, store: Store, store_text: bool, telemetry: Telemetry
) -> tuple[FeedbackAnswer, bool]:
    """Keeps feedback; when this returns it is durable. Says the answer, and whether the feedback is new.

    Raises `KeyReusedError` when `key` came before with another request, and `StoreUnavailableError`.
    """
    prediction = store.prediction(request.prediction_id.lower())
    verdict = judge(request, prediction)
    feedback = Feedback(
        id=new_id(),
        created=utc_now(),
        prediction_id=request.prediction_id.lower(),
        matched=prediction is not None,
        correct=verdict.correct,
        label=verdict.label,
        text=request.text if store_text and request.text is not UNSET else None,
        comment=request.comment if request.comment is not UNSET else None,
    )
    idempotency = None if key is None else Idempotency(key=key, fingerprint=_fingerprint(request))
    kept, is_new = store.add_feedback(feedback, idempotency)
    if is_new:
        telemetry.track_event("feedback", _dimensions(kept, prediction))
    return FeedbackAnswer(feedback_id=kept.id, matched=kept.matched, correct=kept.correct), is_new


def _fingerprint(request: FeedbackRequest) -> str:
    """The same for two bodies that say the same, however they are spaced and ordered."""
    return hashlib.sha256(msgspec.json.encode(request)).hexdigest()


def _dimensions(feedback: Feedback, prediction: Prediction | None) -> dict[str, str]:
    correct = "unknown" if feedback.correct is None else str(feedback.correct).lower()
    return {
        "correct": correct,
        "matched": str(feedback.matched).lower(),
        "label": "unknown" if prediction is None else prediction.label,
        "confidence": "unknown" if prediction is None else f"{prediction.confidence:.6f}",
        "model": "unknown" if prediction is None else prediction.model,
    }


def _other(label: Label) -> Label:
    return "negative" if label == "positive" else "positive"

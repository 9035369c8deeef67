"""What the store keeps. Every record is written once and never changed."""

from typing import Literal

import msgspec

from function_app.contract import Label

DriftStatus = Literal["insufficient_data", "stable", "warning", "drift"]


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. `probability` is P(positive); `sha256` is of the text in UTF-8, in hex.

    `text` is None where texts are not kept.
    """

    id: str
    created: str
    model: str
    label: Label
    probability: float
    tokens: int
    unknown_tokens: int
    characters: int
    sha256: str
    text: str | None

    @property
    def confidence(self) -> float:
        """Probability of the label."""
        return self.probability if self.label == "positive" else 1 - self.probability


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said about a prediction.

    `correct` and `label` are as given, or as they follow from the prediction; None where neither can be said.
    `matched`: whether the prediction was known when the feedback came.
    """

    id: str
    created: str
    prediction_id: str
    matched: bool
    correct: bool | None
    label: Label | None
    text: str | None
    comment: str | None


class Idempotency(msgspec.Struct, frozen=True, kw_only=True):
    """A caller's key for one request, and the SHA-256 of the request's content, in hex."""

    key: str
    fingerprint: str


class DriftEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """Natural logarithm of the e-value, and the value from which it raises the alarm."""

    log_e: float
    alarm_at: float


class DriftEffect(msgspec.Struct, frozen=True, kw_only=True):
    """How far the score distribution lies from the reference (total variation distance, 0 to 1)."""

    total_variation: float
    least: float


class DriftReport(msgspec.Struct, frozen=True, kw_only=True):
    """One check for drift, and all the state that the next one needs.

    `samples` and `counts` (one number a score bin) are totals since the model was deployed; `new_samples` and
    `other_model` count what this check read. `cursor` is where the next check goes on in the predictions.
    """

    id: str
    sequence: int
    model: str
    created: str
    status: DriftStatus
    drift: bool
    samples: int
    new_samples: int
    other_model: int
    evidence: DriftEvidence
    effect: DriftEffect
    positive_rate: float | None
    reference_positive_rate: float
    positives: int
    counts: list[int]
    cursor: str
    sentence: str

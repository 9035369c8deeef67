"""What the store keeps. Every record but the named state is written once and never changed."""

import hashlib
from typing import Literal

import msgspec

from function_app.contract import Label

DriftStatus = Literal["insufficient_data", "stable", "warning", "drift"]
ExampleSource = Literal["retrain", "feedback"]

STATE_CHARACTERS = 15_000
"""Most characters of a named state: one property of a table entity."""


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. `probability` is P(positive); `sha256` is of the text in UTF-8, in hex.

    `text` is None where texts are not kept. `sampled`: whether it was kept whatever came after; one that was
    sampled out is kept only because of feedback on it, and would bias what is computed from the others.
    The id is a UUIDv7, whose time says where to look for it.
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
    sampled: bool = True

    @property
    def confidence(self) -> float:
        """Probability of the label."""
        return self.probability if self.label == "positive" else 1 - self.probability


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said about a prediction.

    `correct` and `label` are as given, or as they follow from the prediction; None where neither can be said.
    `matched`: whether the prediction was known when the feedback came. `sha256` and `characters` are of the
    text, `comment_sha256` and `comment_characters` of the comment; the texts themselves are None where none
    was given or texts are not kept.
    """

    id: str
    created: str
    prediction_id: str
    matched: bool
    correct: bool | None
    label: Label | None
    text: str | None
    comment: str | None
    sha256: str | None = None
    characters: int | None = None
    comment_sha256: str | None = None
    comment_characters: int | None = None


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A text with its right label, for the next training; `sha256` is of the text in UTF-8, in hex."""

    id: str
    created: str
    text: str
    label: Label
    sha256: str
    source: ExampleSource


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that was received; `body` is its JSON as it came."""

    id: str
    created: str
    body: str


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A small named value, and the version that a writer must have seen to replace it."""

    value: str
    version: str


class StreamMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A queue message that is being or was scored: what makes a second delivery of it give the same results.

    `id` is the queue's; `texts` is how many it held; the ids of its predictions follow from `first_id`.
    """

    id: str
    created: str
    model: str
    texts: int
    first_id: str


class Idempotency(msgspec.Struct, frozen=True, kw_only=True):
    """A caller's key for one request, and the SHA-256 of the request's content, in hex."""

    key: str
    fingerprint: str

    @classmethod
    def of(cls, key: str, request: msgspec.Struct) -> "Idempotency":
        """The same for two bodies that say the same, however they are spaced and ordered."""
        return cls(key=key, fingerprint=hashlib.sha256(msgspec.json.encode(request)).hexdigest())


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


def check_state(value: str) -> None:
    """Raises `ValueError` for a value that is too long for a named state."""
    if len(value) > STATE_CHARACTERS:
        raise ValueError(f"a named state has at most {STATE_CHARACTERS} characters")

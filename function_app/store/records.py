"""What the store keeps. Every record but the named state is written once and never changed."""

import hashlib
from typing import Literal

import msgspec

from function_app.contract import Label

DriftStatus = Literal["insufficient_data", "stable", "warning", "drift"]
DriftTestName = Literal[
    "positive_rate", "confidence", "length", "unknown_tokens", "language", "topic", "error_rate"
]
DriftUnit = Literal["share", "characters", "distance"]
DriftAction = Literal["nothing", "wait", "watch", "label", "retrain"]
ExampleSource = Literal["retrain", "feedback"]

STATE_CHARACTERS = 15_000
"""Most characters of a named state: one property of a table entity."""


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. `probability` is P(positive); `sha256` is of the text in UTF-8, in hex.

    `text` is None where texts are not kept. `sampled`: whether it was kept whatever came after; one that was
    sampled out is kept only because of feedback on it, and would bias what is computed from the others.
    `topic` is the number of a cell of the model's reference; `foreign`: whether the text was judged not to be
    English. Both are None where the model does not say.
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
    topic: int | None = None
    foreign: bool | None = None

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
    """Natural logarithm of the evidence of all tests together, and the value from which it raises the alarm.

    It is held at or below a cap somewhat above `alarm_at`, so that it can fall again.
    """

    log_e: float
    alarm_at: float


class DriftTest(msgspec.Struct, frozen=True, kw_only=True):
    """What one test saw.

    `log_e` is its own evidence (natural logarithm), and `alarm_at` the value from which it would raise the
    alarm without the others; `share` is its part of the false-alarm budget. `value` is what it measures since
    `since`, the time at which the change that it suspects began; where it suspects none, since the bundle was
    deployed. It is over `samples` tweets (votes, for the error rate) and None where there are none.
    `reference` is what the held-out data had, `effect` the shift (signed but for a distance), and `least` the
    size from which it may raise an alarm.
    """

    name: DriftTestName
    status: DriftStatus
    log_e: float
    alarm_at: float
    share: float
    value: float | None
    reference: float
    effect: float
    least: float
    unit: DriftUnit
    since: str | None
    samples: int


class DriftAccuracy(msgspec.Struct, frozen=True, kw_only=True):
    """Accuracy estimated without labels, with a 95 % interval, and the estimate on the held-out data."""

    estimate: float
    low: float
    high: float
    reference: float


class DriftVotes(msgspec.Struct, frozen=True, kw_only=True):
    """What people said about predictions since the bundle was deployed; `expected` is the tolerated rate.

    `expected` is None where neither a setting nor the bundle says what to expect.
    """

    votes: int
    wrong: int
    error_rate: float | None
    expected: float | None


class DriftWord(msgspec.Struct, frozen=True, kw_only=True):
    """A word that came up or went: its z-score, and the share of texts that hold it, now and before."""

    word: str
    z: float
    share: float
    reference: float


class DriftWords(msgspec.Struct, frozen=True, kw_only=True):
    """Words seen more and less often than in the reference, the clearest ones first."""

    more: list[DriftWord]
    less: list[DriftWord]


class DriftExample(msgspec.Struct, frozen=True, kw_only=True):
    """A prediction that is typical of the change; `text` is None where texts are not kept."""

    prediction_id: str
    label: Label
    confidence: float
    text: str | None


class DriftSlice(msgspec.Struct, frozen=True, kw_only=True):
    """The slice most affected: a kind of tweets, such as those with a question.

    `share` and `reference` are, now and in the reference, the share of this kind among all tweets, or the
    share of those called positive among this kind, as `of` says. `effect` is their difference.
    """

    name: str
    of: Literal["share", "positive_rate"]
    share: float
    reference: float
    effect: float


class DriftAdvice(msgspec.Struct, frozen=True, kw_only=True):
    """What to do. `label` holds ids of predictions, the one whose label says most first."""

    action: DriftAction
    sentence: str
    label: list[str]


class DriftReport(msgspec.Struct, frozen=True, kw_only=True):
    """One check for drift.

    `samples` counts the tweets used since the bundle was deployed; `new_samples` those of this check, and
    `other_model` the predictions of other models that it passed over. `cursor` is where the next check goes
    on. `moved` names the tests that raise the status, the strongest first, and `since` is when the strongest
    one's change began. `positive_rate` is that of the test of this name. `accuracy` is over the tweets since
    `since`, or since the bundle was deployed. `words` is None where texts are not kept or nothing moved.
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
    tests: list[DriftTest]
    evidence: DriftEvidence
    moved: list[DriftTestName]
    since: str | None
    accuracy: DriftAccuracy | None
    votes: DriftVotes
    positive_rate: float | None
    reference_positive_rate: float
    words: DriftWords | None
    examples: list[DriftExample]
    slice: DriftSlice | None
    advice: DriftAdvice
    cursor: str
    sentence: str


def check_state(value: str) -> None:
    """Raises `ValueError` for a value that is too long for a named state."""
    if len(value) > STATE_CHARACTERS:
        raise ValueError(f"a named state has at most {STATE_CHARACTERS} characters")

"""What the HTTP functions take and give."""

from typing import Annotated, Literal, Protocol, Self

from msgspec import UNSET, Meta, Struct, UnsetType

from function_app.errors import InvalidRequestError
from function_app.ids import canonical_uuid

Label = Literal["negative", "positive"]
ShiftKind = Literal["topic", "class_balance", "typos", "language", "sarcasm"]
LABELS: tuple[Label, Label] = ("negative", "positive")


class Limits(Struct, frozen=True, kw_only=True):
    """What a request may hold at most."""

    body_bytes: int
    text_characters: int
    batch_texts: int


class Request(Protocol):
    """A request type that can check what its fields' types cannot say."""

    def check(self, limits: Limits) -> None:
        """Raises `InvalidRequestError` when a value breaks a limit."""


class PredictRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST predict`. `record` false: kept only if feedback comes on it, as for a text still being typed."""

    text: str
    explain: bool = False
    record: bool = True

    def check(self, limits: Limits) -> None:
        """Raises `InvalidRequestError` for a blank or over-long text."""
        check_text("text", self.text, limits)


class PredictBatchRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST predict/batch`."""

    texts: list[str]

    def check(self, limits: Limits) -> None:
        """Raises `InvalidRequestError` for no or too many texts, or naming the first bad one."""
        if not 1 <= len(self.texts) <= limits.batch_texts:
            raise InvalidRequestError(
                f"texts: an array of {len(self.texts)} was given; it must hold 1 to {limits.batch_texts}"
            )
        for index, text in enumerate(self.texts):
            check_text(f"texts[{index}]", text, limits)


class FeedbackRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST feedback`: what a person says about a prediction, by `correct` or by the right `label`."""

    prediction_id: str
    correct: bool | UnsetType = UNSET
    label: Label | UnsetType = UNSET
    text: str | UnsetType = UNSET
    comment: str | UnsetType = UNSET

    def check(self, limits: Limits) -> None:
        """Raises `InvalidRequestError` for a bad id, a bad text, or not exactly one of correct and label."""
        if canonical_uuid(self.prediction_id) is None:
            raise InvalidRequestError(
                "prediction_id: a string of another form was given; it must be the id of a prediction, "
                "a UUID such as 0192f0c1-2345-7abc-8def-0123456789ab"
            )
        if (self.correct is UNSET) == (self.label is UNSET):
            given = "neither" if self.correct is UNSET else "both"
            raise InvalidRequestError(f"correct, label: {given} of them given; give exactly one")
        if self.text is not UNSET:
            check_text("text", self.text, limits)
        if self.comment is not UNSET:
            check_characters("comment", self.comment, limits)


class RetrainRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST retrain`: a text with its right label, for the next training."""

    text: str
    label: Label

    def check(self, limits: Limits) -> None:
        """Raises `InvalidRequestError` for a blank or over-long text."""
        check_text("text", self.text, limits)


class SimulateRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST drift/simulate`: `strength` is the share of the tweets after the change that are of its kind."""

    kind: ShiftKind
    strength: Annotated[float, Meta(ge=0, le=1)]
    rows: Annotated[int, Meta(ge=100, le=2_000)] = 1_000
    seed: Annotated[int, Meta(ge=0, le=999_999_999)] = 0

    def check(self, limits: Limits) -> None:
        """Its types say it all."""


class Probabilities(Struct, frozen=True):
    """Calibrated probabilities of the two labels; they sum to one."""

    negative: float
    positive: float


class Word(Struct, frozen=True):
    """A word of the text with the change in the log-odds of positive that it brings."""

    word: str
    weight: float


class PredictionAnswer(Struct, frozen=True, omit_defaults=True):
    """The sentiment of one text; `confidence` is the probability of `label`, `model` the bundle's version."""

    id: str
    label: Label
    confidence: float
    probabilities: Probabilities
    model: str
    words: list[Word] | UnsetType = UNSET

    @classmethod
    def of(cls, *, id: str, label: Label, probability: float, model: str) -> Self:  # noqa: A002
        """The answer for a text of which `probability` is P(positive)."""
        both = Probabilities(negative=1 - probability, positive=probability)
        confidence = both.positive if label == "positive" else both.negative
        return cls(id=id, label=label, confidence=confidence, probabilities=both, model=model)


class BatchAnswer(Struct, frozen=True):
    """The sentiments of a batch, in the order of its texts."""

    predictions: list[PredictionAnswer]
    model: str


class FeedbackAnswer(Struct, frozen=True):
    """`matched`: whether the prediction is known; `correct`: null when that cannot be said without it."""

    feedback_id: str
    matched: bool
    correct: bool | None


class RetrainAnswer(Struct, frozen=True):
    """`waiting`: how many examples the next training will take; `next_training`: when it is due."""

    example_id: str
    waiting: int
    next_training: str


class ProblemDetails(Struct, frozen=True):
    """The body of every error (RFC 9457)."""

    type: str
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: str


def check_text(name: str, text: str, limits: Limits) -> None:
    """Raises `InvalidRequestError` when the text is blank, over-long or holds a NUL character."""
    check_characters(name, text, limits)
    if not text.strip():
        raise InvalidRequestError(f"{name}: a blank string was given; it must hold a text")


def check_characters(name: str, text: str, limits: Limits) -> None:
    """Raises `InvalidRequestError` when the text, blank or not, is over-long or holds a NUL character."""
    if len(text) > limits.text_characters:
        raise InvalidRequestError(
            f"{name}: a string of {len(text)} characters was given; the most is {limits.text_characters}"
        )
    if "\0" in text:
        raise InvalidRequestError(f"{name}: a string with a NUL character was given; it must not hold one")

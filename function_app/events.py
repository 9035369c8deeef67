"""The events that leave the app: their names and dimensions. Alert rules and workbook read these.

Application Insights keeps dimensions as text, so `dimensions` turns each value into one, always the same way.
"""

from typing import ClassVar

import msgspec

from function_app.contract import Label

UNKNOWN = "unknown"
"""What stands for None: no number, date or label, so a query's conversion makes it null."""

DIMENSION_CHARACTERS = 8_192
"""Application Insights takes no longer value; the rest of a longer one is cut off."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event. `name` is a constant, the same for every event of the class.

    `awaited`: whether who causes it waits, within a bound, until it has been sent: alerts rest on it, and an
    instance may be frozen or ended as soon as it has answered.
    """

    name: ClassVar[str]
    awaited: ClassVar[bool] = False


class FeedbackEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A person said something about a prediction. Sent once for each feedback, after it was stored.

    `feedback_id` tells a repeated delivery. `correct` is unknown when only a label was given for a prediction
    that is not known; `label`, `confidence` and `model` are the prediction's. `given` is the right label as
    far as it was said or follows. `text` is sent only where TELEMETRY_INCLUDE_TEXT is true.
    """

    name: ClassVar[str] = "feedback"
    awaited: ClassVar[bool] = True

    feedback_id: str
    prediction_id: str
    correct: bool | None
    matched: bool
    label: Label | None
    given: Label | None
    confidence: float | None
    model: str | None
    text: str | msgspec.UnsetType = msgspec.UNSET


class DriftEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A drift check has come to its end. Sent for each report; `sequence` counts a model's reports.

    `moved`: the tests that raise the status, strongest first. `effect` is the strongest test's, and `since`
    (RFC 3339) the change point that it estimates; both unknown where nothing moved.
    """

    name: ClassVar[str] = "drift"
    awaited: ClassVar[bool] = True

    status: str
    drift: bool
    moved: tuple[str, ...]
    effect: float | None
    since: str | None
    sentence: str
    model: str
    samples: int
    new_samples: int
    log_e: float
    alarm_at: float
    positive_rate: float | None
    reference_positive_rate: float
    estimated_accuracy: float | None
    error_rate: float | None
    sequence: int
    action: str


class PredictionsEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """What one instance answered since its last such event: at most one a minute, and one at its end.

    `count` = `negative` + `positive` texts, in `requests` calls of predict, predict_batch and stream within
    `seconds`. Latency: the milliseconds of such a call from the decoded request to the answer. Shares are of
    all tokens, and of the texts that are not English. `dropped`: predictions that found no way to the store.
    """

    name: ClassVar[str] = "predictions"

    model: str
    seconds: float
    requests: int
    count: int
    negative: int
    positive: int
    mean_confidence: float
    latency_p50_ms: float
    latency_p95_ms: float
    unknown_token_share: float
    foreign_share: float | None
    dropped: int


class ModelLoadedEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An instance has loaded the model. `cold_start`: a caller waited for it.

    `load_seconds`: from the files to the first score; `process_seconds`: how long the process ran by then.
    """

    name: ClassVar[str] = "model_loaded"

    model: str
    load_seconds: float
    process_seconds: float | None
    cold_start: bool


EVENTS: tuple[type[Event], ...] = (FeedbackEvent, DriftEvent, PredictionsEvent, ModelLoadedEvent)
AWAITED = frozenset(kind.name for kind in EVENTS if kind.awaited)


def dimensions(event: Event) -> dict[str, str]:
    """The event's fields as text; one that is not set is left out.

    >>> loaded = ModelLoadedEvent(model="m-1", load_seconds=0.25, process_seconds=1, cold_start=True)
    >>> dimensions(loaded)
    {'model': 'm-1', 'load_seconds': '0.250000', 'process_seconds': '1', 'cold_start': 'true'}
    """
    fields = msgspec.structs.asdict(event)
    return {name: _text(value) for name, value in fields.items() if value is not msgspec.UNSET}


def dimension_names(kind: type[Event]) -> tuple[str, ...]:
    """The names of the dimensions that events of this class may have."""
    return kind.__struct_fields__


def _text(value: object) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6f}"
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value)[:DIMENSION_CHARACTERS]

"""What the types do not say about the HTTP functions: one row for each, by the function's name."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from function_app import contract
from function_app.alerts import AlertAnswer, AlertRequest, AlertsAnswer
from function_app.bundle import Manifest
from function_app.drift.advice import MOST_TO_LABEL
from function_app.drift.history import DriftAnswer, NoDriftAnswer
from function_app.drift.simulation import SimulationAnswer
from function_app.errors import (
    AppError,
    ConflictError,
    ForbiddenError,
    KeyReusedError,
    ModelUnavailableError,
    NotFoundError,
    StoreUnavailableError,
)
from function_app.health import Health

Schema = dict[str, Any]
"""A JSON Schema (draft 2020-12)."""

JSON = "application/json"


class Parameter(Struct, frozen=True, kw_only=True):
    """A value in the query, the path or a header."""

    name: str
    place: str
    description: str
    schema: Schema


class Answer(Struct, frozen=True, kw_only=True):
    """An answer that is no error. `body`: its types, any of them; with none, `media` says what it is."""

    status: int
    description: str
    body: tuple[type[Struct], ...] = ()
    media: str | None = JSON
    headers: Mapping[str, str] = {}


class Operation(Struct, frozen=True, kw_only=True):
    """One HTTP function.

    `errors` are those beside what follows from the rest: 400, 413 and 415 for a body, 400 for parameters, 401
    where a key is needed, and 500.
    """

    tag: str
    description: str
    answers: tuple[Answer, ...]
    request: type[Struct] | None = None
    parameters: tuple[Parameter, ...] = ()
    errors: tuple[type[AppError], ...] = ()


class ModelAnswer(Manifest, frozen=True, kw_only=True):
    """The manifest of the deployed model with this app's limits; it has more fields than are listed here."""

    limits: contract.Limits


TAGS: Mapping[str, str] = {
    "Predictions": "Text in, calibrated probability out.",
    "Feedback": "What people say about predictions, and labelled examples for the next training.",
    "Watching": "Whether the model still fits what it reads, and the alerts that were raised.",
    "This app": "Its health, its documentation and its web page; no key is needed.",
}

IDEMPOTENCY_KEY = Parameter(
    name="Idempotency-Key",
    place="header",
    description="A name of your choice for this request. The same request sent again with it is not kept "
    "twice: the answer is then 200, as the first time. With another request the answer is 422.",
    schema={"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
)


def _count(name: str, description: str, *, most: int, default: int | None = None) -> Parameter:
    schema: Schema = {"type": "integer", "minimum": 1, "maximum": most}
    return Parameter(
        name=name,
        place="query",
        description=description,
        schema=schema if default is None else {**schema, "default": default},
    )


def _page(description: str) -> Answer:
    return Answer(status=200, description=description, media="text/html")


_NOT_CHANGED = Answer(status=304, description="What `If-None-Match` names is still right.", media=None)
_WITHOUT_SLASH = Answer(
    status=308,
    description="The address without the slash at its end.",
    media=None,
    headers={"Location": "Where the page is."},
)
_REPEATED = "The same `Idempotency-Key` came before with the same request; nothing was kept again."

OPERATIONS: Mapping[str, Operation] = {
    "predict": Operation(
        tag="Predictions",
        description="With `explain`, each word comes with its weight: the change in the log-odds of "
        "*positive* that it brings. With `record` false, as for a text that is still being typed, the "
        "prediction is kept only if feedback comes on it.",
        request=contract.PredictRequest,
        answers=(Answer(status=200, description="The prediction.", body=(contract.PredictionAnswer,)),),
        errors=(ModelUnavailableError,),
    ),
    "predict_batch": Operation(
        tag="Predictions",
        description="A text gets the same answer whatever else is in its batch.",
        request=contract.PredictBatchRequest,
        answers=(
            Answer(
                status=200,
                description="The predictions, in the order of the texts.",
                body=(contract.BatchAnswer,),
            ),
        ),
        errors=(ModelUnavailableError,),
    ),
    "feedback": Operation(
        tag="Feedback",
        description="Give `correct` or the right `label`, not both. It is safely stored when the answer "
        "comes.",
        request=contract.FeedbackRequest,
        parameters=(IDEMPOTENCY_KEY,),
        answers=(
            Answer(status=200, description=_REPEATED, body=(contract.FeedbackAnswer,)),
            Answer(status=201, description="It is stored.", body=(contract.FeedbackAnswer,)),
        ),
        errors=(KeyReusedError, StoreUnavailableError),
    ),
    "retrain": Operation(
        tag="Feedback",
        description="It is safely stored when the answer comes; nothing trains here.",
        request=contract.RetrainRequest,
        parameters=(IDEMPOTENCY_KEY,),
        answers=(
            Answer(status=200, description=_REPEATED, body=(contract.RetrainAnswer,)),
            Answer(status=202, description="It waits for the next training.", body=(contract.RetrainAnswer,)),
        ),
        errors=(ForbiddenError, KeyReusedError, StoreUnavailableError),
    ),
    "drift": Operation(
        tag="Watching",
        description="Whether the incoming tweets still look like those the model was tested on.",
        parameters=(
            _count("limit", "Most reports in `history`.", most=200, default=20),
            _count(
                "before",
                "The `next` of the page before: `history` goes on behind the report of this `sequence`.",
                most=999_999_999,
            ),
            _count("to_label", "How many tweets worth a label come with their texts.", most=MOST_TO_LABEL),
        ),
        answers=(
            Answer(
                status=200,
                description="The last report with a page of the history; before the first check, no report.",
                body=(DriftAnswer, NoDriftAnswer),
            ),
        ),
        errors=(StoreUnavailableError,),
    ),
    "simulate_drift": Operation(
        tag="Watching",
        description="Feeds a made-up stream that shifts to the drift check. Nothing of it is recorded. Only "
        "where the setting `ALLOW_DRIFT_SIMULATION` is true; one at a time; takes seconds.",
        request=contract.SimulateRequest,
        answers=(Answer(status=200, description="What became of the stream.", body=(SimulationAnswer,)),),
        errors=(ForbiddenError, ConflictError, ModelUnavailableError, StoreUnavailableError),
    ),
    "alerts": Operation(
        tag="Watching",
        description="For the action group of an alert rule. Takes Azure Monitor's common alert schema; each "
        "alert is kept once however often it comes.",
        request=AlertRequest,
        answers=(
            Answer(status=200, description="It was known already.", body=(AlertAnswer,)),
            Answer(status=201, description="It is stored.", body=(AlertAnswer,)),
        ),
        errors=(StoreUnavailableError,),
    ),
    "list_alerts": Operation(
        tag="Watching",
        description="Newest first.",
        parameters=(_count("limit", "Most alerts in the answer.", most=200, default=20),),
        answers=(Answer(status=200, description="The alerts.", body=(AlertsAnswer,)),),
        errors=(StoreUnavailableError,),
    ),
    "model": Operation(
        tag="Predictions",
        description="Its metrics, data, calibration and licences, and what a request may hold.",
        answers=(Answer(status=200, description="The manifest.", body=(ModelAnswer,)),),
        errors=(ModelUnavailableError,),
    ),
    "health": Operation(
        tag="This app",
        description="Loads the model and writes to the store to find out.",
        answers=(
            Answer(status=200, description="It can.", body=(Health,)),
            Answer(status=503, description="It cannot; `reasons` says why.", body=(Health,)),
        ),
    ),
    "openapi": Operation(
        tag="This app",
        description="What you are reading.",
        answers=(Answer(status=200, description="The document."),),
    ),
    "docs": Operation(
        tag="This app",
        description="Shows this document, with examples to copy and a way to try each call.",
        answers=(_page("The page."), _NOT_CHANGED, _WITHOUT_SLASH),
    ),
    "ui": Operation(
        tag="This app",
        description="Try tweets, score files, watch the model.",
        answers=(_page("The page."), _NOT_CHANGED, _WITHOUT_SLASH),
    ),
    "ui_file": Operation(
        tag="This app",
        description="Styles, scripts and pictures of the pages.",
        parameters=(
            Parameter(
                name="version",
                place="path",
                description="Changes when any of the files does.",
                schema={"type": "string", "minLength": 1},
            ),
            Parameter(
                name="file",
                place="path",
                description="The file's name; it may hold slashes.",
                schema={"type": "string", "minLength": 1},
            ),
        ),
        answers=(Answer(status=200, description="The file.", media="*/*"), _NOT_CHANGED),
        errors=(NotFoundError,),
    ),
}
"""Every HTTP function."""


def content_of(media: str) -> Schema:
    """The schema of a body that is not described by a type."""
    return {"type": "object"} if media == JSON else {"type": "string"}

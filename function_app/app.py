"""Every trigger of the app, and the one place where its parts are put together."""

import logging
import os
from typing import List  # noqa: UP035 - the worker does not take list[str] in an output binding

import azure.functions as func

from function_app import contract
from function_app.alerts import AlertRequest
from function_app.drift.advice import MOST_TO_LABEL
from function_app.errors import AppError, ConflictError
from function_app.functions import App
from function_app.http import (
    answers,
    read_body,
    read_count,
    read_idempotency_key,
    read_optional_count,
    respond,
)
from function_app.invocation import correlated
from function_app.service import Service
from function_app.settings import Settings
from function_app.ui import Pages

_logger = logging.getLogger(__name__)

app = App(http_auth_level=func.AuthLevel.FUNCTION)
service = Service(Settings.from_environment(os.environ))
pages = Pages()
logging.getLogger("function_app").setLevel(service.settings.log_level)
logging.getLogger("azure").setLevel(logging.WARNING)  # or every request to the store is a line


@app.route(route="predict", methods=["POST"])
@answers
def predict(req: func.HttpRequest) -> func.HttpResponse:
    """The sentiment of one text."""
    return respond(service.predict(read_body(req, contract.PredictRequest, service.limits)))


@app.route(route="predict/batch", methods=["POST"])
@answers
def predict_batch(req: func.HttpRequest) -> func.HttpResponse:
    """The sentiments of many texts, in order."""
    return respond(service.predict_batch(read_body(req, contract.PredictBatchRequest, service.limits)))


@app.route(route="feedback", methods=["POST"])
@answers
def feedback(req: func.HttpRequest) -> func.HttpResponse:
    """What a person says about a prediction."""
    request = read_body(req, contract.FeedbackRequest, service.limits)
    answer, is_new = service.feedback(request, read_idempotency_key(req))
    return respond(answer, status=201 if is_new else 200)


@app.route(route="retrain", methods=["POST"])
@answers
def retrain(req: func.HttpRequest) -> func.HttpResponse:
    """A labelled example for the next training."""
    request = read_body(req, contract.RetrainRequest, service.limits)
    answer, is_new = service.retrain(request, read_idempotency_key(req))
    return respond(answer, status=202 if is_new else 200)


@app.route(route="drift", methods=["GET"])
@answers
def drift(req: func.HttpRequest) -> func.HttpResponse:
    """The last drift report, and a page of the history."""
    limit = read_count(req, "limit", default=20, most=200)
    before = read_optional_count(req, "before", most=999_999_999)
    to_label = read_optional_count(req, "to_label", most=MOST_TO_LABEL)
    return respond(service.drift(limit=limit, before=before, to_label=to_label or 0))


@app.route(route="alerts", methods=["POST"])
@answers
def alerts(req: func.HttpRequest) -> func.HttpResponse:
    """An alert of Azure Monitor, in its common alert schema."""
    answer = service.alert(read_body(req, AlertRequest, service.limits), req.get_body())
    return respond(answer, status=201 if answer.new else 200)


@app.route(route="alerts", methods=["GET"])
@answers
def list_alerts(req: func.HttpRequest) -> func.HttpResponse:
    """The last alerts."""
    return respond(service.alerts(read_count(req, "limit", default=20, most=200)))


@app.route(route="drift/simulate", methods=["POST"])
@answers
def simulate_drift(req: func.HttpRequest) -> func.HttpResponse:
    """What the drift check would make of a stream that shifts."""
    service.require_simulation()
    return respond(service.simulate_drift(read_body(req, contract.SimulateRequest, service.limits)))


@app.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@answers
def health(req: func.HttpRequest) -> func.HttpResponse:
    """Whether this instance can serve."""
    found = service.health()
    return respond(found, status=found.http_status)


@app.route(route="model", methods=["GET"])
@answers
def model(req: func.HttpRequest) -> func.HttpResponse:
    """The manifest of the deployed model."""
    return respond(service.model())


@app.route(route="openapi.json", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@answers
def openapi(req: func.HttpRequest) -> func.HttpResponse:
    """This API as an OpenAPI 3.1 document."""
    from function_app.openapi import api_document  # noqa: PLC0415 - not for the first prediction

    return respond(api_document(app.routes(), service.limits, url=req.url))


@app.route(route="docs", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@answers
def docs(req: func.HttpRequest) -> func.HttpResponse:
    """The page that shows the API."""
    return pages.page(req, "docs/index.html")


@app.route(route="ui", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@answers
def ui(req: func.HttpRequest) -> func.HttpResponse:
    """The web page."""
    return pages.page(req, "index.html")


@app.route(route="ui/{version}/{*file}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@answers
def ui_file(req: func.HttpRequest) -> func.HttpResponse:
    """A file that the web page uses."""
    return pages.asset(req, version=req.route_params["version"], name=req.route_params["file"])


@app.queue_trigger(
    arg_name="message", queue_name=service.settings.stream_queue, connection="AzureWebJobsStorage"
)
@app.queue_output(
    arg_name="results", queue_name=service.settings.stream_result_queue, connection="AzureWebJobsStorage"
)
@correlated
def stream(message: func.QueueMessage, results: func.Out[List[str]]) -> None:  # noqa: UP006
    """The sentiments of a message's tweets. After an error it comes again, and at last it is poison."""
    try:
        results.set(service.stream(str(message.id), message.get_body()))
    except AppError as error:
        _logger.warning("Message %s, delivery %s: %s", message.id, message.dequeue_count, error.detail)
        raise


@app.timer_trigger(arg_name="timer", schedule=service.settings.drift_schedule, use_monitor=True)
@correlated
def drift_check(timer: func.TimerRequest) -> None:
    """Compares the tweets since the last check with those the model was tested on."""
    try:
        report = service.check_drift()
    except ConflictError as error:
        _logger.info("%s; this one is discarded", error.detail)
    else:
        _logger.info("Drift check %d: %s", report.sequence, report.status)


@app.timer_trigger(arg_name="timer", schedule=service.settings.retention_schedule, use_monitor=True)
@correlated
def retention(timer: func.TimerRequest) -> None:
    """Deletes what is older than the settings allow."""
    _logger.info("Retention: %d records deleted", service.delete_expired())

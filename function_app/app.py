"""Every trigger of the app, and the one place where its parts are put together."""

import logging
import os
from typing import List  # noqa: UP035 - the worker does not take list[str] in an output binding

import azure.functions as func

from function_app import contract
from function_app.errors import AppError, ConflictError
from function_app.http import answers, read_body, read_count, read_idempotency_key, respond
from function_app.service import Service
from function_app.settings import Settings

_logger = logging.getLogger(__name__)

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
service = Service(Settings.from_environment(os.environ))
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
    """The last drift reports."""
    return respond(service.drift(read_count(req, "limit", default=20, most=200)))


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


@app.queue_trigger(
    arg_name="message", queue_name=service.settings.stream_queue, connection="AzureWebJobsStorage"
)
@app.queue_output(
    arg_name="results", queue_name=service.settings.stream_result_queue, connection="AzureWebJobsStorage"
)
def stream(message: func.QueueMessage, results: func.Out[List[str]]) -> None:  # noqa: UP006
    """The sentiments of a message's tweets. After an error it comes again, and at last it is poison."""
    try:
        results.set(service.stream(str(message.id), message.get_body()))
    except AppError as error:
        _logger.warning("Message %s, delivery %s: %s", message.id, message.dequeue_count, error.detail)
        raise


@app.timer_trigger(arg_name="timer", schedule=service.settings.drift_schedule, use_monitor=True)
def drift_check(timer: func.TimerRequest) -> None:
    """Compares the tweets since the last check with those the model was tested on."""
    try:
        report = service.check_drift()
    except ConflictError as error:
        _logger.info("%s; this one is discarded", error.detail)
    else:
        _logger.info("Drift check %d: %s", report.sequence, report.status)


@app.timer_trigger(arg_name="timer", schedule=service.settings.retention_schedule, use_monitor=True)
def retention(timer: func.TimerRequest) -> None:
    """Deletes what is older than the settings allow."""
    _logger.info("Retention: %d records deleted", service.delete_expired())

"""Every trigger of the app, and the one place where its parts are put together."""

import logging
import os

import azure.functions as func

from function_app import contract
from function_app.errors import ConflictError
from function_app.http import answers, read_body, read_count, read_idempotency_key, respond
from function_app.service import Service
from function_app.settings import Settings

_logger = logging.getLogger(__name__)

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
service = Service(Settings.from_environment(os.environ))
logging.getLogger("function_app").setLevel(service.settings.log_level)


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


@app.timer_trigger(arg_name="timer", schedule=service.settings.drift_schedule, use_monitor=True)
def drift_check(timer: func.TimerRequest) -> None:
    """Compares the tweets since the last check with those the model was tested on."""
    try:
        report = service.check_drift()
    except ConflictError as error:
        _logger.info("%s; this one is discarded", error.detail)
    else:
        _logger.info("Drift check %d: %s", report.sequence, report.status)

"""Requests and responses at the handlers' own border; `test_contract.py` goes through a running host."""

import json
import logging

import azure.functions as func
import pytest

from function_app.contract import Limits, PredictRequest
from function_app.errors import StoreUnavailableError, TooLargeError, UnsupportedMediaError
from function_app.http import answers, read_body

LIMITS = Limits(body_bytes=1_024, text_characters=100, batch_texts=10)


def request(body: bytes = b'{"text": "a"}', **headers: str) -> func.HttpRequest:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return func.HttpRequest("POST", "http://localhost/api/predict", headers=given, body=body)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON; charset=UTF-8",
        'application/json;charset="utf-8"',
        "application/json; x=y",
        "application/json;",
    ],
)
def test_json_is_taken(content_type: str) -> None:
    assert read_body(request(content_type=content_type), PredictRequest, LIMITS).text == "a"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content_type": ""},
        {"content_type": "text/plain"},
        {"content_type": "application/jsonp"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "application/json; charset=latin-1"},
        {"content_type": "application/json; charset="},
        {"content_type": "application/json", "content_encoding": "gzip"},
    ],
)
def test_other_media_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(UnsupportedMediaError):
        read_body(request(**headers), PredictRequest, LIMITS)


def test_a_body_may_be_as_large_as_the_limit_and_no_larger() -> None:
    body = b'{"text": "a"}'.ljust(1_024)
    assert read_body(request(body, content_type="application/json"), PredictRequest, LIMITS).text == "a"
    with pytest.raises(TooLargeError):
        read_body(request(body + b" ", content_type="application/json"), PredictRequest, LIMITS)


def test_an_error_that_nobody_foresaw_is_a_bare_500(caplog: pytest.LogCaptureFixture) -> None:
    @answers
    def broken(req: func.HttpRequest) -> func.HttpResponse:
        raise RuntimeError(req.get_body().decode())

    response = broken(request(b"the text of a user"))
    assert response.status_code == 500
    assert response.mimetype == "application/problem+json"
    assert set(json.loads(response.get_body())) == {"type", "title", "status", "detail"}
    assert b"text of" not in response.get_body()
    assert "RuntimeError" in caplog.text
    assert "in broken" in caplog.text
    assert "text of a user" not in caplog.text


def test_what_is_away_says_when_to_come_back(caplog: pytest.LogCaptureFixture) -> None:
    @answers
    def away(req: func.HttpRequest) -> func.HttpResponse:
        raise StoreUnavailableError("The store cannot be reached")

    with caplog.at_level(logging.WARNING):
        response = away(request())
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert "The store cannot be reached" in caplog.text

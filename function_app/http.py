"""From an HTTP request to a checked body, and from an answer or an error to an HTTP response."""

import functools
import logging
import re
import traceback
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

import azure.functions as func
import msgspec

from function_app.contract import Limits, ProblemDetails, Request
from function_app.decoding import decode
from function_app.errors import AppError, InvalidRequestError, TooLargeError, UnsupportedMediaError
from function_app.invocation import correlated

T = TypeVar("T", bound=Request)
Handler = Callable[[func.HttpRequest], func.HttpResponse]

_logger = logging.getLogger(__name__)
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,255}")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


def read_body(req: func.HttpRequest, kind: type[T], limits: Limits) -> T:
    """The request's JSON body as `kind`.

    Raises `UnsupportedMediaError`, `TooLargeError` or `InvalidRequestError`.
    """
    _check_encoding(req)
    body: bytes = req.get_body()
    if len(body) > limits.body_bytes:
        raise TooLargeError(
            f"The body has more than {limits.body_bytes} bytes; it must have {limits.body_bytes} at most"
        )
    return decode(body, kind, limits)


def read_count(req: func.HttpRequest, name: str, *, default: int, most: int) -> int:
    """A whole number from 1 to `most` in the query string. Raises `InvalidRequestError`."""
    found = read_optional_count(req, name, most=most)
    return default if found is None else found


def read_optional_count(req: func.HttpRequest, name: str, *, most: int) -> int | None:
    """Like `read_count`; None where nothing is given."""
    text = req.params.get(name)
    if text is None:
        return None
    if not _WHOLE_NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        raise InvalidRequestError(
            f"{name}: something else was given in the query; it must be a whole number from 1 to {most}"
        )
    return int(text)


def read_address(url: str) -> SplitResult:
    """The parts of a request's own address. Raises `InvalidRequestError` where the Host header spoils it."""
    try:
        return urlsplit(url)
    except ValueError:
        raise InvalidRequestError(
            "Host: a value of another form was given; it must be a name or an address, with a port or without"
        ) from None


def read_idempotency_key(req: func.HttpRequest) -> str | None:
    """The `Idempotency-Key` header, or None. Raises `InvalidRequestError`."""
    key: str | None = req.headers.get("Idempotency-Key")
    if key is not None and not _VISIBLE_ASCII.fullmatch(key):
        raise InvalidRequestError(
            "Idempotency-Key: a value of another form was given; it must be 1 to 255 visible ASCII characters"
        )
    return key


def respond(answer: object, *, status: int = 200) -> func.HttpResponse:
    """A response with the answer as JSON."""
    return func.HttpResponse(msgspec.json.encode(answer), status_code=status, mimetype="application/json")


def problem(error: AppError) -> func.HttpResponse:
    """The error as `application/problem+json` (RFC 9457)."""
    details = ProblemDetails(type="about:blank", title=error.title, status=error.status, detail=error.detail)
    return func.HttpResponse(
        msgspec.json.encode(details),
        status_code=error.status,
        headers=error.headers,
        mimetype="application/problem+json",
    )


def answers(handler: Handler) -> Handler:
    """Makes a handler that turns every error into a response, and takes the worker's context.

    An error that nobody foresaw becomes a bare 500. Its message is not logged, since it may quote a user's
    text; its class and where it was raised are.
    """

    @functools.wraps(handler)
    def answer(req: func.HttpRequest) -> func.HttpResponse:
        try:
            return handler(req)
        except AppError as error:
            if error.status >= 500:
                _logger.warning("%s: %s", handler.__name__, error.detail)
            return problem(error)
        except Exception as error:  # noqa: BLE001 - the one place where the unforeseen becomes an answer
            where = "".join(traceback.format_tb(error.__traceback__))
            _logger.error("%s failed with %s\n%s", handler.__name__, type(error).__qualname__, where)
            return problem(AppError("The app failed on this request; the cause is in its log"))

    return correlated(answer)


def _check_encoding(req: func.HttpRequest) -> None:
    coding = req.headers.get("Content-Encoding", "").strip().lower()
    if coding not in {"", "identity"}:
        raise UnsupportedMediaError("Content-Encoding: an encoded body was given; it must not be compressed")
    media, *parameters = req.headers.get("Content-Type", "").lower().split(";")
    if media.strip() != "application/json":
        raise UnsupportedMediaError(
            "Content-Type: another type or none was given; it must be application/json"
        )
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in {"utf-8", "utf8"}:
            raise UnsupportedMediaError("Content-Type: another charset was given; it must be utf-8")

"""The OpenAPI document: routes from the registered functions, schemas from the types, real examples."""

import inspect
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from function_app import __version__
from function_app.contract import Limits, ProblemDetails
from function_app.errors import (
    AppError,
    InvalidRequestError,
    TooLargeError,
    UnavailableError,
    UnsupportedMediaError,
)
from function_app.functions import Route
from function_app.http import read_address
from function_app.openapi.code_samples import samples_of
from function_app.openapi.exchanges import Exchange, exchanges
from function_app.openapi.operations import JSON, OPERATIONS, TAGS, Answer, Operation, Parameter, content_of
from function_app.openapi.schemas import component_schemas

Json = dict[str, Any]

PROBLEM = "application/problem+json"
_KEYS: list[Json] = [{"header": []}, {"query": []}]
_UNAUTHORIZED = "A function key is needed, or the one given is wrong. The answer has no body."
_INTRODUCTION = """\
The sentiment of English tweets, with a calibrated confidence and the reasons for it; and what keeps it
right: feedback, drift, alerts.

Requests and answers are JSON in UTF-8. A body has at most {body:,} bytes, a text {text:,} characters, a
batch {batch:,} texts. Ids are UUIDs of version 7, times are UTC as in RFC 3339. Every error is a problem
(RFC 9457) whose `detail` names the field and what it should be. After 503, try again in as many seconds as
`Retry-After` says.
"""


def api_document(routes: Sequence[Route], limits: Limits, *, url: str) -> Json:
    """The document for the app at `url`, which is the address of the document itself. Not to be changed.

    Raises `KeyError` for a route that nothing is said about in `OPERATIONS`, and `InvalidRequestError` for an
    address that is none.
    """
    address = read_address(url)
    prefix = address.path.rstrip("/").rpartition("/")[0]
    return _document(tuple(routes), limits, f"{address.scheme}://{address.netloc}", prefix)


@lru_cache(maxsize=4)
def _document(routes: Sequence[Route], limits: Limits, origin: str, prefix: str) -> Json:
    types = sorted(_types(routes), key=lambda one: one.__name__)
    references, schemas = component_schemas(types, limits)
    builder = _Builder(references=references, base=origin + prefix)
    paths: dict[str, Json] = {}
    for route in routes:
        # A path template has no sign for "all that follows".
        path = "/" + route.path.replace("{*", "{")
        for method in route.methods:
            paths.setdefault(path, {})[method.lower()] = builder.operation(route, method)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tweet sentiment",
            "version": __version__,
            "description": _INTRODUCTION.format(
                body=limits.body_bytes, text=limits.text_characters, batch=limits.batch_texts
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": prefix or "/"}],
        "tags": [{"name": name, "description": description} for name, description in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "header": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "x-functions-key",
                    "description": "A function key of the app in Azure. A local host asks for none unless "
                    "`LOCAL_FUNCTION_KEY` is set.",
                },
                "query": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "code",
                    "description": "The same key, where a header cannot be sent. Addresses end up in logs.",
                },
            },
        },
    }


class _Builder(msgspec.Struct, frozen=True, kw_only=True):
    """Makes operations that refer to the schemas of their types."""

    references: dict[type[Any], Json]
    base: str

    def operation(self, route: Route, method: str) -> Json:
        said = OPERATIONS[route.name]
        happened = [one for one in exchanges() if one.operation == route.name]
        good = next((one for one in happened if one.status < 400 and one.setting == ""), None)
        found: Json = {
            "operationId": route.name,
            "tags": [said.tag],
            "summary": route.summary.rstrip("."),
            "description": said.description,
            "parameters": [_parameter(one) for one in said.parameters],
            "responses": self._responses(route, said, happened),
            "security": _KEYS if route.needs_key else [],
        }
        if said.request is not None:
            content: Json = {"schema": self.references[said.request]}
            if examples := _examples((one for one in happened if one.status < 400), "body"):
                content["examples"] = examples
            found["requestBody"] = {"required": True, "content": {JSON: content}}
        if good is not None:
            url = f"{self.base}/{route.path}"
            samples = samples_of(good, method=method, url=url, needs_key=route.needs_key)
            found["x-codeSamples"] = msgspec.to_builtins(samples)
        return found

    def _responses(self, route: Route, said: Operation, happened: Sequence[Exchange]) -> Json:
        found: Json = {
            str(answer.status): self._answer(answer, [one for one in happened if one.status == answer.status])
            for answer in said.answers
        }
        if route.needs_key:
            found["401"] = {"description": _UNAUTHORIZED}
        by_status: dict[int, list[type[AppError]]] = {}
        for error in _errors(said):
            by_status.setdefault(error.status, []).append(error)
        for status, errors in by_status.items():
            found[str(status)] = self._problem(errors, [one for one in happened if one.status == status])
        return dict(sorted(found.items()))

    def _answer(self, answer: Answer, happened: Sequence[Exchange]) -> Json:
        found: Json = {"description": answer.description}
        if answer.headers:
            found["headers"] = {
                name: {"description": text, "schema": {"type": "string"}, "required": True}
                for name, text in answer.headers.items()
            }
        if answer.media is not None:
            choices = [self.references[one] for one in answer.body]
            schema = content_of(answer.media) if not choices else choices[0]
            content: Json = {"schema": {"anyOf": choices} if len(choices) > 1 else schema}
            if examples := _examples(happened, "answer"):
                content["examples"] = examples
            found["content"] = {answer.media: content}
        return found

    def _problem(self, errors: Sequence[type[AppError]], happened: Sequence[Exchange]) -> Json:
        same = [
            one
            for one in exchanges()
            if isinstance(one.answer, dict) and one.answer.get("title") in {error.title for error in errors}
        ]
        content: Json = {"schema": self.references[ProblemDetails]}
        if examples := _examples(happened or same[:1], "answer"):
            content["examples"] = examples
        found: Json = {
            "description": " ".join(_meaning(error) for error in errors),
            "content": {PROBLEM: content},
        }
        if any(issubclass(error, UnavailableError) for error in errors):
            found["headers"] = {
                "Retry-After": {
                    "description": "After how many seconds to try again.",
                    "schema": {"type": "integer", "minimum": 1},
                    "required": True,
                }
            }
        return found


def _types(routes: Iterable[Route]) -> set[type[Any]]:
    found: set[type[Any]] = {ProblemDetails}
    for route in routes:
        said = OPERATIONS[route.name]
        found.update(one for answer in said.answers for one in answer.body)
        if said.request is not None:
            found.add(said.request)
    return found


def _errors(said: Operation) -> list[type[AppError]]:
    found: list[type[AppError]] = []
    if said.request is not None:
        found += [InvalidRequestError, TooLargeError, UnsupportedMediaError]
    elif any(one.place == "query" for one in said.parameters):
        found.append(InvalidRequestError)
    return [*found, *said.errors, AppError]


def _meaning(error: type[AppError]) -> str:
    if error is AppError:
        return "The app failed on this request; the cause is in its log."
    return (inspect.getdoc(error) or "").partition("\n")[0]


def _parameter(parameter: Parameter) -> Json:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.description,
        "required": parameter.place == "path",
        "schema": parameter.schema,
    }


def _examples(happened: Iterable[Exchange], part: str) -> Json:
    return {
        one.name: {"summary": one.summary, "value": getattr(one, part)}
        for one in happened
        if getattr(one, part) is not msgspec.UNSET
    }

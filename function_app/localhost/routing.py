"""The HTTP side of the local host: a WSGI application over the app's HTTP functions."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment
from wsgiref.util import request_uri

import azure.functions as func
from msgspec import Struct
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.routing import Map, Rule

from function_app.contract import Limits
from function_app.errors import MethodNotAllowedError, NotFoundError
from function_app.http import answers, read_body
from function_app.localhost.invocation import LocalFunction
from function_app.localhost.timers import Timers

_PARAMETER = re.compile(r"\{(?P<rest>\*?)(?P<name>\w+)(?::\w+)?\??\}")
_LIST = "list functions"
_RUN_TIMER = "run a timer"
_PATH = "path"
"""Where the path waits in a request that has no function yet."""


class TimerRunRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /admin/functions/NAME`: the host's way to fire a timer; the input is of no use to one."""

    input: str | None = None

    def check(self, limits: Limits) -> None:
        """Nothing to check."""


class HttpHost:
    """Serves the HTTP functions, the list of all functions at `/`, and the timers by hand.

    With a `key`, what is not anonymous answers 401 without it, as in Azure: in the header `x-functions-key`
    or as `code` in the query, and the answer has no body.
    """

    def __init__(
        self,
        functions: Sequence[LocalFunction],
        *,
        prefix: str,
        limits: Limits,
        timers: Timers,
        key: str = "",
    ) -> None:
        self._functions = {function.name: function for function in functions}
        self._key = key
        self._prefix = prefix
        self._limits = limits
        self._timers = timers
        self._answer = answers(self._dispatch)
        self._map = Map(strict_slashes=False, merge_slashes=False)
        self._map.add(Rule("/", endpoint=_LIST, methods=["GET"]))
        self._map.add(Rule("/admin/functions/<name>", endpoint=_RUN_TIMER, methods=["POST"]))
        for function in functions:
            if function.is_http:
                methods = [str(method) for method in function.trigger.get("methods") or ()] or None
                self._map.add(Rule(self.path(function), endpoint=function.name, methods=methods))

    def path(self, function: LocalFunction) -> str:
        """Where the function is served, as a werkzeug rule."""
        route = function.trigger.get("route") or function.name
        parts = [part.strip("/") for part in (self._prefix, route)]
        path = "/" + "/".join(part for part in parts if part)
        return _PARAMETER.sub(lambda found: f"<{'path:' if found['rest'] else ''}{found['name']}>", path)

    def listing(self, base: str = "") -> list[str]:
        """One line for each function: its methods and address, its schedule, or its queue."""
        lines = []
        for function in self._functions.values():
            if function.is_http:
                methods = ",".join(str(method) for method in function.trigger.get("methods") or ("ANY",))
                lines.append(f"{function.name}: [{methods}] {base}{self.path(function)}")
            else:
                trigger = function.trigger
                when = trigger.get("schedule") or trigger.get("queueName") or ""
                lines.append(f"{function.name}: {trigger['type']} {when}".rstrip())
        return lines

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI application."""
        response = self._answer(self._request(environ))
        headers = [(name, value) for name, value in response.headers.items()]
        body: bytes = response.get_body()
        if not any(name.lower() == "content-type" for name, _ in headers):
            charset = f"; charset={response.charset}" if response.mimetype.startswith("text/") else ""
            headers.append(("Content-Type", response.mimetype + charset))
        headers.append(("Content-Length", str(len(body))))
        reason = HTTP_STATUS_CODES.get(response.status_code, "Unknown")
        start_response(f"{response.status_code} {reason}", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def _dispatch(self, req: func.HttpRequest) -> func.HttpResponse:
        endpoint, parameters = self._match(req)
        if endpoint == _LIST:
            return func.HttpResponse("\n".join(self.listing()) + "\n")
        if not self._allows(req, endpoint):
            return func.HttpResponse(status_code=401)
        if endpoint == _RUN_TIMER:
            read_body(req, TimerRunRequest, self._limits)
            self._timers.fire(parameters["name"])
            return func.HttpResponse(status_code=202)
        request = func.HttpRequest(
            req.method,
            req.url,
            headers=req.headers,
            params=req.params,
            route_params=parameters,
            body=req.get_body(),
        )
        response = self._functions[endpoint].invoke(request)
        return response if isinstance(response, func.HttpResponse) else func.HttpResponse(response)

    def _allows(self, req: func.HttpRequest, endpoint: str) -> bool:
        level = "ADMIN" if endpoint == _RUN_TIMER else self._functions[endpoint].auth_level
        given = req.headers.get("x-functions-key") or req.params.get("code") or ""
        return (
            not self._key
            or level == "ANONYMOUS"
            or secrets.compare_digest(given.encode(), self._key.encode())
        )

    def _match(self, req: func.HttpRequest) -> tuple[str, Mapping[str, str]]:
        adapter = self._map.bind("localhost")
        try:
            endpoint, parameters = adapter.match(req.route_params[_PATH], req.method)
        except NotFound:
            raise NotFoundError("Nothing is served at this address; GET / lists what is") from None
        except MethodNotAllowed as error:
            allowed = tuple(sorted(error.valid_methods or ()))
            raise MethodNotAllowedError(
                f"Another method was used; it must be {' or '.join(allowed)}", allowed=allowed
            ) from None
        return str(endpoint), {name: str(value) for name, value in parameters.items()}

    def _request(self, environ: WSGIEnvironment) -> func.HttpRequest:
        stream: IO[bytes] = environ["wsgi.input"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        return func.HttpRequest(
            environ["REQUEST_METHOD"],
            request_uri(environ),
            headers=_headers(environ),
            params=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
            route_params={_PATH: environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")},
            # One byte over the limit is enough for the function to refuse the body.
            body=stream.read(min(length, self._limits.body_bytes + 1)),
        )


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    headers: dict[str, Any] = {
        name.removeprefix("HTTP_").replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-")] = environ[name]
    return headers

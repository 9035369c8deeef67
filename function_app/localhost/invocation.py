"""One call of a function, logged in the words of the Azure Functions host."""

import inspect
import logging
import re
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import azure.functions as func

_logger = logging.getLogger("function_app.localhost")
_TRACE_PARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


_log = threading.local()
"""Where log lines find the invocation id of their thread, as in the worker."""


@dataclass(frozen=True)
class LocalTraceContext:
    """W3C Trace Context of a call: goes on from the caller's `traceparent` where there is a valid one."""

    trace_parent: str
    trace_state: str = ""

    @classmethod
    def of(cls, argument: object) -> "LocalTraceContext":
        """The one of a trigger's argument."""
        given = argument.headers.get("traceparent", "") if isinstance(argument, func.HttpRequest) else ""
        found = _TRACE_PARENT.fullmatch(given)
        return cls(f"00-{found[1] if found else secrets.token_hex(16)}-{secrets.token_hex(8)}-01")


@dataclass(frozen=True)
class LocalContext:
    """What a handler that takes a `context` gets here: the part of `func.Context` that needs no host."""

    function_name: str
    invocation_id: str
    trace_context: LocalTraceContext
    function_directory: str = ""
    thread_local_storage: threading.local = _log


class NameInvocation(logging.Filter):
    """Puts the invocation id, in brackets, into a log record's `invocation`; nothing outside of a call."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record pass."""
        found = getattr(_log, "invocation_id", None)
        record.invocation = f"[{found}] " if found else ""
        return True


@dataclass(frozen=True)
class LocalFunction:
    """A function of the app: its name, its trigger and what it calls."""

    name: str
    trigger: dict[str, Any]
    call: Callable[..., Any]
    queue_outputs: tuple[dict[str, Any], ...] = ()

    @property
    def is_http(self) -> bool:
        """Whether an HTTP request triggers it."""
        return bool(self.trigger["type"] == "httpTrigger")

    @property
    def is_timer(self) -> bool:
        """Whether a timer triggers it."""
        return bool(self.trigger["type"] == "timerTrigger")

    @property
    def is_queue(self) -> bool:
        """Whether a queue message triggers it."""
        return bool(self.trigger["type"] == "queueTrigger")

    @cached_property
    def takes_context(self) -> bool:
        """Whether it asks for a context."""
        return "context" in inspect.signature(self.call).parameters

    @property
    def auth_level(self) -> str:
        """Whose key its HTTP trigger asks for: `ANONYMOUS`, `FUNCTION` or `ADMIN`."""
        return str(getattr(self.trigger.get("authLevel"), "name", "FUNCTION"))

    def invoke(
        self,
        argument: func.HttpRequest | func.TimerRequest | func.QueueMessage,
        outs: Mapping[str, "LocalOut"] | None = None,
    ) -> Any:  # noqa: ANN401 - any handler
        """Calls the function with its trigger's argument, and with a context where it asks for one.

        `outs`: what takes the values that it writes to its output bindings, by their names.
        """
        arguments: dict[str, Any] = {self.trigger["name"]: argument, **(outs or {})}
        with _logged(self.name) as invocation_id:
            if self.takes_context:
                arguments["context"] = LocalContext(self.name, invocation_id, LocalTraceContext.of(argument))
            return self.call(**arguments)


class LocalOut(func.Out[Any]):
    """Takes what a function writes to a queue output binding: one message, or a list of them."""

    def __init__(self) -> None:
        self._value: str | bytes | Iterable[str | bytes] = ()

    def set(self, val: str | bytes | Iterable[str | bytes]) -> None:
        """Takes the value; an earlier one is forgotten."""
        self._value = val

    def get(self) -> str | bytes | Iterable[str | bytes]:
        """The value; none is an empty list."""
        return self._value

    def messages(self) -> list[str | bytes]:
        """The messages that the value stands for."""
        return [self._value] if isinstance(self._value, str | bytes) else list(self._value)


def functions_of(app: func.FunctionApp) -> list[LocalFunction]:
    """The functions of the app, as the Azure worker indexes them."""
    found = []
    for function in app.get_functions():
        trigger = function.get_trigger()
        name = function.get_function_name()
        if trigger is None or name is None:
            raise ValueError("every function of the app must have a name and a trigger")
        bindings = [binding.get_dict_repr() for binding in function.get_bindings()]
        queues = tuple(binding for binding in bindings if binding["type"] == "queue")
        found.append(LocalFunction(name, trigger.get_dict_repr(), function.get_user_function(), queues))
    return found


@contextmanager
def _logged(name: str) -> Iterator[str]:
    invocation_id = str(uuid.uuid4())
    started = time.monotonic()
    outcome = "Failed"
    _log.invocation_id = invocation_id
    try:
        yield invocation_id
        outcome = "Succeeded"
    finally:
        _log.invocation_id = None
        milliseconds = round(1000 * (time.monotonic() - started))
        _logger.info(
            "Executed 'Functions.%s' (%s, Id=%s, Duration=%dms)", name, outcome, invocation_id, milliseconds
        )

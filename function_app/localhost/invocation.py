"""One call of a function, logged in the words of the Azure Functions host."""

import inspect
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import azure.functions as func

_logger = logging.getLogger("function_app.localhost")


@dataclass(frozen=True)
class LocalContext:
    """What a handler that takes a `context` gets here: the part of `func.Context` that needs no host."""

    function_name: str
    invocation_id: str
    function_directory: str = ""
    thread_local_storage: threading.local = field(default_factory=threading.local)


@dataclass(frozen=True)
class LocalFunction:
    """A function of the app: its name, its trigger and what it calls."""

    name: str
    trigger: dict[str, Any]
    call: Callable[..., Any]

    @property
    def is_http(self) -> bool:
        """Whether an HTTP request triggers it."""
        return bool(self.trigger["type"] == "httpTrigger")

    @property
    def is_timer(self) -> bool:
        """Whether a timer triggers it."""
        return bool(self.trigger["type"] == "timerTrigger")

    def invoke(self, argument: func.HttpRequest | func.TimerRequest) -> Any:  # noqa: ANN401 - any handler
        """Calls the function with its trigger's argument, and with a context where it asks for one."""
        arguments: dict[str, Any] = {self.trigger["name"]: argument}
        with _logged(self.name) as invocation_id:
            if "context" in inspect.signature(self.call).parameters:
                arguments["context"] = LocalContext(self.name, invocation_id)
            return self.call(**arguments)


def functions_of(app: func.FunctionApp) -> list[LocalFunction]:
    """The functions of the app, as the Azure worker indexes them."""
    found = []
    for function in app.get_functions():
        trigger = function.get_trigger()
        name = function.get_function_name()
        if trigger is None or name is None:
            raise ValueError("every function of the app must have a name and a trigger")
        found.append(LocalFunction(name, trigger.get_dict_repr(), function.get_user_function()))
    return found


@contextmanager
def _logged(name: str) -> Iterator[str]:
    invocation_id = str(uuid.uuid4())
    started = time.monotonic()
    outcome = "Failed"
    try:
        yield invocation_id
        outcome = "Succeeded"
    finally:
        milliseconds = round(1000 * (time.monotonic() - started))
        _logger.info(
            "Executed 'Functions.%s' (%s, Id=%s, Duration=%dms)", name, outcome, invocation_id, milliseconds
        )

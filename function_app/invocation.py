"""The call of a function that a piece of work belongs to, so that log lines and events can name it.

The worker puts the invocation id beside every log line of the thread that it called the function in; lines of
other threads get none. What such a thread does for a call runs through `run_for`.
"""

import contextvars
import functools
import inspect
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import azure.functions as func

P = ParamSpec("P")
T = TypeVar("T")

_TRACE_PARENT = re.compile(r"[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}")


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One call of a function.

    `trace` (32 hex digits) is the operation that it is part of, and `span` (16) the call in it, if the host
    tells them (W3C Trace Context). `log` is where the worker looks for the invocation id of a thread.
    """

    id: str
    trace: str | None
    span: str | None
    log: threading.local
    variables: contextvars.Context

    @property
    def operation(self) -> str:
        """What joins all that was recorded because of one request to the host: 32 hex digits."""
        return self.trace or self.id.replace("-", "")


_current: contextvars.ContextVar[Invocation | None] = contextvars.ContextVar("invocation", default=None)


def current() -> Invocation | None:
    """The call that the present thread works for; None at the start, at the end, and outside of one."""
    return _current.get()


def correlated(handler: Callable[P, T]) -> Callable[P, T]:
    """Makes a handler that the worker gives its context to; the handler itself does not see it."""

    @functools.wraps(handler)
    def call(*arguments: P.args, **named: P.kwargs) -> T:
        context: Any = named.pop("context", None)
        if context is None:
            return handler(*arguments, **named)
        token = _current.set(_invocation(context))
        try:
            return handler(*arguments, **named)
        finally:
            _current.reset(token)

    # The worker reads both to know what to call a function with.
    signature = inspect.signature(handler)
    asked = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=func.Context)
    call.__dict__["__signature__"] = signature.replace(parameters=[*signature.parameters.values(), asked])
    call.__annotations__ = {**handler.__annotations__, "context": func.Context}
    return call


def run_for(invocation: Invocation | None, work: Callable[[], T]) -> T:
    """Does `work` in this thread as part of the call, whose id its log lines then carry."""
    if invocation is None:
        return work()
    before = getattr(invocation.log, "invocation_id", None)
    invocation.log.invocation_id = invocation.id
    try:
        # A copy, since two threads cannot be in the same context; the worker for 3.13 looks into it.
        return invocation.variables.copy().run(_as, invocation, work)
    finally:
        invocation.log.invocation_id = before


def _as(invocation: Invocation, work: Callable[[], T]) -> T:
    _current.set(invocation)
    return work()


def _invocation(context: func.Context) -> Invocation:
    found = _TRACE_PARENT.fullmatch(context.trace_context.trace_parent or "")
    known = found is not None and found["trace"].strip("0") != ""
    log: Any = context.thread_local_storage
    return Invocation(
        id=context.invocation_id,
        trace=found["trace"] if found and known else None,
        span=found["span"] if found and known else None,
        log=log,
        variables=contextvars.copy_context(),
    )

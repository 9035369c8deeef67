import contextvars
import inspect
import threading
import typing
from dataclasses import dataclass, field

import azure.functions as func
import pytest

from function_app.invocation import Invocation, correlated, current, run_for

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
worker_variable: contextvars.ContextVar[str] = contextvars.ContextVar("worker_variable", default="none")


@dataclass
class Trace:
    trace_parent: str | None


@dataclass
class Context:
    """What the worker gives: an id, W3C Trace Context, and where its log handler looks for the id."""

    trace_context: Trace
    invocation_id: str = "9d2a4f0e-6d2c-4c39-b5a6-0d8f4a1b2c3d"
    thread_local_storage: threading.local = field(default_factory=threading.local)


@correlated
def handler(req: func.HttpRequest) -> Invocation | None:
    """Says which call it is in."""
    return current()


def seen_by(trace_parent: str | None) -> Invocation:
    found = handler(None, context=Context(Trace(trace_parent)))
    assert found is not None
    return found


def test_the_worker_sees_that_it_must_give_its_context() -> None:
    assert list(inspect.signature(handler).parameters) == ["req", "context"]
    hints = typing.get_type_hints(handler)
    assert (hints["req"], hints["context"]) == (func.HttpRequest, func.Context)
    assert (handler.__name__, handler.__doc__) == ("handler", "Says which call it is in.")


def test_a_call_knows_its_id_and_operation_and_is_over_when_it_ends() -> None:
    found = seen_by(f"00-{TRACE}-{SPAN}-01")
    assert (found.id, found.trace, found.span) == ("9d2a4f0e-6d2c-4c39-b5a6-0d8f4a1b2c3d", TRACE, SPAN)
    assert found.operation == TRACE
    assert current() is None


@pytest.mark.parametrize("given", [None, "", "x", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE[1:]}-{SPAN}-01"])
def test_without_a_trace_the_id_is_the_operation(given: str | None) -> None:
    found = seen_by(given)
    assert (found.trace, found.span, found.operation) == (None, None, "9d2a4f0e6d2c4c39b5a60d8f4a1b2c3d")


def test_a_handler_that_is_called_without_a_context_just_runs() -> None:
    assert handler(None) is None


def test_work_in_another_thread_belongs_to_the_call() -> None:
    token = worker_variable.set("as the worker set it")
    invocation = seen_by(f"00-{TRACE}-{SPAN}-01")
    worker_variable.reset(token)
    seen: list[object] = []

    def work() -> None:
        seen.extend([current(), invocation.log.invocation_id, worker_variable.get()])

    def thread() -> None:
        run_for(invocation, work)
        seen.extend([current(), invocation.log.invocation_id])

    other = threading.Thread(target=thread)
    other.start()
    other.join()
    assert seen == [invocation, invocation.id, "as the worker set it", None, None]


def test_the_thread_of_another_call_goes_back_to_its_own() -> None:
    first, second = seen_by(None), seen_by(None)
    first.log.invocation_id = "before"
    assert run_for(first, lambda: run_for(second, current)) is second
    assert first.log.invocation_id == "before"
    assert run_for(None, current) is None

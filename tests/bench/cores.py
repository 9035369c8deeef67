"""Who has which cores: what is measured has one, as an instance has, and what measures has the others."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


def measured_core() -> set[int]:
    """The core of what is measured; empty where processes cannot be held to cores or there is only one."""
    cores = _own()
    return {min(cores)} if len(cores) > 1 else set()


def other_cores() -> set[int]:
    """The cores of what asks; empty where `measured_core` is."""
    return _own() - measured_core() if measured_core() else set()


@contextmanager
def on(cores: set[int]) -> Iterator[None]:
    """Processes that are started within have these cores; where there are none, all."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _own() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()

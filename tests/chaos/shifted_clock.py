"""A wall clock that is set forward and back, for this process alone. Seconds that pass are not touched."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, tzinfo
from unittest import mock

from function_app import ids


class Clock:
    """`ahead`: how far it is set forward (back, where negative), in seconds."""

    def __init__(self) -> None:
        self.ahead = 0.0


@contextmanager
def shifted_clock() -> Iterator[Clock]:
    """Every module of the app that is imported by now reads the clock that is given."""
    clock, seconds, nanoseconds = Clock(), time.time, time.time_ns

    def shifted_seconds() -> float:
        return seconds() + clock.ahead

    def shifted_nanoseconds() -> int:
        return nanoseconds() + int(clock.ahead * 1e9)

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(seconds=clock.ahead)

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(time, "time", new=shifted_seconds))
        stack.enter_context(mock.patch.object(time, "time_ns", new=shifted_nanoseconds))
        for name, module in list(sys.modules.items()):
            if name.startswith("function_app.") and getattr(module, "datetime", None) is datetime:
                stack.enter_context(mock.patch.object(module, "datetime", Shifted))
        # Ids rise whatever the clock says, so later ones of this process would be of the future as well.
        stack.enter_context(mock.patch.object(ids, "_sequence", ids.IdSequence()))
        yield clock

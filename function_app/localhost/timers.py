"""The timers of the local host: each function on its NCRONTAB schedule, in UTC, never twice at once."""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from azure.functions.timer import TimerRequest
from croniter import CroniterError, croniter

from function_app.errors import NotFoundError, SettingsError
from function_app.localhost.invocation import LocalFunction

LOOK_SECONDS = 30.0
"""How often a timer that waits looks at the clock, which may have been set meanwhile."""

_logger = logging.getLogger("function_app.localhost")


def next_run(schedule: str, after: datetime) -> datetime:
    """The first moment after `after` at which an NCRONTAB schedule comes true.

    Seconds stand first; day of month and weekday must both hold. Raises `ValueError` for a schedule that
    cannot be read or never comes true.
    """
    try:
        due: datetime = croniter(schedule, after, day_or=False, second_at_beginning=True).get_next(datetime)
    except CroniterError as error:
        raise ValueError("an NCRONTAB expression that comes true, such as 0 0 * * * *") from error
    return due


class Timers:
    """Runs timer functions. Raises `SettingsError` for a schedule that cannot be read."""

    def __init__(self, functions: Sequence[LocalFunction]) -> None:
        self._timers = {function.name: _Timer(function) for function in functions if function.is_timer}

    def start(self) -> None:
        """Lets every timer run on its schedule, each in a thread of its own."""
        for timer in self._timers.values():
            timer.start()

    def fire(self, name: str) -> None:
        """Runs a timer once, beside the schedule, without waiting for it. Raises `NotFoundError`."""
        if name not in self._timers:
            raise NotFoundError("There is no timer function of this name; GET / lists the functions")
        self._timers[name].fire()

    def stop(self, seconds: float) -> None:
        """Stops the schedules and waits up to `seconds` for each run that goes on."""
        for timer in self._timers.values():
            timer.stop(seconds)


class _Timer:
    def __init__(self, function: LocalFunction) -> None:
        self._function = function
        self._running = threading.Lock()
        self._stopped = threading.Event()
        self._schedule: str = function.trigger["schedule"]
        try:
            next_run(self._schedule, datetime.now(UTC))
        except ValueError as error:
            raise SettingsError(f"The schedule of {function.name} must be {error}") from error

    def start(self) -> None:
        threading.Thread(target=self._follow_schedule, name=self._function.name, daemon=True).start()

    def fire(self) -> None:
        threading.Thread(target=self._run, name=self._function.name, daemon=True).start()

    def stop(self, seconds: float) -> None:
        self._stopped.set()
        if not self._running.acquire(timeout=seconds):
            _logger.warning("%s is still running; its work so far is lost", self._function.name)

    def _follow_schedule(self) -> None:
        now = datetime.now(UTC)
        while True:
            due, before = next_run(self._schedule, now), now
            while before <= (now := datetime.now(UTC)) < due:
                before = now
                if self._stopped.wait(min(LOOK_SECONDS, (due - now).total_seconds())):
                    return
            if now >= due:
                self._run()
                now = datetime.now(UTC)

    def _run(self) -> None:
        with self._running:
            if self._stopped.is_set():
                return
            try:
                self._function.invoke(TimerRequest())
            except Exception as error:  # noqa: BLE001 - a failed run must not end the schedule
                _logger.error("%s failed with %s", self._function.name, type(error).__qualname__)

"""Events on their way to Application Insights: sent at once while it answers, kept for a while if not."""

import atexit
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from function_app.events import AWAITED
from function_app.invocation import Invocation, current, run_for
from function_app.telemetry.outgoing import Outcome, Outgoing
from function_app.telemetry.seam import TelemetryCounts

CAPACITY = 1_000
"""Events that may wait. With one more the oldest is lost, and counted: it is of least use to an alert."""

BATCH_EVENTS = 50

LINGER_SECONDS = 1.0
"""How long events that nobody waits for may wait for others. The first event of an instance then does not
contend for the processor with the request that loaded the model."""

RETRY_SECONDS = 1.0
MOST_RETRY_SECONDS = 60.0

_logger = logging.getLogger(__name__)


class Exporter(Protocol):
    """What sends a batch."""

    def send(self, events: Sequence[Outgoing]) -> Outcome:
        """Sends the events and says what became of them."""


@dataclass(kw_only=True)
class _Item:
    event: Outgoing
    cause: Invocation | None
    since: float
    tried: threading.Event = field(default_factory=threading.Event)

    @property
    def awaited(self) -> bool:
        return self.event.name in AWAITED and not self.tried.is_set()


class Sender:
    """Sends events from a thread of its own, which starts with the first of them and opens the exporter.

    Who causes an awaited event (see `Event`) waits until the first attempt to send it has ended, but no
    longer than `timeout_seconds`, and not at all while the last attempt failed or takes longer than that.
    What cannot be sent waits, up to `capacity` events, and is tried again after `RETRY_SECONDS`, then twice
    as long each time. An event may arrive twice: when it was taken over and the answer did not come in time.
    """

    def __init__(
        self, open_exporter: Callable[[], Exporter], *, timeout_seconds: float, capacity: int = CAPACITY
    ) -> None:
        self._open_exporter = open_exporter
        self._timeout = timeout_seconds
        self._capacity = capacity
        self._exporter: Exporter | None = None
        self._waiting: deque[_Item] = deque()
        self._in_flight = 0
        self._sending_since = 0.0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._failures = 0
        self._retry_at = 0.0
        self._overflow = False
        self._sent = 0
        self._lost = 0

    def track_event(self, name: str, dimensions: Mapping[str, str]) -> None:
        """Takes the event over; see the class for when it returns."""
        cause = current()
        item = _Item(event=Outgoing.of(name, dimensions, cause), cause=cause, since=time.monotonic())
        with self._changed:
            if self._closed:
                self._lost += 1
                return
            self._waiting.append(item)
            self._drop_what_finds_no_room()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)
                self._thread.start()
                atexit.register(self.close)
            wait = item.awaited and not self._failures and not self._hangs()
            self._changed.notify_all()
        if wait:
            item.tried.wait(self._timeout)

    def counts(self) -> TelemetryCounts:
        """What has become of the events so far."""
        with self._changed:
            waiting = len(self._waiting) + self._in_flight
            return TelemetryCounts(kind="appinsights", sent=self._sent, waiting=waiting, lost=self._lost)

    def close(self) -> None:
        """Tries once more to send what waits; what is not taken over within three timeouts is lost."""
        atexit.unregister(self.close)
        with self._changed:
            self._closed = True
            thread, self._thread = self._thread, None
            self._changed.notify_all()
        if thread is None:
            return
        thread.join(3 * self._timeout)
        with self._changed:
            lost = len(self._waiting) + self._in_flight
            self._lost += lost
            self._in_flight = 0
            self._waiting.clear()
        if lost:
            _logger.warning("%d events could not be sent before the end", lost)

    def _run(self) -> None:
        while batch := self._next_batch():
            run_for(batch[-1].cause, lambda items=batch: self._send(items))  # type: ignore[misc]
            if self._closed and self._failures:
                return

    def _next_batch(self) -> list[_Item]:
        """Waits until it is time to send, and takes the oldest events off. None are left at the end."""
        with self._changed:
            while not self._closed:
                seconds = self._seconds_to_wait()
                if seconds is not None and seconds <= 0:
                    break
                self._changed.wait(seconds)
            batch = [self._waiting.popleft() for _ in range(min(BATCH_EVENTS, len(self._waiting)))]
            self._in_flight = len(batch)
            self._sending_since = time.monotonic()
            return batch

    def _hangs(self) -> bool:
        """Whether an attempt takes longer than it may, as one does whose answer comes in drops."""
        return self._in_flight > 0 and time.monotonic() - self._sending_since > self._timeout

    def _seconds_to_wait(self) -> float | None:
        if not self._waiting:
            return None
        now = time.monotonic()
        if self._failures:
            return self._retry_at - now
        if len(self._waiting) >= BATCH_EVENTS or any(item.awaited for item in self._waiting):
            return 0
        return self._waiting[0].since + LINGER_SECONDS - now

    def _send(self, batch: list[_Item]) -> None:
        try:
            if self._exporter is None:
                self._exporter = self._open_exporter()
            outcome = self._exporter.send([item.event for item in batch])
        except Exception as error:  # noqa: BLE001 - telemetry that is broken must not end the app's thread
            _logger.error("%d events cannot be sent (%s)", len(batch), type(error).__qualname__)
            outcome = Outcome(sent=0, refused=len(batch), again=[])
        else:
            if outcome.refused:
                _logger.warning("Application Insights refused %d events", outcome.refused)
        self._settle(batch, outcome)
        for item in batch:
            item.tried.set()

    def _settle(self, batch: list[_Item], outcome: Outcome) -> None:
        with self._changed:
            if self._in_flight == 0:
                return  # closed meanwhile, and counted as lost there
            self._in_flight = 0
            self._sent += outcome.sent
            self._lost += outcome.refused
            self._waiting.extendleft(batch[place] for place in reversed(outcome.again))
            self._drop_what_finds_no_room()
            if outcome.again:
                if not self._failures:
                    _logger.warning("Events wait: Application Insights does not take them now")
                self._failures += 1
                seconds = min(MOST_RETRY_SECONDS, RETRY_SECONDS * 2 ** (self._failures - 1))
                self._retry_at = time.monotonic() + seconds
            else:
                if self._failures:
                    _logger.warning("Events are sent again")
                self._failures = 0
                self._overflow = False

    def _drop_what_finds_no_room(self) -> None:
        while len(self._waiting) + self._in_flight > self._capacity and self._waiting:
            self._waiting.popleft().tried.set()
            self._lost += 1
            if not self._overflow:
                _logger.warning("Events are lost: %d wait for Application Insights", self._capacity)
            self._overflow = True

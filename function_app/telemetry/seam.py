"""What takes events, and the two back ends that need nothing: the log, and none."""

import logging
from collections.abc import Mapping
from typing import Protocol

import msgspec

_logger = logging.getLogger("function_app.telemetry")


class TelemetryCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Events of this process: taken over by the back end's service, still waiting for it, and lost."""

    kind: str
    sent: int
    waiting: int
    lost: int


class Telemetry(Protocol):
    """Takes events. An implementation never raises: an event must not fail a request."""

    def track_event(self, name: str, dimensions: Mapping[str, str]) -> None:
        """Sends one event; `name` is a constant, the values of `dimensions` are text."""

    def counts(self) -> TelemetryCounts:
        """What has become of the events so far."""

    def close(self) -> None:
        """Sends what waits, within a bound."""


class ConsoleTelemetry:
    """Writes each event as one line of JSON at INFO to the logger `function_app.telemetry`."""

    def __init__(self) -> None:
        self._sent = 0

    def track_event(self, name: str, dimensions: Mapping[str, str]) -> None:
        """Writes the event."""
        line = msgspec.json.encode({"event": name, "dimensions": dict(dimensions)})
        _logger.info("%s", line.decode())
        self._sent += 1

    def counts(self) -> TelemetryCounts:
        """A line that was written counts as sent."""
        return TelemetryCounts(kind="console", sent=self._sent, waiting=0, lost=0)

    def close(self) -> None:
        """Does nothing."""


class NoTelemetry:
    """Drops every event."""

    def track_event(self, name: str, dimensions: Mapping[str, str]) -> None:
        """Does nothing."""

    def counts(self) -> TelemetryCounts:
        """Nothing is sent, nothing is missed."""
        return TelemetryCounts(kind="off", sent=0, waiting=0, lost=0)

    def close(self) -> None:
        """Does nothing."""

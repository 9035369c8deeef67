"""The one seam through which events leave the app."""

import logging
from collections.abc import Mapping
from typing import Protocol

import msgspec

_logger = logging.getLogger("function_app.telemetry")


class Telemetry(Protocol):
    """Takes events. An implementation never raises: an event must not fail a request."""

    def track_event(self, name: str, dimensions: Mapping[str, str]) -> None:
        """Sends one event; `name` is a constant, the values of `dimensions` are text."""


class ConsoleTelemetry:
    """Writes each event as one line of JSON at INFO to the logger `function_app.telemetry`."""

    def track_event(self, name: str, dimensions: Mapping[str, str]) -> None:
        """Writes the event."""
        line = msgspec.json.encode({"event": name, "dimensions": dict(dimensions)})
        _logger.info("%s", line.decode())


class NoTelemetry:
    """Drops every event."""

    def track_event(self, name: str, dimensions: Mapping[str, str]) -> None:
        """Does nothing."""


def open_telemetry(kind: str) -> Telemetry:
    """The telemetry that the setting `TELEMETRY` names."""
    return NoTelemetry() if kind == "off" else ConsoleTelemetry()

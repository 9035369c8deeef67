"""Telemetry that keeps its events, for tests to look at."""

from collections.abc import Mapping


class MemoryTelemetry:
    """Keeps every event in `events`; only texts may be sent."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, str]]] = []

    def track_event(self, name: str, dimensions: Mapping[str, str]) -> None:
        """Keeps the event."""
        assert all(isinstance(value, str) for value in dimensions.values())
        self.events.append((name, dict(dimensions)))

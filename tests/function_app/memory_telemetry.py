"""The back end of telemetry for tests: it keeps its events for them to look at."""

from collections.abc import Mapping

from function_app.telemetry import TelemetryCounts


class MemoryTelemetry:
    """Keeps every event in `events`; only texts may be sent."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, str]]] = []

    def track_event(self, name: str, dimensions: Mapping[str, str]) -> None:
        """Keeps the event."""
        assert all(isinstance(value, str) for value in dimensions.values())
        self.events.append((name, dict(dimensions)))

    def named(self, name: str) -> list[dict[str, str]]:
        """The dimensions of the events of that name."""
        return [dimensions for kept, dimensions in self.events if kept == name]

    def counts(self) -> TelemetryCounts:
        """A kept event counts as sent."""
        return TelemetryCounts(kind="memory", sent=len(self.events), waiting=0, lost=0)

    def close(self) -> None:
        """Does nothing."""

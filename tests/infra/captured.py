"""Events as the real exporter posts them, to be stamped with other times and dimensions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from function_app.events import (
    EVENTS,
    DriftEvent,
    Event,
    FeedbackEvent,
    ModelLoadedEvent,
    PredictionsEvent,
    dimensions,
)
from function_app.settings import Settings
from function_app.telemetry import open_telemetry, track
from tests.function_app.waiting import wait_until
from tests.ingestion import Ingestion

SAMPLES: tuple[Event, ...] = (
    FeedbackEvent(
        feedback_id="f-1",
        prediction_id="p-1",
        correct=False,
        matched=True,
        label="negative",
        given="positive",
        confidence=0.9,
        model="m-1",
        text="the crew was great",
    ),
    DriftEvent(
        status="drift",
        drift=True,
        moved=("positive_rate", "length"),
        effect=0.2,
        since="2026-11-20T09:00:00Z",
        sentence="More positive than before.",
        model="m-1",
        samples=900,
        new_samples=300,
        log_e=9.5,
        alarm_at=4.6,
        positive_rate=0.7,
        reference_positive_rate=0.5,
        estimated_accuracy=0.8,
        error_rate=None,
        sequence=3,
        action="label",
    ),
    PredictionsEvent(
        model="m-1",
        seconds=60.0,
        requests=12,
        count=40,
        negative=30,
        positive=10,
        mean_confidence=0.9,
        latency_p50_ms=2.0,
        latency_p95_ms=5.0,
        unknown_token_share=0.02,
        foreign_share=0.0,
        dropped=0,
    ),
    ModelLoadedEvent(model="m-1", load_seconds=0.2, process_seconds=0.6, cold_start=True),
)


class Captured:
    """One envelope of each event, as it arrived at the ingestion endpoint."""

    def __init__(self, envelopes: Mapping[str, Mapping[str, Any]]) -> None:
        self._envelopes = envelopes

    def dimensions(self, name: str) -> dict[str, str]:
        """What the envelope of an event carries."""
        return dict(self._envelopes[name]["data"]["baseData"]["properties"])

    def event(self, name: str, at: datetime, **changed: str | None) -> dict[str, Any]:
        """The envelope of an event, as if sent at another time with other dimensions; None leaves one out."""
        envelope = self._envelopes[name]
        data = envelope["data"]
        properties = self.dimensions(name)
        assert set(changed) <= set(properties)
        present = {key: value for key, value in (properties | changed).items() if value is not None}
        return {
            **envelope,
            "time": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "data": {**data, "baseData": {**data["baseData"], "properties": present}},
        }


def capture() -> Captured:
    """Sends each sample through the app's own telemetry to an endpoint on loopback."""
    assert {type(sample) for sample in SAMPLES} == set(EVENTS)
    with Ingestion() as ingestion:
        settings = {
            "TELEMETRY": "appinsights",
            "APPLICATIONINSIGHTS_CONNECTION_STRING": ingestion.connection_string,
        }
        telemetry = open_telemetry(Settings.from_environment(settings))
        for sample in SAMPLES:
            track(telemetry, sample)
        wait_until(lambda: len(ingestion.events()) == len(SAMPLES))
        telemetry.close()
        found = Captured({event.name: event.envelope for event in ingestion.events()})
    for sample in SAMPLES:
        assert dimensions(sample).items() <= found.dimensions(sample.name).items()
    return found

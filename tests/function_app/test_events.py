"""What the alert rules and the workbook count on."""

import re
from pathlib import Path

import msgspec
import pytest

from function_app.events import (
    AWAITED,
    EVENTS,
    DriftEvent,
    Event,
    FeedbackEvent,
    ModelLoadedEvent,
    PredictionsEvent,
    dimension_names,
    dimensions,
)

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
FEEDBACK = FeedbackEvent(
    feedback_id="f",
    prediction_id="p",
    correct=None,
    matched=False,
    label=None,
    given="negative",
    confidence=None,
    model=None,
    text="so late",
)
DRIFT = DriftEvent(
    status="drift",
    drift=True,
    moved=("topic", "length"),
    effect=0.25,
    since="2026-03-01T12:00:00.000Z",
    sentence="Topics have moved.",
    model="m-1",
    samples=900,
    new_samples=60,
    log_e=5.5,
    alarm_at=4.605170186,
    positive_rate=None,
    reference_positive_rate=0.4,
    estimated_accuracy=0.8,
    error_rate=None,
    sequence=7,
    action="label",
)
PREDICTIONS = PredictionsEvent(
    model="m-1",
    seconds=60.0,
    requests=1,
    count=2,
    negative=1,
    positive=1,
    mean_confidence=0.875,
    latency_p50_ms=1.5,
    latency_p95_ms=2.5,
    unknown_token_share=0.125,
    foreign_share=None,
    dropped=0,
)
LOADED = ModelLoadedEvent(model="m-1", load_seconds=0.5, process_seconds=None, cold_start=True)


@pytest.mark.parametrize("event", [FEEDBACK, DRIFT, PREDICTIONS, LOADED])
def test_every_dimension_is_sent_as_text(event: Event) -> None:
    sent = dimensions(event)
    assert tuple(sent) == dimension_names(type(event))
    assert all(isinstance(value, str) for value in sent.values())


def test_the_names_are_those_of_the_alert_rules() -> None:
    assert [kind.name for kind in EVENTS] == ["feedback", "drift", "predictions", "model_loaded"]
    assert sorted(AWAITED) == ["drift", "feedback"]


def test_the_drift_event_says_what_moved_in_words_and_numbers() -> None:
    assert dimensions(DRIFT) == {
        "status": "drift",
        "drift": "true",
        "moved": "topic,length",
        "effect": "0.250000",
        "since": "2026-03-01T12:00:00.000Z",
        "sentence": "Topics have moved.",
        "model": "m-1",
        "samples": "900",
        "new_samples": "60",
        "log_e": "5.500000",
        "alarm_at": "4.605170",
        "positive_rate": "unknown",
        "reference_positive_rate": "0.400000",
        "estimated_accuracy": "0.800000",
        "error_rate": "unknown",
        "sequence": "7",
        "action": "label",
    }


def test_a_text_that_is_not_to_be_sent_is_no_dimension() -> None:
    assert dimensions(FEEDBACK)["text"] == "so late"
    assert "text" not in dimensions(msgspec.structs.replace(FEEDBACK, text=msgspec.UNSET))


def test_a_long_text_is_cut_to_what_the_service_takes() -> None:
    assert dimensions(msgspec.structs.replace(FEEDBACK, text="x" * 10_000))["text"] == "x" * 8_192


def test_the_readme_lists_every_event_with_its_dimensions() -> None:
    section = README.split("\n## Telemetry\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| .+? \| (.+) \|$", section, re.MULTILINE)
    listed = {name: tuple(re.findall(r"`([a-z_0-9]+)`", cells)) for name, cells in rows}
    assert listed == {kind.name: dimension_names(kind) for kind in EVENTS}

import json
import logging

import pytest

from function_app.settings import Settings
from function_app.telemetry import TelemetryCounts, open_telemetry


def settings(kind: str) -> Settings:
    return Settings.from_environment({"TELEMETRY": kind})


def test_the_console_writes_one_line_of_json(caplog: pytest.LogCaptureFixture) -> None:
    telemetry = open_telemetry(settings("console"))
    with caplog.at_level(logging.INFO, logger="function_app.telemetry"):
        telemetry.track_event("feedback", {"correct": "false", "note": 'a "quote"\n'})
    (record,) = caplog.records
    assert "\n" not in record.getMessage()
    assert json.loads(record.getMessage()) == {
        "event": "feedback",
        "dimensions": {"correct": "false", "note": 'a "quote"\n'},
    }
    assert telemetry.counts() == TelemetryCounts(kind="console", sent=1, waiting=0, lost=0)


def test_off_writes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    telemetry = open_telemetry(settings("off"))
    with caplog.at_level(logging.DEBUG):
        telemetry.track_event("feedback", {})
    assert not caplog.records
    assert telemetry.counts() == TelemetryCounts(kind="off", sent=0, waiting=0, lost=0)

import json
import logging

import pytest

from function_app.telemetry import open_telemetry


def test_the_console_writes_one_line_of_json(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="function_app.telemetry"):
        open_telemetry("console").track_event("feedback", {"correct": "false", "note": 'a "quote"\n'})
    (record,) = caplog.records
    assert "\n" not in record.getMessage()
    assert json.loads(record.getMessage()) == {
        "event": "feedback",
        "dimensions": {"correct": "false", "note": 'a "quote"\n'},
    }


def test_off_writes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        open_telemetry("off").track_event("feedback", {})
    assert not caplog.records

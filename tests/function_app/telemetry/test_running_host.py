"""The whole way: requests over HTTP to a running host, events at an ingestion endpoint."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.function_app.running import HostStarter, RunningHost
from tests.function_app.waiting import wait_until
from tests.ingestion import Ingestion

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
INVOCATION = re.compile(r"\[([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\] ")
TEXT = "the worst day of a user"


@pytest.fixture
def ingestion() -> Iterator[Ingestion]:
    with Ingestion() as server:
        yield server


@pytest.fixture
def host(start_host: HostStarter, ingestion: Ingestion, tmp_path: Path) -> RunningHost:
    return start_host(
        APPLICATIONINSIGHTS_CONNECTION_STRING=ingestion.connection_string,
        TELEMETRY_TIMEOUT_SECONDS="1",
        STORE_PATH=str(tmp_path / "store.sqlite3"),
    )


def predict_and_object(host: RunningHost) -> float:
    """Says that a prediction was wrong; how long the answer took, in seconds."""
    made = host.post("predict", json={"text": TEXT}).json()["id"]
    started = time.monotonic()
    response = host.post(
        "feedback",
        json={"prediction_id": made, "correct": False},
        headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"},
    )
    assert response.status_code == 201
    return time.monotonic() - started


def sent_or_lost(host: RunningHost) -> dict[str, object]:
    return host.get("health").json()["telemetry"]


def test_what_happens_in_the_app_becomes_events(host: RunningHost, ingestion: Ingestion) -> None:
    # Started outside of a call, the local host makes nobody wait for the model.
    wait_until(lambda: ingestion.events("model_loaded"))
    assert ingestion.events("model_loaded")[0].dimensions["cold_start"] == "false"
    predict_and_object(host)
    (feedback,) = ingestion.events("feedback")
    assert feedback.tags["ai.operation.id"] == TRACE
    assert re.fullmatch("[0-9a-f]{16}", feedback.tags["ai.operation.parentId"])
    assert feedback.dimensions["correct"] == "false"
    host.post("../admin/functions/drift_check", json={})
    wait_until(lambda: ingestion.events("drift"))
    assert host.stop() == 0
    (predictions,) = ingestion.events("predictions")
    assert (predictions.dimensions["count"], predictions.dimensions["dropped"]) == ("1", "0")
    assert TEXT not in json.dumps([event.envelope for event in ingestion.events()])
    assert TEXT not in "".join(host.lines)


def test_the_tweet_is_sent_where_that_is_wanted(
    start_host: HostStarter, ingestion: Ingestion, tmp_path: Path
) -> None:
    host = start_host(
        APPLICATIONINSIGHTS_CONNECTION_STRING=ingestion.connection_string,
        TELEMETRY_INCLUDE_TEXT="true",
        STORE_PATH=str(tmp_path / "store.sqlite3"),
    )
    predict_and_object(host)
    wait_until(lambda: ingestion.events("feedback"))
    assert ingestion.events("feedback")[0].dimensions["text"] == TEXT


def test_requests_stay_fast_while_events_cannot_be_sent_and_these_arrive_later(
    host: RunningHost, ingestion: Ingestion
) -> None:
    wait_until(lambda: ingestion.events("model_loaded"))
    for trouble, how in enumerate([{"hangs": True}, {"status": 500}, {"status": 429}]):
        ingestion.behave(**how)
        before = ingestion.attempts
        assert predict_and_object(host) < 2.5
        wait_until(lambda before=before: ingestion.attempts >= before + 2)
        # Nobody waits any more, so ten answers take less than one bound.
        assert sum(predict_and_object(host) for _ in range(10)) < 1
        sent = 1 + 11 * trouble
        assert sent_or_lost(host) == {"kind": "appinsights", "sent": sent, "waiting": 11, "lost": 0}
        ingestion.behave()
        wait_until(lambda sent=sent: sent_or_lost(host)["sent"] == sent + 11)
    assert len({event.dimensions["feedback_id"] for event in ingestion.events("feedback")}) == 33


def test_events_that_never_found_anyone_are_counted_as_lost_at_the_end(
    start_host: HostStarter, tmp_path: Path
) -> None:
    nobody = Ingestion()
    nobody.server_close()
    host = start_host(
        APPLICATIONINSIGHTS_CONNECTION_STRING=nobody.connection_string,
        STORE_PATH=str(tmp_path / "store.sqlite3"),
    )
    assert predict_and_object(host) < 2.5
    assert host.stop() == 0
    assert any("3 events could not be sent before the end" in line for line in host.lines)


def test_log_lines_carry_the_invocation_id_in_our_own_threads_too(
    start_host: HostStarter, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    place.write_text("a file where the folder should be")
    nobody = Ingestion()
    nobody.server_close()
    host = start_host(
        APPLICATIONINSIGHTS_CONNECTION_STRING=nobody.connection_string,
        STORE_PATH=str(place / "store.sqlite3"),
    )
    host.post("predict", json={"text": TEXT})
    assert host.post("retrain", json={"text": TEXT, "label": "negative"}).status_code == 503

    def ids(words: str) -> list[str]:
        found = [INVOCATION.search(line) for line in host.lines if words in line]
        return [match[1] if match else "none" for match in found]

    wait_until(lambda: ids("Predictions wait: "))
    (recorder,) = ids("Predictions wait: ")
    (request,) = ids("retrain: The store")
    executed = {
        found[1]: found[2]
        for line in host.lines
        if (found := re.search(r"'Functions\.(\w+)' \(\w+, Id=([^,]+),", line))
    }
    assert (recorder, request) == (executed["predict"], executed["retrain"])
    assert not any(INVOCATION.search(line) for line in host.lines if "Listening" in line)

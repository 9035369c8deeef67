"""Events through the real exporter to an endpoint on loopback."""

import importlib.util
import logging
import logging.config
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from function_app.events import FeedbackEvent, ModelLoadedEvent
from function_app.settings import Settings
from function_app.telemetry import Telemetry, TelemetryCounts, open_telemetry, sender, track
from tests.chaos.endpoint import Endpoint
from tests.function_app.waiting import wait_until
from tests.ingestion import Ingestion

SECRET = "a text of a user"


def feedback(number: int = 0, **changes: Any) -> FeedbackEvent:
    given: dict[str, Any] = {
        "feedback_id": f"feedback-{number}",
        "prediction_id": "0192f0c1-2345-7abc-8def-0123456789ab",
        "correct": False,
        "matched": True,
        "label": "positive",
        "given": "negative",
        "confidence": 0.75,
        "model": "m-1",
    }
    return FeedbackEvent(**given | changes)


LOADED = ModelLoadedEvent(model="m-1", load_seconds=0.5, process_seconds=1.5, cold_start=True)


@pytest.fixture
def ingestion() -> Iterator[Ingestion]:
    with Ingestion() as server:
        yield server


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Opens telemetry for a connection string; it is closed with the test."""
    monkeypatch.setattr(sender, "RETRY_SECONDS", 0.05)
    made: list[Telemetry] = []

    def to(connection: str, **settings: str) -> Telemetry:
        environment = {"APPLICATIONINSIGHTS_CONNECTION_STRING": connection, **settings}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)  # the package reads the environment as well
        made.append(open_telemetry(Settings.from_environment(environment)))
        return made[-1]

    yield to
    for one in made:
        one.close()


def counts(**given: int) -> TelemetryCounts:
    return TelemetryCounts(**{"kind": "appinsights", "sent": 0, "waiting": 0, "lost": 0} | given)


def seconds_of(call: Any) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started


def test_an_awaited_event_has_arrived_when_the_call_returns(ingestion: Ingestion, opened: Any) -> None:
    telemetry = opened(ingestion.connection_string, TELEMETRY_TIMEOUT_SECONDS="20")
    track(telemetry, feedback())
    (event,) = ingestion.events()
    assert event.name == "feedback"
    assert event.dimensions == {
        "feedback_id": "feedback-0",
        "prediction_id": "0192f0c1-2345-7abc-8def-0123456789ab",
        "correct": "false",
        "matched": "true",
        "label": "positive",
        "given": "negative",
        "confidence": "0.750000",
        "model": "m-1",
    }
    assert event.tags["ai.cloud.role"] == "tweet-sentiment"
    assert event.tags["ai.internal.sdkVersion"].endswith("ext1.1.15")
    assert "ai.operation.id" not in event.tags
    assert telemetry.counts() == counts(sent=1)


def test_the_role_is_the_apps_name_in_azure(
    ingestion: Ingestion, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBSITE_SITE_NAME", "tweets-prod")
    track(opened(ingestion.connection_string, TELEMETRY_TIMEOUT_SECONDS="20"), feedback())
    assert ingestion.events()[0].tags["ai.cloud.role"] == "tweets-prod"


def test_nobody_waits_for_the_others_and_they_share_a_request(ingestion: Ingestion, opened: Any) -> None:
    telemetry = opened(ingestion.connection_string)
    ingestion.behave(hangs=True)
    assert seconds_of(lambda: [track(telemetry, LOADED) for _ in range(3)]) < 0.5
    ingestion.behave()
    wait_until(lambda: len(ingestion.events("model_loaded")) == 3)
    assert ingestion.attempts <= 2
    assert ingestion.events()[0].dimensions["cold_start"] == "true"


def test_a_value_is_text_and_no_longer_than_the_service_takes(ingestion: Ingestion, opened: Any) -> None:
    telemetry = opened(ingestion.connection_string, TELEMETRY_TIMEOUT_SECONDS="20")
    track(telemetry, feedback(text="ä" * 9_000, confidence=None, correct=None))
    (event,) = ingestion.events()
    assert event.dimensions["text"] == "ä" * 8_192
    assert (event.dimensions["confidence"], event.dimensions["correct"]) == ("unknown", "unknown")


def test_events_wait_while_nothing_listens_and_arrive_later(opened: Any) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    server = Ingestion(port)
    server.server_close()
    telemetry = opened(server.connection_string)
    track(telemetry, feedback(0))
    wait_until(lambda: telemetry.counts() == counts(waiting=1))
    took = seconds_of(lambda: [track(telemetry, feedback(number)) for number in range(1, 100)])
    assert took < 1
    with Ingestion(port) as back:
        wait_until(lambda: telemetry.counts() == counts(sent=100))
        sent = [event.dimensions["feedback_id"] for event in back.events()]
    assert sent == [f"feedback-{number}" for number in range(100)]


def test_who_waits_for_an_endpoint_that_hangs_waits_no_longer_than_the_bound(
    ingestion: Ingestion, opened: Any
) -> None:
    telemetry = opened(ingestion.connection_string, TELEMETRY_TIMEOUT_SECONDS="0.5")
    ingestion.behave(hangs=True)
    assert 0.4 < seconds_of(lambda: track(telemetry, feedback(0))) < 1.5
    wait_until(lambda: ingestion.attempts >= 2)
    # It is known by now that the endpoint does not answer.
    assert seconds_of(lambda: track(telemetry, feedback(1))) < 0.25
    ingestion.behave()
    wait_until(lambda: telemetry.counts() == counts(sent=2))


def test_nobody_waits_again_for_an_answer_that_comes_in_drops(opened: Any) -> None:
    with Endpoint("drips") as endpoint:
        telemetry = opened(endpoint.connection_string, TELEMETRY_TIMEOUT_SECONDS="0.5")
        assert 0.4 < seconds_of(lambda: track(telemetry, feedback(0))) < 1.5
        assert seconds_of(lambda: [track(telemetry, feedback(number)) for number in range(1, 5)]) < 1
        assert telemetry.counts() == counts(waiting=5)


@pytest.mark.parametrize("status", [401, 403, 408, 429, 500, 503])
def test_events_wait_while_the_endpoint_takes_none(ingestion: Ingestion, opened: Any, status: int) -> None:
    telemetry = opened(ingestion.connection_string, TELEMETRY_TIMEOUT_SECONDS="20")
    ingestion.behave(status=status)
    track(telemetry, feedback(0))
    wait_until(lambda: ingestion.attempts >= 2)
    assert telemetry.counts() == counts(waiting=1)
    ingestion.behave()
    wait_until(lambda: telemetry.counts() == counts(sent=1))
    assert len(ingestion.events()) == 1


@pytest.mark.parametrize("status", [400, 402, 404, 439])
def test_what_is_refused_for_good_is_lost_counted_and_told_without_its_text(
    ingestion: Ingestion, opened: Any, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    telemetry = opened(ingestion.connection_string, TELEMETRY_TIMEOUT_SECONDS="20")
    ingestion.behave(status=status)
    track(telemetry, feedback(text=SECRET))
    assert telemetry.counts() == counts(lost=1)
    assert "refused 1 events" in caplog.text
    assert SECRET not in caplog.text


def test_of_a_request_that_is_taken_in_part_each_event_gets_what_it_got(
    ingestion: Ingestion, opened: Any, caplog: pytest.LogCaptureFixture
) -> None:
    telemetry = opened(ingestion.connection_string, TELEMETRY_TIMEOUT_SECONDS="20")
    ingestion.behave(status=500)
    for number in range(3):
        track(telemetry, feedback(number, text=SECRET))
        telemetry.track_event("again", {"number": str(number)})
        telemetry.track_event("never", {"number": str(number)})
    ingestion.behave(refused={"again": 429, "never": 400})
    wait_until(lambda: telemetry.counts() == counts(sent=3, waiting=3, lost=3))
    ingestion.behave()
    wait_until(lambda: telemetry.counts() == counts(sent=6, lost=3))
    assert [event.dimensions["number"] for event in ingestion.events("again")] == ["0", "1", "2"]
    assert len(ingestion.events()) == 6
    assert SECRET not in caplog.text


def test_the_oldest_events_are_lost_and_counted_when_too_many_wait(
    ingestion: Ingestion, opened: Any, caplog: pytest.LogCaptureFixture
) -> None:
    telemetry = opened(ingestion.connection_string, TELEMETRY_TIMEOUT_SECONDS="20")
    ingestion.behave(status=500)
    for number in range(sender.CAPACITY + 5):
        track(telemetry, feedback(number))
    wait_until(lambda: telemetry.counts() == counts(waiting=sender.CAPACITY, lost=5))
    assert caplog.text.count("Events are lost") == 1
    ingestion.behave()
    bound = sender.MOST_RETRY_SECONDS + 10  # on a busy machine several attempts have failed by now
    wait_until(lambda: telemetry.counts() == counts(sent=sender.CAPACITY, lost=5), seconds=bound)
    sent = {event.dimensions["feedback_id"] for event in ingestion.events()}
    lost = [number for number in range(sender.CAPACITY + 5) if f"feedback-{number}" not in sent]
    # What is on its way while too many wait is not lost, so the oldest of those that wait may come behind it.
    assert lost == list(range(lost[0], lost[0] + 5))
    assert lost[0] <= sender.BATCH_EVENTS


def test_closing_sends_what_waits(ingestion: Ingestion, opened: Any) -> None:
    telemetry = opened(ingestion.connection_string)
    track(telemetry, LOADED)
    telemetry.close()
    assert len(ingestion.events("model_loaded")) == 1
    assert telemetry.counts() == counts(sent=1)


@pytest.mark.parametrize("how", [{"status": 500}, {"hangs": True}])
def test_closing_ends_in_time_and_counts_what_is_lost(
    ingestion: Ingestion, opened: Any, how: dict[str, Any]
) -> None:
    telemetry = opened(ingestion.connection_string, TELEMETRY_TIMEOUT_SECONDS="0.2")
    ingestion.behave(**how)
    track(telemetry, feedback(0))
    track(telemetry, LOADED)
    assert seconds_of(telemetry.close) < 2
    assert telemetry.counts() == counts(lost=2)
    track(telemetry, LOADED)
    assert telemetry.counts() == counts(lost=3)


def test_an_exporter_that_cannot_be_opened_fails_nobody(
    opened: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "function_app.telemetry.exporter", None)
    telemetry = opened("InstrumentationKey=0a1b2c3d-0000-4000-8000-0123456789ab")
    track(telemetry, feedback())
    assert telemetry.counts() == counts(lost=1)
    assert "cannot be sent (ModuleNotFoundError)" in caplog.text


def test_a_new_configuration_of_logging_does_not_stop_events(ingestion: Ingestion, opened: Any) -> None:
    telemetry = opened(ingestion.connection_string, TELEMETRY_TIMEOUT_SECONDS="20")
    track(telemetry, feedback(0))
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
    track(telemetry, feedback(1))
    assert telemetry.counts() == counts(sent=2)


def test_the_package_imports_nothing_that_older_workers_protobuf_cannot_load() -> None:
    """Code generated for protobuf 5.26 and later checks the version at run time; workers may have 4.25."""
    found = importlib.util.find_spec("google.rpc.code_pb2")
    assert found is not None
    assert found.origin is not None
    assert "runtime_version" not in Path(found.origin).read_text()


def test_one_thread_of_ours_sends_and_none_of_the_package_runs(ingestion: Ingestion, opened: Any) -> None:
    before = set(threading.enumerate())
    track(opened(ingestion.connection_string, TELEMETRY_TIMEOUT_SECONDS="20"), feedback())
    new = {thread.name for thread in threading.enumerate() if thread not in before}
    assert {name for name in new if "process_request" not in name} == {"telemetry"}

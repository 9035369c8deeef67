"""A browser and an app for the page's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.function_app.handmade import write_bundle
from tests.function_app.running import HostStarter, RunningHost
from tests.function_app.waiting import wait_until
from tests.page.chromium import Chromium, why_not

CHECKS = 3
"""How often the app of `watched` has checked for drift."""


@pytest.fixture(scope="session")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    running = Chromium(tmp_path_factory.mktemp("downloads"))
    yield running
    running.quit()


@pytest.fixture
def page(window: Chromium) -> Iterator[Chromium]:
    """The browser. The test must not ask another origin for anything, nor write to the console."""
    yield window
    origins = {"/".join(url.split("/")[:3]) for url in window.requests()}
    assert window.messages() == []
    assert len(origins - {"chrome:"}) <= 1, origins


@pytest.fixture(scope="session")
def small_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store") / "store.sqlite3"


@pytest.fixture(scope="module")
def app(small_bundle: Path, store_path: Path) -> Iterator[RunningHost]:
    running = RunningHost(MODEL_DIR=str(small_bundle), STORE_PATH=str(store_path), DRIFT_MIN_SAMPLES="10")
    yield running
    running.stop()


@pytest.fixture
def start_app(small_bundle: Path, tmp_path: Path) -> Iterator[HostStarter]:
    """Starts apps with a store of their own; those that still run are killed after the test."""
    started: list[RunningHost] = []

    def start(**environment: str) -> RunningHost:
        place = {"MODEL_DIR": str(small_bundle), "STORE_PATH": str(tmp_path / "store.sqlite3")}
        started.append(RunningHost(**{**place, **environment}))
        return started[-1]

    yield start
    for running in started:
        running.kill()


def alert(rule: str) -> dict[str, object]:
    essentials = {
        "alertId": f"/subscriptions/none/alerts/{rule}",
        "alertRule": rule,
        "severity": "Sev1",
        "signalType": "Log",
        "monitorCondition": "Fired",
        "monitoringService": "Log Alerts V2",
        "alertTargetIDs": ["/none"],
        "firedDateTime": "2026-05-01T10:00:00Z",
        "description": "<b>Look</b> at the tweets",
        "essentialsVersion": "1.0",
        "alertContextVersion": "1.0",
    }
    return {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {"essentials": essentials, "alertContext": {}},
    }


@pytest.fixture(scope="module")
def watched(app: RunningHost) -> RunningHost:
    """An app that has checked a drifting stream some times, was voted on, and was sent an alert."""
    for number in range(CHECKS):
        answer = app.post("predict/batch", json={"texts": [f"the worst, so late {number}"] * 150})
        first = answer.json()["predictions"][0]["id"]
        app.post("feedback", json={"prediction_id": first, "correct": number > 0})
        url = f"{app.base}/admin/functions/drift_check"
        assert app.session.post(url, json={"input": ""}, timeout=30).status_code == 202
        wait_until(lambda number=number: len(app.get("drift").json()["history"]) > number)
    assert app.post("alerts", json=alert("Tweets drifted")).status_code == 201
    return app

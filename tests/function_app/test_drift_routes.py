"""The routes about drift, over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.function_app.running import RunningHost
from tests.function_app.waiting import wait_until

SIMULATION = {"kind": "class_balance", "strength": 1, "rows": 400, "seed": 3}


@pytest.fixture(scope="module")
def simulating(bundle_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    running = RunningHost(
        MODEL_DIR=str(bundle_folder),
        STORE_PATH=str(tmp_path_factory.mktemp("store") / "store.sqlite3"),
        ALLOW_DRIFT_SIMULATION="true",
        DRIFT_SCHEDULE="* * * * * *",
    )
    yield running
    running.kill()


def assert_problem(response: requests.Response, status: int, *parts: str) -> None:
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.status_code == response.json()["status"] == status
    for part in parts:
        assert part in response.json()["detail"]


def test_simulations_are_off_unless_they_are_allowed(host: RunningHost) -> None:
    for body in (SIMULATION, {"kind": "nonsense"}):
        assert_problem(host.post("drift/simulate", json=body), 403, "ALLOW_DRIFT_SIMULATION=true")


def test_a_simulation_answers_with_report_and_history(simulating: RunningHost) -> None:
    answer = simulating.post("drift/simulate", json=SIMULATION).json()
    assert {name: answer[name] for name in SIMULATION} == SIMULATION
    assert (answer["base"], answer["change_at"]) == ("invented tweets", 100)
    assert answer["report"]["status"] == "drift"
    assert "positive_rate" in answer["report"]["moved"]
    assert [one["tweets"] for one in answer["history"]] == [50, 100, 150, 200, 250, 300, 350, 400]


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"kind": "weather"}, ("kind", "topic, class_balance, typos, language, sarcasm")),
        ({"kind": 1}, ("kind", "a string")),
        ({"strength": 1.01}, ("strength", "at most 1")),
        ({"strength": -1}, ("strength", "at least 0")),
        ({"strength": "0.5"}, ("strength", "a number")),
        ({"rows": 2_001}, ("rows", "at most 2,000")),
        ({"rows": 99}, ("rows", "at least 100")),
        ({"rows": 10**30}, ("rows",)),
        ({"rows": 100.5}, ("rows", "a whole number")),
        ({"seed": -1}, ("seed", "at least 0")),
        ({"speed": 1}, ("speed", "kind, strength, rows, seed")),
    ],
)
def test_a_bad_simulation_is_refused_by_the_name_of_the_field(
    simulating: RunningHost, change: dict[str, object], parts: tuple[str, ...]
) -> None:
    assert_problem(simulating.post("drift/simulate", json=SIMULATION | change), 400, *parts)


def test_kind_and_strength_are_required(simulating: RunningHost) -> None:
    for missing in ("kind", "strength"):
        body = {name: value for name, value in SIMULATION.items() if name != missing}
        assert_problem(simulating.post("drift/simulate", json=body), 400, missing, "required")


def test_the_history_is_read_page_by_page(simulating: RunningHost) -> None:
    wait_until(lambda: len(simulating.get("drift").json()["history"]) >= 3)
    newest = simulating.get("drift", params={"limit": "2"}).json()
    assert newest["history"][0]["sequence"] == newest["sequence"]
    assert newest["next"] == newest["history"][-1]["sequence"]
    older = simulating.get("drift", params={"limit": "200", "before": str(newest["next"])}).json()
    assert [one["sequence"] for one in older["history"]] == list(range(newest["next"] - 1, 0, -1))
    assert older["next"] is None


def test_a_bad_number_of_tweets_to_label_is_refused(host: RunningHost) -> None:
    assert_problem(host.get("drift", params={"to_label": "51"}), 400, "to_label", "1 to 50")


@pytest.mark.parametrize("before", ["0", "-1", "1.5", "x", "1000000000"])
def test_a_bad_place_in_the_history_is_refused(host: RunningHost, before: str) -> None:
    assert_problem(host.get("drift", params={"before": before}), 400, "before", "999999999")

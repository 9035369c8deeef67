"""The client's commands about drift, run as a person runs them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.function_app.client.running import run_client
from tests.function_app.running import RunningHost
from tests.function_app.waiting import wait_until


@pytest.fixture(scope="module")
def shifted(bundle_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """A host whose tweets have shifted, with two reports."""
    running = RunningHost(
        MODEL_DIR=str(bundle_folder),
        STORE_PATH=str(tmp_path_factory.mktemp("store") / "store.sqlite3"),
        DRIFT_SAMPLE_PER_HOUR="1000",
        ALLOW_DRIFT_SIMULATION="true",
    )
    running.post("predict/batch", json={"texts": [f"wonderful love {number}" for number in range(200)]})
    for count in (1, 2):
        running.session.post(f"{running.base}/admin/functions/drift_check", json={"input": ""}, timeout=30)
        wait_until(lambda count=count: len(running.get("drift").json()["history"]) == count)
    running.post("predict/batch", json={"texts": [f"awful hate {number}" for number in range(100)]})
    yield running
    running.kill()


def test_before_the_first_check_it_says_so(host: RunningHost) -> None:
    written, _ = run_client("drift", "--url", host.base)
    assert written == "insufficient_data  No check has run yet.\n"


def test_the_last_report_is_shown_with_its_tests(shifted: RunningHost) -> None:
    written, _ = run_client("drift", "--url", shifted.base)
    first, *tests = written.splitlines()
    assert first == "drift  " + shifted.get("drift").json()["sentence"]
    assert tests[0].split()[:5] == ["positive_rate", "drift", "1.000", "usual", "0.520"]


def test_the_history_is_one_line_a_report(shifted: RunningHost) -> None:
    written, _ = run_client("drift", "--history", "5", "--url", shifted.base)
    assert [line.split()[0] for line in written.splitlines()] == ["2", "1"]
    assert all("200 tweets  evidence" in line for line in written.splitlines())


def test_the_tweets_to_label_are_listed_with_what_feedback_needs(shifted: RunningHost) -> None:
    written, _ = run_client("drift", "--to-label", "--url", shifted.base)
    lines = written.splitlines()
    assert len(lines) == 50
    prediction, label, confidence, text = lines[0].split("  ")
    assert (label, text[:15], float(confidence) > 0.9) == ("positive", "wonderful love ", True)
    written, _ = run_client("feedback", prediction, "--label", "negative", "--url", shifted.base)
    assert "not known" not in written


def test_json_is_the_answer_of_the_app(shifted: RunningHost) -> None:
    written, _ = run_client("drift", "--json", "--url", shifted.base)
    assert json.loads(written)["id"] == shifted.get("drift").json()["id"]


def test_a_simulation_says_when_the_alarm_came(shifted: RunningHost) -> None:
    arguments = ("--strength", "1", "--rows", "400", "--url", shifted.base)
    first, second, *_ = run_client("simulate", "class_balance", *arguments)[0].splitlines()
    assert first.startswith("alarm after ")
    assert first.endswith(" more; the shift began after 100 of 400 recent tweets")
    assert second.startswith("drift  The tweets have changed since about ")


def test_what_the_app_refuses_is_said_in_its_words(host: RunningHost, shifted: RunningHost) -> None:
    _, said = run_client("simulate", "topic", "--url", host.base, code=2)
    assert "ALLOW_DRIFT_SIMULATION=true" in said
    _, said = run_client("simulate", "weather", "--url", shifted.base, code=2)
    assert "kind: another string was given" in said

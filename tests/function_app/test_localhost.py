"""The local host as a process: how it starts, runs timers, and ends."""

import json
import shutil
import socket
import sqlite3
import subprocess
import threading
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests

from function_app.store.sqlite import SqliteStore
from tests.function_app.handmade import write_bundle
from tests.function_app.running import AT_NEW_YEAR, ROOT, HostStarter, RunningHost, run_until_it_ends
from tests.function_app.waiting import wait_until


def fire(host: RunningHost, name: str = "drift_check", body: object = None) -> requests.Response:
    return host.session.post(f"{host.base}/admin/functions/{name}", json=body or {"input": ""}, timeout=30)


def test_the_greeting_lists_the_functions_and_a_call_that_works(host: RunningHost) -> None:
    greeting = "".join(host.lines)
    assert f"  predict: [POST] {host.base}/api/predict\n" in greeting
    assert f"  drift_check: timerTrigger {AT_NEW_YEAR}\n" in greeting
    (call,) = [line for line in host.lines if line.startswith("  curl")]
    url, body = call.split()[2], call[call.index("-d '") + 4 : call.rindex("'")]
    response = requests.post(url, data=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert response.json()["label"] == "positive"


def test_the_root_lists_the_functions(host: RunningHost) -> None:
    response = host.session.get(host.base + "/", timeout=30)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "predict_batch: [POST] /api/predict/batch\n" in response.text
    assert f"drift_check: timerTrigger {AT_NEW_YEAR}\n" in response.text


def test_head_and_body_of_an_answer_come_together(host: RunningHost) -> None:
    name, port = host.base.removeprefix("http://").split(":")
    body = b'{"text": "I love this"}'
    for _ in range(3):
        with socket.create_connection((name, int(port)), timeout=20) as connection:
            connection.sendall(
                b"POST /api/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            answer = connection.recv(65_536)
        head, _, content = answer.partition(b"\r\n\r\n")
        assert b"\r\nContent-Length: %d" % len(content) in head
        assert json.loads(content)["label"] == "positive"


def test_calls_are_logged_as_func_does_and_without_texts(host: RunningHost) -> None:
    host.post("predict", json={"text": "averysecrettext"})
    host.post("predict", json={"text": "averysecrettext", "averysecretfield": 1})
    wait_until(lambda: any("Executed 'Functions.predict' (Succeeded, Id=" in line for line in host.lines))
    assert not [line for line in host.lines if "averysecret" in line]


def test_a_timer_fired_by_hand_reports_and_drift_reads_it(start_host: HostStarter, tmp_path: Path) -> None:
    host = start_host(STORE_PATH=str(tmp_path / "store.sqlite3"), DRIFT_MIN_SAMPLES="10")
    assert host.get("drift").json() == {
        "drift": False,
        "status": "insufficient_data",
        "history": [],
        "next": None,
    }
    host.post("predict/batch", json={"texts": ["wonderful love"] * 50})
    assert fire(host).status_code == 202
    wait_until(lambda: host.get("drift").json()["history"])
    answer = host.get("drift").json()
    assert (answer["drift"], answer["status"], answer["samples"]) == (True, "drift", 50)
    assert answer["history"][0]["id"] == answer["id"]
    fire(host)
    fire(host)
    wait_until(lambda: len(host.get("drift").json()["history"]) == 3)
    history = host.get("drift", params={"limit": "2"}).json()["history"]
    assert [(one["sequence"], one["samples"]) for one in history] == [(3, 50), (2, 50)]
    events = [line for line in host.lines if '"event":"drift"' in line]
    assert json.loads(events[0][events[0].index("{") :])["dimensions"]["drift"] == "true"
    assert host.stop() == 0


def test_only_timers_can_be_fired(host: RunningHost) -> None:
    for name in ("predict", "nothing"):
        response = fire(host, name)
        assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")
    assert fire(host, body={"other": 1}).status_code == 400
    address = f"{host.base}/admin/functions/drift_check"
    assert host.session.post(address, data="input=1", timeout=30).status_code == 415
    assert host.session.get(address, timeout=30).status_code == 405


def test_a_timer_follows_its_schedule(start_host: HostStarter, tmp_path: Path) -> None:
    host = start_host(STORE_PATH=str(tmp_path / "store.sqlite3"), DRIFT_SCHEDULE="* * * * * *")
    wait_until(lambda: len(host.get("drift").json()["history"]) >= 2)
    assert host.stop() == 0


def test_acknowledged_feedback_survives_a_killed_process(start_host: HostStarter, tmp_path: Path) -> None:
    host = start_host(STORE_PATH=str(tmp_path / "store.sqlite3"))
    predicted = host.post("predict", json={"text": "love"}).json()
    body, headers = {"prediction_id": predicted["id"], "correct": False}, {"Idempotency-Key": "once"}
    first = host.post("feedback", json=body, headers=headers)
    host.kill()
    assert first.status_code == 201
    again = start_host(STORE_PATH=str(tmp_path / "store.sqlite3"))
    repeated = again.post("feedback", json=body, headers=headers)
    assert (repeated.status_code, repeated.json()) == (200, first.json())
    assert again.stop() == 0


def test_predictions_are_recorded_before_an_orderly_end(start_host: HostStarter, tmp_path: Path) -> None:
    host = start_host(STORE_PATH=str(tmp_path / "store.sqlite3"))
    ids = [host.post("predict", json={"text": "love"}).json()["id"] for _ in range(20)]
    assert host.stop() == 0
    assert host.lines[-1] == "Stopped\n"
    store = SqliteStore(tmp_path / "store.sqlite3")
    assert [row.id for row in store.predictions_after("", 100)[0]] == ids
    store.close()


def test_requests_under_way_are_answered_before_the_end(start_host: HostStarter, tmp_path: Path) -> None:
    """Feedback waits for a lock that another process holds while the host is told to end."""
    host = start_host(STORE_PATH=str(tmp_path / "store.sqlite3"))
    host.get("health")
    other = sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    body = b'{"prediction_id": "0192f0c1-2345-7abc-8def-0123456789ab", "correct": true}'
    connection = HTTPConnection(host.base.removeprefix("http://"), timeout=30)
    connection.request("POST", "/api/feedback", body, {"Content-Type": "application/json"})
    host.get("model")  # requests are read in turn, so the feedback is under way once this one is answered
    ending = threading.Thread(target=host.stop)
    ending.start()
    wait_until(lambda: not listens(host))
    other.close()
    assert connection.getresponse().status == 201
    connection.close()
    ending.join(20)
    assert host.process.returncode == 0


def test_a_slow_caller_gets_the_whole_answer_before_the_end(start_host: HostStarter, tmp_path: Path) -> None:
    """The answer is larger than the system buffers, and is read only when the host was told to end."""
    texts = 40_000
    host = start_host(
        STORE_PATH=str(tmp_path / "store.sqlite3"), MAX_BATCH_TEXTS=str(texts), MAX_BODY_BYTES="1000000"
    )
    body = json.dumps({"texts": ["love"] * texts}).encode()
    connection = HTTPConnection(host.base.removeprefix("http://"), timeout=60)
    connection.request("POST", "/api/predict/batch", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    host.process.terminate()
    with pytest.raises(subprocess.TimeoutExpired):
        host.process.wait(0.5)
    assert len(json.loads(response.read())["predictions"]) == texts
    connection.close()
    assert host.process.wait(20) == 0


def address_of(host: RunningHost) -> tuple[str, int]:
    name, port = host.base.removeprefix("http://").split(":")
    return name, int(port)


def listens(host: RunningHost) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(address_of(host)) == 0


def test_a_locked_store_is_503_until_it_is_free(start_host: HostStarter, tmp_path: Path) -> None:
    host = start_host(STORE_PATH=str(tmp_path / "store.sqlite3"))
    host.get("health")
    other = sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    predicted = host.post("predict", json={"text": "love"})
    assert predicted.status_code == 200
    body = {"prediction_id": predicted.json()["id"], "correct": True}
    away = host.post("feedback", json=body)
    assert (away.status_code, away.headers["Content-Type"]) == (503, "application/problem+json")
    assert int(away.headers["Retry-After"]) > 0
    health = host.get("health")
    assert (health.status_code, health.json()["status"]) == (503, "unavailable")
    assert health.json()["store"]["reachable"] is False
    assert len(health.json()["reasons"]) == 1
    other.close()
    given = host.post("feedback", json=body)
    assert (given.status_code, given.json()["matched"]) == (201, True)
    assert host.get("health").json()["predictions"]["dropped"] == 0
    assert host.stop() == 0


def test_a_tampered_bundle_is_refused_in_one_line(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "model")
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"x")
    code, output = run_until_it_ends(MODEL_DIR=str(folder), STORE_PATH=str(tmp_path / "store.sqlite3"))
    assert code == 2
    assert output.startswith("Cannot start: model.onnx")
    assert output.count("\n") == 1


@pytest.mark.parametrize(
    ("environment", "part"),
    [
        ({"PORT": "many"}, "PORT must be"),
        ({"PORT": "65536"}, "PORT must be"),
        ({"PORT": "-1"}, "PORT must be"),
        ({"HOST": "203.0.113.1"}, "HOST"),
        ({"MAX_BATCH_TEXTS": "x"}, "MAX_BATCH_TEXTS must be"),
        ({"DRIFT_SCHEDULE": "99 * * * * *"}, "drift_check must be"),
        ({"DRIFT_SCHEDULE": "0 0 0 31 2 *"}, "drift_check must be"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(
    bundle_folder: Path, tmp_path: Path, environment: dict[str, str], part: str
) -> None:
    code, output = run_until_it_ends(
        MODEL_DIR=str(bundle_folder), **{"STORE_PATH": str(tmp_path / "s"), **environment}
    )
    assert (code, output.count("\n")) == (2, 1), output
    assert output.startswith("Cannot start: ")
    assert part in output


def test_a_port_in_use_is_said_in_one_line(host: RunningHost, bundle_folder: Path, tmp_path: Path) -> None:
    port = host.base.rpartition(":")[2]
    code, output = run_until_it_ends(MODEL_DIR=str(bundle_folder), PORT=port)
    assert (code, output.count("\n")) == (2, 1), output
    assert f"port {port} is in use" in output


def test_local_settings_and_the_route_prefix_are_read_and_the_environment_wins(
    start_host: HostStarter, bundle_folder: Path, tmp_path: Path
) -> None:
    root = tmp_path / "app"
    shutil.copytree(ROOT / "function_app", root / "function_app", ignore=shutil.ignore_patterns("model"))
    shutil.copytree(bundle_folder, root / "own-model")
    values = {"MODEL_DIR": "elsewhere", "MAX_BATCH_TEXTS": "3", "MAX_TEXT_CHARACTERS": "5"}
    (root / "local.settings.json").write_text(json.dumps({"IsEncrypted": False, "Values": values}))
    (root / "host.json").write_text('{"version": "2.0", "extensions": {"http": {"routePrefix": "v1"}}}')
    host = start_host(root, MODEL_DIR="own-model", MAX_BATCH_TEXTS="4")
    response = host.session.get(f"{host.base}/v1/model", timeout=30)
    assert response.json()["limits"] == {"body_bytes": 262_144, "text_characters": 5, "batch_texts": 4}
    host.session.post(f"{host.base}/v1/predict", json={"text": "love"}, timeout=30)
    assert host.stop() == 0
    assert (root / ".local" / "store.sqlite3").is_file()


def test_local_settings_that_cannot_be_read_are_said_in_one_line(tmp_path: Path) -> None:
    root = tmp_path / "app"
    shutil.copytree(ROOT / "function_app", root / "function_app", ignore=shutil.ignore_patterns("model"))
    (root / "local.settings.json").write_text("{")
    code, output = run_until_it_ends(root)
    assert (code, output.count("\n")) == (2, 1), output
    assert output.startswith("Cannot start: local.settings.json cannot be read")

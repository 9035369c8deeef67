"""Azure's own worker library finds every function and runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.function_app.handmade import write_bundle
from tests.ingestion import Ingestion

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / ".venv" / "worker"

pytestmark = pytest.mark.skipif(
    not LIBRARY.is_dir(), reason="azure-functions-runtime is not in .venv/worker; `make setup` puts it there"
)

PREDICTION = "0192f0c1-2345-7abc-8def-0123456789ab"
CALLS = [
    {"function": "predict", "method": "POST", "body": json.dumps({"text": "I love it", "explain": True})},
    {"function": "predict", "method": "POST", "body": json.dumps({"text": 5})},
    {"function": "predict_batch", "method": "POST", "body": json.dumps({"texts": ["worst day", "happy"]})},
    {
        "function": "feedback",
        "method": "POST",
        "body": json.dumps({"prediction_id": PREDICTION, "correct": False}),
    },
    {"function": "health", "method": "GET"},
    {"function": "model", "method": "GET"},
    {"function": "drift_check"},
    {"function": "drift", "method": "GET"},
    {"function": "retrain", "method": "POST", "body": json.dumps({"text": "so late", "label": "negative"})},
    {"function": "retention"},
    {"function": "openapi", "method": "GET"},
    {"function": "stream", "message": [{"text": "love"}, {"text": "hate", "reference": "2"}]},
    {"function": "stream", "message": {"txt": "love"}},
]


def run_worker(folder: Path, calls: list[dict[str, Any]], **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(Path(__file__).with_name("worker.py"))],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(LIBRARY),
            "MODEL_DIR": str(folder / "bundle"),
            "STORE_PATH": str(folder / "store.sqlite3"),
            **environment,
        },
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("worker")
    write_bundle(folder / "bundle")
    done = run_worker(folder, CALLS, PYTHON_SCRIPT_FILE_NAME="main.py")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_function_is_indexed_with_its_trigger(worker):
    triggers = {
        name: next(one for one in bindings if one["type"].endswith("Trigger"))
        for name, bindings in worker["functions"].items()
    }
    http = {name: found["route"] for name, found in triggers.items() if found["type"] == "httpTrigger"}
    assert http == {
        "predict": "predict",
        "predict_batch": "predict/batch",
        "feedback": "feedback",
        "retrain": "retrain",
        "alerts": "alerts",
        "list_alerts": "alerts",
        "drift": "drift",
        "simulate_drift": "drift/simulate",
        "health": "health",
        "model": "model",
        "openapi": "openapi.json",
        "docs": "docs",
        "ui": "ui",
        "ui_file": "ui/{version}/{*file}",
    }
    assert triggers["drift_check"]["type"] == "timerTrigger"
    assert triggers["drift_check"]["schedule"] == "0 0 * * * *"
    assert triggers["retention"]["type"] == "timerTrigger"
    assert triggers["retention"]["schedule"] == "0 30 2 * * *"
    assert set(triggers) == {*http, "drift_check", "retention", "stream"}
    trigger, output = sorted(worker["functions"]["stream"], key=lambda one: one["direction"])
    assert (trigger["type"], trigger["queueName"]) == ("queueTrigger", "tweets")
    assert (output["type"], output["queueName"]) == ("queue", "tweet-sentiments")


def test_every_function_answers(worker):
    happy, wrong, batch, feedback, health, model, timer, drift, retrain, retention, *_ = worker["answers"]
    assert (happy["status"], happy["body"]["label"]) == (200, "positive")
    assert (wrong["status"], wrong["type"]) == (400, "application/problem+json")
    assert [one["label"] for one in batch["body"]["predictions"]] == ["negative", "positive"]
    assert (feedback["status"], feedback["body"]["matched"]) == (201, False)
    assert (health["status"], health["body"]["status"]) == (200, "ok")
    assert model["body"]["version"] == happy["body"]["model"]
    assert timer == {}
    assert drift["body"]["samples"] == 3
    assert (retrain["status"], retrain["body"]["waiting"]) == (202, 1)
    assert retention == {}


def test_the_document_lists_the_functions_that_the_worker_has_indexed(worker):
    *_, openapi, _, _ = worker["answers"]
    paths = openapi["body"]["paths"].values()
    triggers = [binding for bindings in worker["functions"].values() for binding in bindings]
    http = [one for one in triggers if one["type"] == "httpTrigger"]
    assert (openapi["status"], sum(len(methods) for methods in paths)) == (200, len(http))


def test_a_queue_message_gets_its_results_and_a_bad_one_fails(worker):
    *_, good, bad = worker["answers"]
    kind, value = good["results"]
    (result,) = json.loads(value)
    assert kind == "json"
    assert (json.loads(result)["message_id"], json.loads(result)["texts"]) == ("a-message", 2)
    assert "text: nothing was given; the field is required" in bad["error"]


def test_what_our_own_threads_log_and_send_belongs_to_the_invocation(tmp_path):
    write_bundle(tmp_path / "bundle")
    (tmp_path / "place").write_text("a file where the folder should be")
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    call = CALLS[0] | {
        "trace_parent": f"00-{trace}-00f067aa0ba902b7-01",
        "until_logged": "Predictions wait: ",
    }
    with Ingestion() as ingestion:
        done = run_worker(
            tmp_path,
            [call],
            PYTHON_SCRIPT_FILE_NAME="main.py",
            STORE_PATH=str(tmp_path / "place" / "store.sqlite3"),
            APPLICATIONINSIGHTS_CONNECTION_STRING=ingestion.connection_string,
        )
        assert done.returncode == 0, done.stderr
        (loaded,), (summary,) = ingestion.events("model_loaded"), ingestion.events("predictions")
    found = json.loads(done.stdout)
    (answer,) = found["answers"]
    (line,) = [one for one in found["logs"] if one["message"].startswith("Predictions wait: ")]
    assert line["thread"] == "recorder"
    assert line["variable"] == line["local"] == answer["invocation"]
    assert loaded.dimensions["model"] == answer["body"]["model"]
    assert summary.tags["ai.operation.id"] == trace
    assert summary.tags["ai.operation.parentId"] == "00f067aa0ba902b7"


def test_without_the_setting_the_worker_finds_nothing_of_ours(tmp_path):
    write_bundle(tmp_path / "bundle")
    done = run_worker(tmp_path, [], PYTHON_SCRIPT_FILE_NAME="function_app.py")
    assert done.returncode != 0 or json.loads(done.stdout)["functions"] == {}

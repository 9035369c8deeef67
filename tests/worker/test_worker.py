"""Azure's own worker library finds every function and runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.function_app.handmade import write_bundle

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
        "drift": "drift",
        "health": "health",
        "model": "model",
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


def test_a_queue_message_gets_its_results_and_a_bad_one_fails(worker):
    *_, good, bad = worker["answers"]
    kind, value = good["results"]
    (result,) = json.loads(value)
    assert kind == "json"
    assert (json.loads(result)["message_id"], json.loads(result)["texts"]) == ("a-message", 2)
    assert "text: nothing was given; the field is required" in bad["error"]


def test_without_the_setting_the_worker_finds_nothing_of_ours(tmp_path):
    write_bundle(tmp_path / "bundle")
    done = run_worker(tmp_path, [], PYTHON_SCRIPT_FILE_NAME="function_app.py")
    assert done.returncode != 0 or json.loads(done.stdout)["functions"] == {}

"""The HTTP contract, through a running host, a real model and a real store."""

import itertools
import sqlite3
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from function_app.ids import new_id
from tests.function_app.handmade import VERSION
from tests.function_app.running import RunningHost
from tests.function_app.waiting import wait_until

JSON = {"Content-Type": "application/json"}
ID = new_id()


def rows_in(host: RunningHost, path: Path) -> list[int]:
    """How much the store holds of everything, when nothing waits to be written."""
    wait_until(lambda: host.get("health").json()["predictions"]["waiting"] == 0)
    connection = sqlite3.connect(path)
    tables = ("predictions", "feedback", "examples", "state")
    counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]
    connection.close()
    return counts


def assert_problem(response: requests.Response, status: int, *parts: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail"}
    assert problem["status"] == status
    for part in parts:
        assert part in problem["detail"]


def test_predict_answers_with_all_its_fields(host: RunningHost) -> None:
    response = host.post("predict", json={"text": "I love this airline"})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    answer = response.json()
    assert set(answer) == {"id", "label", "confidence", "probabilities", "model"}
    assert uuid.UUID(answer["id"]).version == 7
    assert (answer["label"], answer["model"]) == ("positive", VERSION)
    assert answer["confidence"] == answer["probabilities"]["positive"]
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-6)


def test_explain_adds_the_words(host: RunningHost) -> None:
    text = "not good at all, I hate waiting"
    answer = host.post("predict", json={"text": text, "explain": True}).json()
    assert [word["word"] for word in answer["words"]] == text.split()
    assert min(answer["words"], key=lambda word: word["weight"])["word"] == "hate"
    assert "words" not in host.post("predict", json={"text": text, "explain": False}).json()


def test_a_batch_equals_one_by_one(host: RunningHost) -> None:
    texts = ["so late again", "thanks, wonderful!", "the worst day", "x", "so happy 😀"]
    answer = host.post("predict/batch", json={"texts": texts}).json()
    assert set(answer) == {"predictions", "model"}
    alone = [host.post("predict", json={"text": text}).json() for text in texts]
    for together, one in itertools.zip_longest(answer["predictions"], alone):
        assert together["label"] == one["label"]
        assert together["confidence"] == pytest.approx(one["confidence"], abs=1e-6)


def test_the_largest_batch_is_answered(host: RunningHost) -> None:
    answer = host.post("predict/batch", json={"texts": ["love"] * 1_000}).json()
    assert len({one["id"] for one in answer["predictions"]}) == 1_000


@pytest.mark.parametrize(
    "text",
    [
        "😡😡😡",
        "مرحبا بالعالم",
        "a",
        "https://t.co/abc",
        "@a @b",
        "x" * 2_000,
        "🇫🇷 é ß — “q”",
        "\u200b\u200d.",
        "a\n\tb",
    ],
)
def test_any_text_is_scored_and_explained(host: RunningHost, text: str) -> None:
    response = host.post("predict", json={"text": text, "explain": True})
    assert response.status_code == 200
    assert [word["word"] for word in response.json()["words"]] == text.split()


@dataclass(frozen=True)
class Bad:
    """A body that must be refused: where it goes, the status of the answer, and a part of its detail."""

    route: str
    body: bytes
    status: int
    part: str


BAD_BODIES = [
    Bad("predict", b"{", 400, "not JSON"),
    Bad("predict", b"", 400, "empty"),
    Bad("predict", b'["x"]', 400, "an array was given"),
    Bad("predict", b"{}", 400, "text: nothing was given"),
    Bad("predict", b'{"text": 5}', 400, "text: a whole number was given; it must be a string"),
    Bad("predict", b'{"text": null}', 400, "text: null was given"),
    Bad("predict", b'{"text": " \\n "}', 400, "text: a blank string was given"),
    Bad("predict", b'{"text": "%s"}' % (b"a" * 2_001), 400, "2000"),
    Bad("predict", b'{"text": "ok", "txt": "x"}', 400, "txt: there is no such field"),
    Bad("predict", b'{"text": "ok", "explain": "yes"}', 400, "explain: a string was given"),
    Bad("predict", b'{"text": "\xff\xfe"}', 400, "UTF-8"),
    Bad("predict", b'{"text": "\\ud800"}', 400, "surrogate"),
    Bad("predict", b'{"text": "a\\u0000b"}', 400, "NUL"),
    Bad("predict", b"[" * 50_000, 400, "The body"),
    Bad("predict", b'{"text": "%s"}' % (b"a" * 600_000), 413, "262144"),
    Bad("predict/batch", b'{"texts": []}', 400, "texts: an array of 0"),
    Bad("predict/batch", b'{"texts": ["a"%s]}' % (b',"a"' * 1_000), 400, "texts: an array of 1001"),
    Bad("predict/batch", b'{"texts": ["ok", "ok", "ok", " "]}', 400, "texts[3]: a blank string"),
    Bad("predict/batch", b'{"texts": "ok"}', 400, "texts: a string was given; it must be an array"),
    Bad("feedback", b"{}", 400, "prediction_id: nothing was given"),
    Bad("feedback", b'{"prediction_id": "x", "correct": true}', 400, "prediction_id"),
    Bad("feedback", b'{"prediction_id": "%s"}' % ID.encode(), 400, "exactly one"),
    Bad("feedback", b'{"prediction_id": "%s", "label": "meh"}' % ID.encode(), 400, "label: another string"),
    Bad("feedback", b'{"prediction_id": "%s", "correct": "no"}' % ID.encode(), 400, "correct: a string"),
    Bad("retrain", b'{"text": "a"}', 400, "label: nothing was given"),
    Bad("retrain", b'{"text": " ", "label": "positive"}', 400, "text: a blank string"),
    Bad("retrain", b'{"text": "a", "label": "neutral"}', 400, "label: another string"),
    Bad("retrain", b'{"text": "%s", "label": "positive"}' % (b"a" * 2_001), 400, "2001 characters"),
    Bad(
        "retrain", b'{"text": "a", "label": "positive", "source": "x"}', 400, "source: there is no such field"
    ),
]


@pytest.mark.parametrize("bad", BAD_BODIES, ids=lambda bad: f"{bad.route}: {bad.part}")
def test_a_bad_body_is_a_problem_and_changes_nothing(
    host: RunningHost, host_store_path: Path, bad: Bad
) -> None:
    before = rows_in(host, host_store_path)
    assert_problem(host.post(bad.route, data=bad.body, headers=JSON), bad.status, bad.part)
    assert rows_in(host, host_store_path) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": None},
        {**JSON, "Content-Encoding": "gzip"},
    ],
)
@pytest.mark.parametrize("route", ["predict", "predict/batch", "feedback", "retrain"])
def test_another_media_type_is_a_problem(host: RunningHost, route: str, headers: dict[str, str]) -> None:
    assert_problem(host.post(route, data=b'{"text": "a"}', headers=headers), 415, "Content-")


def test_a_chunked_body_has_the_same_limits(host: RunningHost) -> None:
    good = host.post("predict", data=iter([b'{"text":', b' "love"}']), headers=JSON)
    assert good.json()["label"] == "positive"
    huge = host.post("predict", data=itertools.repeat(b" " * 10_000, 40), headers=JSON)
    assert_problem(huge, 413, "262144")


@pytest.mark.parametrize("limit", ["0", "-1", "201", "1.5", "x", "", "٣"])
def test_a_bad_limit_is_a_problem(host: RunningHost, limit: str) -> None:
    assert_problem(host.get("drift", params={"limit": limit}), 400, "limit", "1 to 200")


def test_feedback_is_created_once_for_a_key(host: RunningHost) -> None:
    predicted = host.post("predict", json={"text": "love"}).json()
    body, headers = {"prediction_id": predicted["id"], "correct": False}, {"Idempotency-Key": new_id()}
    first = host.post("feedback", json=body, headers=headers)
    assert first.status_code == 201
    assert set(first.json()) == {"feedback_id", "matched", "correct"}
    assert (first.json()["matched"], first.json()["correct"]) == (True, False)
    again = host.post("feedback", json=dict(reversed(body.items())), headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())
    other = host.post("feedback", json={**body, "correct": True}, headers=headers)
    assert_problem(other, 422, "Idempotency-Key")


def test_feedback_by_label_is_compared_with_the_prediction(host: RunningHost) -> None:
    predicted = host.post("predict", json={"text": "love"}).json()["id"]

    def given(label: str, prediction_id: str = predicted) -> dict[str, object]:
        return host.post("feedback", json={"prediction_id": prediction_id, "label": label}).json()

    assert given("positive")["correct"] is True
    assert given("negative")["correct"] is False
    unknown = given("negative", new_id())
    assert (unknown["matched"], unknown["correct"]) == (False, None)


def test_an_example_is_kept_once_for_a_key_and_the_next_training_is_told(host: RunningHost) -> None:
    body, headers = {"text": "so late", "label": "negative"}, {"Idempotency-Key": new_id()}
    first = host.post("retrain", json=body, headers=headers)
    assert first.status_code == 202
    assert set(first.json()) == {"example_id", "waiting", "next_training"}
    assert uuid.UUID(first.json()["example_id"]).version == 7
    due = datetime.fromisoformat(first.json()["next_training"])
    assert timedelta() < due - datetime.now(UTC) <= timedelta(days=7)
    assert (due.isoweekday(), due.hour) == (1, 3)
    again = host.post("retrain", json=dict(reversed(body.items())), headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())
    assert_problem(
        host.post("retrain", json={**body, "label": "positive"}, headers=headers), 422, "Idempotency-Key"
    )
    more = host.post("retrain", json=body)
    assert (more.status_code, more.json()["waiting"]) == (202, first.json()["waiting"] + 1)


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_a_bad_idempotency_key_is_a_problem(host: RunningHost, key: str) -> None:
    body = {"prediction_id": ID, "correct": True}
    headers = {"Idempotency-Key": key.encode("latin-1")}
    assert_problem(host.post("feedback", json=body, headers=headers), 400, "Idempotency-Key")


def test_health_tells_what_runs(host: RunningHost) -> None:
    answer = host.get("health").json()
    assert answer["status"] == "ok"
    assert answer["reasons"] == []
    assert answer["model"] == {"loaded": True, "version": VERSION}
    assert answer["store"] == {"reachable": True, "kind": "sqlite"}
    assert set(answer["predictions"]) == {"recorded", "dropped", "waiting", "sampled_out"}
    assert {"app", "python", "onnxruntime"} <= set(answer)


def test_model_is_the_manifest(host: RunningHost) -> None:
    answer = host.get("model").json()
    assert (answer["version"], answer["labels"]) == (VERSION, ["negative", "positive"])
    assert answer["limits"]["text_characters"] == 2_000


def test_an_unknown_address_is_a_problem(host: RunningHost) -> None:
    assert_problem(host.get("nothing"), 404)
    assert_problem(host.get("%ff/../x"), 404)
    assert_problem(host.session.get(f"{host.base}/predict", timeout=30), 404)


def test_a_wrong_method_is_a_problem_that_names_the_right_one(host: RunningHost) -> None:
    response = host.get("predict")
    assert_problem(response, 405, "POST")
    assert response.headers["Allow"] == "POST"
    assert_problem(host.session.request("PURGE", f"{host.base}/api/health", timeout=30), 405)


def test_head_is_get_without_its_body(host: RunningHost) -> None:
    response = host.session.head(f"{host.base}/api/model", timeout=30)
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["Content-Length"]) > 0
    assert host.get("model").status_code == 200


def test_an_odd_host_header_does_no_harm(host: RunningHost) -> None:
    assert host.get("health", headers={"Host": "a b?#/@\x7f"}).status_code in {200, 400}
    assert host.get("health", headers={"Host": ""}).status_code in {200, 400}

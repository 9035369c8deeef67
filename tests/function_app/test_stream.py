"""What a queue message may hold, and what is kept and answered for it."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from function_app.contract import Limits
from function_app.errors import InvalidRequestError, StoreUnavailableError
from function_app.service import Service
from function_app.settings import Settings
from function_app.stream import RESULT_BYTES, read_message
from tests.function_app.handmade import VERSION, write_bundle

LIMITS = Limits(body_bytes=1_000, text_characters=20, batch_texts=3)


@pytest.fixture
def settings(bundle_folder: Path, tmp_path: Path) -> Settings:
    return Settings.from_environment(
        {"MODEL_DIR": str(bundle_folder), "STORE_PATH": str(tmp_path / "store.sqlite3")}
    )


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    made = Service(settings)
    yield made
    made.close()


def message(*texts: str) -> bytes:
    return json.dumps([{"text": text, "reference": f"r{at}"} for at, text in enumerate(texts)]).encode()


def test_an_object_is_one_tweet_and_an_array_several() -> None:
    (tweet,) = read_message('{"text": "so späť 😡", "user": {"name": "x"}}'.encode(), LIMITS)
    assert (tweet.text, tweet.reference) == ("so späť 😡", msgspec.UNSET)
    assert [one.text for one in read_message(message("a", "b"), LIMITS)] == ["a", "b"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "The body is empty"),
        (b"\xff", "The body is not"),
        (b"hello", "The body is not JSON (line 1, column 1)"),
        (b'"text"', "The body: a string was given; it must be an object or an array"),
        (b"{}", "text: nothing was given; the field is required"),
        (b'[{"text": "a"}, {"txt": "secret"}]', "text: nothing was given; the field is required"),
        (b'{"text": 5}', "text: a whole number was given; it must be a string"),
        (b'[{"text": "a"}, {"text": " "}]', "[1].text: a blank string was given"),
        (b'{"text": "secret secret secret secret"}', "text: a string of 27 characters was given"),
        (b"[]", "The body: an array of 0 was given; it must hold 1 to 3"),
        (message(*"abcd"), "The body: an array of 4 was given; it must hold 1 to 3"),
        (b'{"text": "a", "reference": 1}', "reference: a whole number was given"),
        (b'{"text": "a", "reference": "' + b"s" * 201 + b'"}', "reference: the value given cannot be used"),
        (b"[" * 10_000, "[0]: an array was given; it must be an object"),
    ],
)
def test_what_is_wrong_is_said_without_the_sender_s_text(body: bytes, detail: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        read_message(body, LIMITS)
    assert caught.value.detail.startswith(detail)
    assert "secret" not in caught.value.detail


def test_results_name_the_message_the_position_and_the_sender_s_reference(service: Service) -> None:
    (text,) = service.stream("m-1", message("love", "hate"))
    result = json.loads(text)
    assert (result["message_id"], result["position"], result["texts"]) == ("m-1", 0, 2)
    first, second = result["predictions"]
    assert (first["label"], first["reference"], first["model"]) == ("positive", "r0", VERSION)
    assert (second["label"], second["reference"]) == ("negative", "r1")
    assert second["probabilities"]["negative"] == second["confidence"] > 0.9


def test_what_is_answered_is_in_the_store(service: Service) -> None:
    (text,) = service.stream("m-1", message("love", "hate"))
    rows, _ = service.store.predictions_after("", 10)
    assert [row.id for row in rows] == [one["id"] for one in json.loads(text)["predictions"]]
    assert [row.text for row in rows] == ["love", "hate"]
    assert all(row.sampled for row in rows)


def test_a_message_that_comes_again_gets_the_same_answer_and_is_kept_once(service: Service) -> None:
    first = service.stream("m-1", message("love", "hate"))
    assert service.stream("m-1", message("love", "hate")) == first
    assert service.stream("m-2", message("love", "hate")) != first
    assert len(service.store.predictions_after("", 10)[0]) == 4


def test_a_message_that_comes_to_many_at_once_is_kept_once(service: Service) -> None:
    service.predictor()
    answers: list[list[str]] = []
    together = threading.Barrier(8)

    def deliver() -> None:
        together.wait()
        answers.append(service.stream("m-1", message("love", "hate", "late")))

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)
    assert len(service.store.predictions_after("", 100)[0]) == 3


def test_a_delivery_goes_on_where_another_was_cut_off(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record of the message is kept, its predictions are not: as when the process is killed between."""
    with monkeypatch.context() as cut:
        cut.setattr(service.store, "add_predictions", _away)
        with pytest.raises(StoreUnavailableError):
            service.stream("m-1", message("love", "hate"))
    assert service.store.predictions_after("", 10)[0] == []
    (text,) = service.stream("m-1", message("love", "hate"))
    rows, _ = service.store.predictions_after("", 10)
    assert [row.id for row in rows] == [one["id"] for one in json.loads(text)["predictions"]]


def _away(_rows: object) -> None:
    raise StoreUnavailableError("The store cannot be reached")


def test_what_one_model_has_answered_stands_when_another_is_deployed(
    settings: Settings, service: Service, tmp_path: Path
) -> None:
    first = service.stream("m-1", message("so so"))
    folder = write_bundle(tmp_path / "other", version="handmade-2", bias=-5.0)
    other = Service(msgspec.structs.replace(settings, model_dir=folder))
    assert other.stream("m-1", message("so so")) == first
    (text,) = other.stream("m-2", message("so so"))
    assert json.loads(text)["predictions"][0]["model"] == "handmade-2"
    other.close()


def test_a_long_message_gets_several_results_that_fit_into_a_queue(service: Service) -> None:
    body = json.dumps([{"text": "love", "reference": "é" * 200} for _ in range(400)]).encode()
    results = service.stream("m-1", body)
    assert len(results) > 2
    assert all(len(result.encode()) <= RESULT_BYTES for result in results)
    found = [json.loads(result) for result in results]
    assert [one["position"] for one in found] == [
        sum(len(before["predictions"]) for before in found[:at]) for at in range(len(found))
    ]
    ids = [prediction["id"] for one in found for prediction in one["predictions"]]
    assert ids == sorted(set(ids))
    assert len(ids) == found[0]["texts"] == 400

import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from function_app import retention
from function_app.contract import FeedbackRequest, PredictBatchRequest, PredictRequest, RetrainRequest
from function_app.errors import ModelUnavailableError
from function_app.examples import TAKEN_STATE
from function_app.feedback import ELSEWHERE_SECONDS
from function_app.ids import new_id
from function_app.invocation import correlated
from function_app.localhost.invocation import LocalContext, LocalTraceContext
from function_app.service import Service
from function_app.settings import Settings
from tests.function_app.handmade import VERSION, write_bundle
from tests.function_app.memory_telemetry import MemoryTelemetry
from tests.function_app.running import ROOT
from tests.function_app.samples import older, prediction
from tests.function_app.waiting import wait_until


@pytest.fixture
def settings(bundle_folder: Path, tmp_path: Path) -> Settings:
    return Settings.from_environment(
        {
            "MODEL_DIR": str(bundle_folder),
            "STORE_PATH": str(tmp_path / "store.sqlite3"),
            "DRIFT_MIN_SAMPLES": "10",
        }
    )


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    made = Service(settings)
    made.telemetry = MemoryTelemetry()
    yield made
    made.close()


def test_the_probabilities_belong_together(service: Service) -> None:
    for text in ("I love it", "the worst", "so so"):
        answer = service.predict(PredictRequest(text))
        given = answer.probabilities
        assert given.negative + given.positive == pytest.approx(1, abs=1e-6)
        assert answer.label == ("positive" if given.positive >= 0.5 else "negative")
        assert answer.confidence == getattr(given, answer.label)
        assert answer.model == VERSION


def test_a_prediction_is_recorded_as_it_was_answered(service: Service) -> None:
    answer = service.predict(PredictRequest("so late 😡"))
    service.recorder.flush()
    kept = service.store.prediction(answer.id)
    assert kept is not None
    assert (kept.label, kept.probability) == (answer.label, answer.probabilities.positive)
    assert (kept.text, kept.characters, kept.tokens, kept.unknown_tokens) == ("so late 😡", 9, 2, 1)
    assert kept.sha256 == hashlib.sha256("so late 😡".encode()).hexdigest()
    assert (kept.topic, kept.foreign) == (None, None)


def test_what_the_text_is_like_is_recorded_where_the_model_says_it(settings: Settings) -> None:
    service = Service(msgspec.structs.replace(settings, model_dir=ROOT / "function_app" / "model"))
    service.telemetry = MemoryTelemetry()
    texts = ["they lost my bag", "perdieron mi maleta y nadie responde, que horror"]
    answers = service.predict_batch(PredictBatchRequest(texts)).predictions
    service.recorder.flush()
    english, spanish = (service.store.prediction(answer.id) for answer in answers)
    assert english is not None
    assert spanish is not None
    assert (english.foreign, spanish.foreign) == (False, True)
    assert english.topic == service.predictor().predict(["my bag is lost"]).topic[0]
    service.close()


def test_texts_are_not_kept_where_they_must_not_be(settings: Settings) -> None:
    service = Service(msgspec.structs.replace(settings, store_text=False))
    answer = service.predict(PredictRequest("private"))
    service.recorder.flush()
    kept = service.store.prediction(answer.id)
    assert kept is not None
    assert kept.text is None
    assert kept.characters == 7
    service.close()


def test_a_batch_answers_in_order_and_is_recorded(service: Service) -> None:
    texts = [f"{'love' if index % 3 else 'hate'} {'x ' * (index % 7)}" for index in range(150)]
    answer = service.predict_batch(PredictBatchRequest(texts))
    labels = [one.label for one in answer.predictions]
    assert labels == ["positive" if index % 3 else "negative" for index in range(150)]
    service.recorder.flush()
    rows, _ = service.store.predictions_after("", 1_000)
    assert [row.id for row in rows] == [one.id for one in answer.predictions]


def test_an_explanation_is_not_a_prediction_of_its_own(service: Service) -> None:
    answer = service.predict(PredictRequest("love this", explain=True))
    assert isinstance(answer.words, list)
    assert [word.word for word in answer.words] == ["love", "this"]
    service.recorder.flush()
    assert service.recorder.counts().recorded == 1


def test_feedback_a_moment_later_finds_its_prediction(service: Service) -> None:
    answer = service.predict(PredictRequest("love"))
    given, is_new = service.feedback(FeedbackRequest(answer.id, label="negative"), None)
    assert (given.matched, given.correct, is_new) == (True, False, True)


def test_feedback_on_a_prediction_that_was_sampled_out_matches_and_does_not_count_for_drift(
    settings: Settings,
) -> None:
    service = Service(msgspec.structs.replace(settings, prediction_sample=0.0))
    answer = service.predict(PredictRequest("love"))
    given, _ = service.feedback(FeedbackRequest(answer.id, label="negative"), None)
    assert (given.matched, given.correct) == (True, False)
    assert service.recorder.counts().sampled_out == 1
    report = service.check_drift()
    assert (report.samples, report.other_model) == (0, 0)
    service.close()


def test_feedback_on_a_prediction_that_never_comes_is_not_held_up(settings: Settings) -> None:
    service = Service(msgspec.structs.replace(settings, prediction_sample=0.0))
    started = time.monotonic()
    given, _ = service.feedback(FeedbackRequest(new_id(), correct=True), None)
    assert not given.matched
    assert time.monotonic() - started < ELSEWHERE_SECONDS / 2
    service.close()


def test_examples_wait_until_training_has_taken_them(service: Service) -> None:
    for count in (1, 2):
        answer, is_new = service.retrain(RetrainRequest(f"late {count}", "negative"), None)
        assert (answer.waiting, is_new) == (count, True)
    rows, cursor = service.store.examples_after("", 10)
    assert [(row.text, row.label, row.source) for row in rows] == [
        ("late 1", "negative", "retrain"),
        ("late 2", "negative", "retrain"),
    ]
    assert rows[0].sha256 == hashlib.sha256(b"late 1").hexdigest()
    service.store.put_state(TAKEN_STATE, cursor, None)
    assert service.retrain(RetrainRequest("late 3", "negative"), None)[0].waiting == 1


def test_retention_goes_on_until_nothing_old_is_left(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH_RECORDS", 10)
    kept = older(prediction(), days=89)
    service.store.add_predictions([kept, *(older(prediction(), days=91) for _ in range(25))])
    assert service.delete_expired() == 25
    assert service.store.predictions_after("", 100)[0] == [kept]
    assert service.delete_expired() == 0


def test_retention_leaves_the_rest_to_the_next_run_when_its_time_is_over(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH_RECORDS", 10)
    service.store.add_predictions([older(prediction(), days=3) for _ in range(25)])
    assert retention.delete_expired(service.store, days=2, most_seconds=0) == 10
    assert retention.delete_expired(service.store, days=2) == 15


def test_a_prediction_is_answered_while_the_store_is_away(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "place").write_text("a file where the folder should be")
    away = msgspec.structs.replace(settings, store_path=tmp_path / "place" / "store.sqlite3")
    service = Service(away)
    assert service.predict(PredictRequest("love")).label == "positive"
    found = service.health()
    assert (found.status, found.http_status, found.store.reachable) == ("unavailable", 503, False)
    assert found.model.loaded
    assert len(found.reasons) == 1
    service.close()


def test_a_model_that_does_not_load_is_tried_again_later(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(msgspec.structs.replace(settings, model_dir=tmp_path / "model"))
    with pytest.raises(ModelUnavailableError):
        service.predictor()
    write_bundle(tmp_path / "model")
    with pytest.raises(ModelUnavailableError):
        service.predictor()
    assert service.health().reasons == [
        "manifest.json in the model folder cannot be read (No such file or directory)"
    ]
    later = time.monotonic() + 6
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert service.predictor().version == VERSION
    monkeypatch.undo()
    assert service.health().http_status == 200
    service.close()


def test_a_drift_check_counts_what_was_just_predicted_and_sends_its_event(service: Service) -> None:
    service.predict_batch(PredictBatchRequest(["wonderful love"] * 40))
    report = service.check_drift()
    assert (report.status, report.samples) == ("drift", 40)
    assert isinstance(service.telemetry, MemoryTelemetry)
    (sent,) = service.telemetry.named("drift")
    assert (sent["drift"], sent["sentence"]) == ("true", report.sentence)


def test_loading_the_model_is_an_event_that_says_whether_a_caller_waited(service: Service) -> None:
    service.predictor()
    service.predictor()
    assert isinstance(service.telemetry, MemoryTelemetry)
    (sent,) = service.telemetry.named("model_loaded")
    assert (sent["model"], sent["cold_start"]) == (VERSION, "false")
    assert 0 < float(sent["load_seconds"]) < float(sent["process_seconds"]) < 3_600


def test_the_model_is_loaded_ahead_once_and_nobody_waited(service: Service) -> None:
    service.load_ahead()
    assert isinstance(service.telemetry, MemoryTelemetry)
    telemetry = service.telemetry
    wait_until(lambda: telemetry.named("model_loaded"), seconds=20)
    correlated(service.predictor)(context=LocalContext("predict", "an-id", LocalTraceContext("00-0-0-00")))
    (sent,) = telemetry.named("model_loaded")
    assert (sent["cold_start"], service._awaited) == ("false", False)


def test_a_caller_who_comes_while_it_is_loaded_ahead_waited(service: Service) -> None:
    call = correlated(service.predictor)
    context = LocalContext("predict", "an-id", LocalTraceContext("00-0-0-00"))
    caller = threading.Thread(target=call, kwargs={"context": context})
    with service._loading:
        caller.start()
        wait_until(lambda: service._awaited, seconds=20)
        service.load_ahead()
    caller.join()
    assert isinstance(service.telemetry, MemoryTelemetry)
    assert service.telemetry.named("model_loaded")[0]["cold_start"] == "true"


def test_a_model_that_cannot_be_loaded_ahead_is_told_to_each_caller(
    settings: Settings, tmp_path: Path
) -> None:
    service = Service(msgspec.structs.replace(settings, model_dir=tmp_path / "nothing"))
    service.load_ahead()
    wait_until(lambda: service._load_failure is not None, seconds=20)
    with pytest.raises(ModelUnavailableError):
        service.predict(PredictRequest("love it"))
    service.close()


def test_all_answers_are_summed_up_when_the_service_is_closed(settings: Settings) -> None:
    service, telemetry = Service(settings), MemoryTelemetry()
    service.telemetry = telemetry
    service.predict(PredictRequest("love it", explain=True))
    service.predict_batch(PredictBatchRequest(["the worst day"] * 5))
    service.stream("a-message", b'[{"text": "love"}, {"text": "hate"}]')
    service.close()
    (sent,) = telemetry.named("predictions")
    assert (sent["requests"], sent["count"], sent["negative"], sent["positive"]) == ("3", "8", "6", "2")
    assert 0 < float(sent["latency_p50_ms"]) <= float(sent["latency_p95_ms"]) < 5_000
    assert 0.5 < float(sent["mean_confidence"]) <= 1


def test_the_history_of_drift_is_newest_first(service: Service) -> None:
    assert msgspec.to_builtins(service.drift(limit=5, before=None)) == {
        "drift": False,
        "status": "insufficient_data",
        "history": [],
        "next": None,
    }
    for _ in range(3):
        service.check_drift()
    answer = msgspec.to_builtins(service.drift(limit=2, before=None))
    assert [one["sequence"] for one in answer["history"]] == [3, 2]
    assert answer["id"] == answer["history"][0]["id"]


def test_the_model_answer_is_the_manifest_with_the_limits(service: Service) -> None:
    answer = service.model()
    assert answer["metrics"] == {"held_out": {"accuracy": 0.9}}
    assert answer["limits"] == {"body_bytes": 262_144, "text_characters": 2_000, "batch_texts": 1_000}

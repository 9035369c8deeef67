"""Simulations with the shipped model: what it takes for drift, and what not."""

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from function_app.contract import PredictBatchRequest, SimulateRequest
from function_app.drift.shifts import corpus
from function_app.drift.simulation import SimulationAnswer
from function_app.errors import ConflictError, ForbiddenError
from function_app.service import Service
from function_app.settings import Settings
from tests.function_app.memory_telemetry import MemoryTelemetry

EXPECTED = {
    "topic": {"topic"},
    "class_balance": {"positive_rate"},
    "typos": {"confidence"},
    "language": {"language", "unknown_tokens"},
    "sarcasm": {"error_rate"},
}
"""Tests that must find a shift of this kind."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    path = tmp_path_factory.mktemp("simulation") / "store.sqlite3"
    environment = {"STORE_PATH": str(path), "ALLOW_DRIFT_SIMULATION": "true", "TELEMETRY": "off"}
    made = Service(Settings.from_environment(environment))
    made.telemetry = MemoryTelemetry()
    yield made
    made.close()


@pytest.fixture(scope="module")
def answers(service: Service) -> dict[str, SimulationAnswer]:
    """A strong shift of each kind."""
    return {kind: _run(service, kind, 0.8) for kind in EXPECTED}


def _run(service: Service, kind, strength: float, *, rows: int = 600, seed: int = 1) -> SimulationAnswer:
    return service.simulate_drift(SimulateRequest(kind=kind, strength=strength, rows=rows, seed=seed))


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_strong_shift_is_found_for_what_it_is(answers: dict[str, SimulationAnswer], kind: str) -> None:
    answer = answers[kind]
    assert answer.report.status == "drift"
    assert EXPECTED[kind] <= {*answer.report.moved}
    assert answer.sentence == answer.report.sentence
    assert answer.alarm_at is not None
    assert answer.delay == answer.alarm_at - answer.change_at <= 250
    assert 3 <= len({example.text for example in answer.report.examples}) <= 5


def test_examples_are_of_the_tweets_that_brought_the_change(answers: dict[str, SimulationAnswer]) -> None:
    for kind in ("topic", "language", "sarcasm"):
        brought = {tweet.text for tweet in corpus("general" if kind == "topic" else kind)}
        assert {example.text for example in answers[kind].report.examples} <= brought


def test_what_to_do_fits_the_shift(answers: dict[str, SimulationAnswer]) -> None:
    actions = {kind: answer.report.advice.action for kind, answer in answers.items()}
    assert actions.pop("class_balance") in ("nothing", "label")
    assert actions == {"topic": "label", "typos": "label", "language": "watch", "sarcasm": "retrain"}


def test_the_history_has_every_check_and_is_quiet_before_the_change(
    answers: dict[str, SimulationAnswer],
) -> None:
    for answer in answers.values():
        assert [one.tweets for one in answer.history] == list(range(50, 601, 50))
        assert answer.change_at == 150
        assert {one.status for one in answer.history if one.tweets <= 150} <= {"insufficient_data", "stable"}


@pytest.mark.parametrize("seed", range(4))
def test_a_shift_of_no_strength_raises_no_alarm(service: Service, seed: int) -> None:
    answer = _run(service, "topic", 0.0, rows=1_000, seed=seed)
    assert (answer.alarm_at, answer.delay, answer.report.status) == (None, None, "stable")


def test_the_same_seed_gives_the_same_course(service: Service, answers: dict[str, SimulationAnswer]) -> None:
    again = _run(service, "typos", 0.8)
    assert [one.log_e for one in again.history] == pytest.approx(
        [one.log_e for one in answers["typos"].history], abs=1e-6
    )
    assert _run(service, "typos", 0.8, seed=2).history != again.history


def test_it_leaves_no_trace_in_records_and_events(service: Service) -> None:
    _run(service, "language", 1.0, rows=100)
    service.recorder.flush()
    assert service.store.predictions_after("", 10)[0] == []
    assert service.store.feedback_after("", 10)[0] == []
    assert service.store.drift_reports(10) == []
    assert isinstance(service.telemetry, MemoryTelemetry)
    assert service.telemetry.named("drift") == []


def test_it_starts_from_recent_tweets_where_there_are_enough(tmp_path: Path) -> None:
    service = Service(
        Settings.from_environment({"STORE_PATH": str(tmp_path / "store.sqlite3"), "TELEMETRY": "off"})
    )
    airline, general = ([tweet.text for tweet in corpus(part)] for part in ("airline", "general"))
    service.predict_batch(PredictBatchRequest(airline))
    service.check_drift()
    service.predict_batch(PredictBatchRequest(general))
    service.recorder.flush()
    before = service.store.drift_reports(10)
    answer = _run(service, "sarcasm", 0.0, rows=200)
    assert (answer.base, answer.base_texts) == ("recent tweets", 150)
    assert service.store.drift_reports(10) == before
    service.close()


def test_one_runs_at_a_time(service: Service) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(3)

    def run() -> None:
        barrier.wait(10)
        try:
            _run(service, "typos", 1.0, rows=500)
        except ConflictError:
            outcomes.append("conflict")
        else:
            outcomes.append("done")

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["conflict", "conflict", "done"]


def test_it_must_be_allowed(service: Service) -> None:
    service.require_simulation()
    forbidding = Service(Settings.from_environment({"TELEMETRY": "off"}))
    with pytest.raises(ForbiddenError, match="ALLOW_DRIFT_SIMULATION"):
        forbidding.require_simulation()


def test_the_answer_is_json(answers: dict[str, SimulationAnswer]) -> None:
    for answer in answers.values():
        assert msgspec.json.decode(msgspec.json.encode(answer), type=SimulationAnswer) == answer

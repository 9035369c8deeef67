import multiprocessing
import sqlite3
import threading
from multiprocessing.synchronize import Barrier
from pathlib import Path

import msgspec
import pytest

from function_app.errors import ConflictError, KeyReusedError, StoreUnavailableError
from function_app.store import DriftReport, Idempotency
from function_app.store.records import DriftEffect, DriftEvidence
from function_app.store.sqlite import SqliteStore
from tests.function_app.samples import feedback, prediction


def report(*, model: str = "m", sequence: int = 1) -> DriftReport:
    return DriftReport(
        id="i",
        sequence=sequence,
        model=model,
        created="2026-01-01T00:00:00.000Z",
        status="stable",
        drift=False,
        samples=3,
        new_samples=3,
        other_model=0,
        evidence=DriftEvidence(log_e=0.5, alarm_at=4.6),
        effect=DriftEffect(total_variation=0.01, least=0.05),
        positive_rate=0.5,
        reference_positive_rate=0.5,
        positives=2,
        counts=[1, 2],
        cursor="3",
        sentence="All is well.",
    )


def test_a_prediction_comes_back_as_it_was(store: SqliteStore) -> None:
    kept = prediction(text="😡 مرحبا 'quoted'; --")
    bare = msgspec.structs.replace(prediction(), text=None)
    store.add_predictions([kept, bare])
    assert store.prediction(kept.id) == kept
    assert store.prediction(bare.id) == bare
    assert store.prediction("unknown") is None


def test_a_known_prediction_is_passed_over(store: SqliteStore) -> None:
    kept = prediction()
    store.add_predictions([kept])
    store.add_predictions([msgspec.structs.replace(kept, text="other"), prediction()])
    rows, _ = store.predictions_after("", 10)
    assert len(rows) == 2
    assert rows[0] == kept


def test_pages_cover_every_prediction_once_and_in_order(store: SqliteStore) -> None:
    kept = [prediction() for _ in range(25)]
    store.add_predictions(kept)
    seen, cursor = [], ""
    while True:
        rows, cursor = store.predictions_after(cursor, 10)
        if not rows:
            break
        seen.extend(rows)
    assert seen == kept
    late = prediction()
    store.add_predictions([late])
    assert store.predictions_after(cursor, 10)[0] == [late]


def test_the_same_key_and_content_give_the_first_answer(store: SqliteStore) -> None:
    key = Idempotency(key="k", fingerprint="f")
    first, second = feedback("p"), feedback("p")
    assert store.add_feedback(first, key) == (first, True)
    assert store.add_feedback(second, key) == (first, False)
    with pytest.raises(KeyReusedError):
        store.add_feedback(second, Idempotency(key="k", fingerprint="g"))
    rows, _ = store.feedback_after("", 10)
    assert [row for row, _ in rows] == [first]


def test_feedback_without_a_key_is_always_new(store: SqliteStore) -> None:
    assert store.add_feedback(feedback("p"), None)[1]
    assert store.add_feedback(feedback("p"), None)[1]
    assert len(store.feedback_after("", 10)[0]) == 2


def test_of_many_threads_with_one_key_one_adds(store_path: Path) -> None:
    store = SqliteStore(store_path)
    answers: list[tuple[str, bool]] = []

    def add() -> None:
        kept, is_new = store.add_feedback(feedback("p"), Idempotency(key="k", fingerprint="f"))
        answers.append((kept.id, is_new))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()
    assert len(answers) == 8
    assert len({one for one, _ in answers}) == 1
    assert sum(is_new for _, is_new in answers) == 1


def test_a_prediction_that_turns_up_later_is_joined(store: SqliteStore) -> None:
    late = prediction()
    early = feedback(late.id)
    store.add_feedback(early, None)
    assert store.feedback_after("", 10)[0] == [(early, None)]
    store.add_predictions([late])
    assert store.feedback_after("", 10)[0] == [(early, late)]


def test_a_model_has_one_report_of_each_number(store: SqliteStore) -> None:
    store.add_drift_report(report(sequence=1))
    with pytest.raises(ConflictError):
        store.add_drift_report(report(sequence=1))
    store.add_drift_report(report(sequence=2))
    store.add_drift_report(report(model="n", sequence=1))
    assert [(one.model, one.sequence) for one in store.drift_reports(10)] == [("n", 1), ("m", 2), ("m", 1)]
    assert store.drift_reports(1, "m") == [report(sequence=2)]


def test_a_locked_store_is_unavailable_and_recovers(store: SqliteStore, tmp_path: Path) -> None:
    store.add_predictions([prediction()])
    other = sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StoreUnavailableError):
            store.add_feedback(feedback("p"), None)
        with pytest.raises(StoreUnavailableError):
            store.check()
    finally:
        other.close()
    store.check()
    assert store.add_feedback(feedback("p"), None)[1]


def test_a_new_store_that_another_process_is_setting_up_is_waited_for(store_path: Path) -> None:
    other = sqlite3.connect(store_path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")  # for this lock SQLite's own waiting does not work while WAL is set
    store = SqliteStore(store_path)
    threading.Timer(0.2, other.close).start()
    store.check()
    store.close()


def test_a_store_whose_folder_cannot_be_made_recovers_when_it_can(tmp_path: Path) -> None:
    (tmp_path / "place").write_text("a file where the folder should be")
    store = SqliteStore(tmp_path / "place" / "store.sqlite3")
    with pytest.raises(StoreUnavailableError):
        store.check()
    (tmp_path / "place").unlink()
    store.add_predictions([prediction()])
    assert len(store.predictions_after("", 10)[0]) == 1
    store.close()


def test_a_store_file_that_was_replaced_is_opened_anew(store: SqliteStore, tmp_path: Path) -> None:
    store.add_predictions([prediction()])
    for path in tmp_path.glob("store.sqlite3*"):
        path.unlink()
    kept = prediction()
    store.add_predictions([kept])
    store.close()
    fresh = SqliteStore(tmp_path / "store.sqlite3")
    assert fresh.predictions_after("", 10)[0] == [kept]
    fresh.close()


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite3").write_bytes(b"something else" * 1_000)
    with pytest.raises(StoreUnavailableError):
        SqliteStore(tmp_path / "store.sqlite3").check()


def test_a_store_of_a_newer_app_is_left_alone(store: SqliteStore, tmp_path: Path) -> None:
    store.check()
    store.close()
    other = sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None)
    other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(StoreUnavailableError, match="newer version"):
        store.check()


def write_together(path: Path, barrier: Barrier, rows: int) -> None:
    """Adds predictions from a process of its own, that opens the file at the same moment as others."""
    store = SqliteStore(path)
    barrier.wait(60)
    for _ in range(rows):
        store.add_predictions([prediction()])
    store.close()


@pytest.mark.parametrize("attempt", range(3))
def test_processes_that_open_a_new_store_together_lose_nothing(tmp_path: Path, attempt: int) -> None:
    context = multiprocessing.get_context("spawn")
    path, barrier = tmp_path / f"deep-{attempt}" / "store.sqlite3", context.Barrier(4)
    processes = [context.Process(target=write_together, args=(path, barrier, 20)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    store = SqliteStore(path)
    assert len(store.predictions_after("", 1_000)[0]) == 80
    store.close()


def test_threads_share_a_store(store_path: Path) -> None:
    store = SqliteStore(store_path)

    def add() -> None:
        for _ in range(20):
            store.add_predictions([prediction()])
            store.drift_reports(1)

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.predictions_after("", 1_000)[0]) == 120
    store.close()

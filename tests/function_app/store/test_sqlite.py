import multiprocessing
import sqlite3
import threading
from multiprocessing.synchronize import Barrier
from pathlib import Path

import msgspec
import pytest

from function_app.errors import StoreUnavailableError
from function_app.store.schema import MIGRATIONS
from function_app.store.sqlite import SqliteStore
from tests.function_app.samples import example, feedback, prediction, report

SAME_REPORTS = 3
"""The version from which drift reports are what they are now; older ones are dropped."""


def test_predictions_come_in_the_order_of_commits(store: SqliteStore) -> None:
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


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_a_file_of_an_older_version_is_brought_up_to_date(store_path: Path, version: int) -> None:
    old = sqlite3.connect(store_path, isolation_level=None)
    for step in MIGRATIONS[:version]:
        for statement in step:
            old.execute(statement)
    old.execute(f"PRAGMA user_version = {version}")
    known, said = prediction(), feedback("p")
    for table, record in (("predictions", known), ("feedback", said)):
        columns = [row[1] for row in old.execute(f"PRAGMA table_info({table})")]
        values = {name: getattr(record, name) for name in columns if hasattr(record, name)}
        names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
        old.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))
    reported = report(created="2020-01-01T00:00:00.000Z")
    for sequence in (1, 2):
        one = msgspec.structs.replace(reported, sequence=sequence)
        body = msgspec.json.encode(one).decode()
        if version < SAME_REPORTS:
            names = "model, sequence, report"
            values = (one.model, sequence, body)
        else:
            names = "position, model, created, report, state"
            values = (sequence, one.model, one.created, body, "")
        old.execute(f"INSERT INTO drift_reports ({names}) VALUES ({', '.join('?' * len(values))})", values)
    old.close()
    store = SqliteStore(store_path)
    assert store.predictions_after("", 10)[0] == [known]
    assert store.feedback_after("", 10)[0] == [(said, None)]
    assert store.count_examples() == 0
    kept = [] if version < SAME_REPORTS else [2, 1]
    assert [one.sequence for one in store.drift_reports(10)] == kept
    store.close()


def test_examples_in_a_new_file_are_counted_anew(store_path: Path) -> None:
    store = SqliteStore(store_path)
    for _ in range(3):
        store.add_example(example(), None)
    assert store.count_examples() == 3
    store.close()
    for file in store_path.parent.glob(f"{store_path.name}*"):
        file.unlink()
    store.add_example(example(), None)
    assert store.count_examples() == 1
    store.close()

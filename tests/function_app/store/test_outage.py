"""The SQLite file while it cannot be written: found out, and waited for by few."""

import sqlite3
import time
from pathlib import Path

import pytest

from function_app.errors import StoreUnavailableError
from function_app.store.sqlite import SqliteStore
from tests.function_app.samples import feedback


def test_who_comes_while_a_lock_lasts_does_not_wait_as_long_as_the_first(store_path: Path) -> None:
    store = SqliteStore(store_path, busy_seconds=1.0)
    store.check()
    other = sqlite3.connect(store_path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    started = time.monotonic()
    for _ in range(11):
        with pytest.raises(StoreUnavailableError):
            store.add_feedback(feedback("p"), None)
    assert time.monotonic() - started < 5  # not eleven times a second
    other.close()
    assert store.add_feedback(feedback("p"), None)[1]
    store.close()


def test_a_check_writes_because_a_full_disk_still_grants_its_locks(
    store: SqliteStore, store_path: Path
) -> None:
    store.check()
    other = sqlite3.connect(store_path)
    before = other.execute("PRAGMA data_version").fetchone()
    store.check()
    assert other.execute("PRAGMA data_version").fetchone() != before
    other.close()

"""The embedded store: one SQLite file in WAL mode, shared by threads and processes."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from function_app.errors import ConflictError, KeyReusedError, StoreUnavailableError
from function_app.store.records import DriftReport, Feedback, Idempotency, Prediction
from function_app.store.schema import migrate

BUSY_SECONDS = 2.0
"""How long a statement waits for another process's lock before the store counts as unavailable."""

_WAL_RETRY_SECONDS = 0.01
_PREDICTION_FIELDS = Prediction.__struct_fields__
_FEEDBACK_FIELDS = Feedback.__struct_fields__
_PREDICTION_COLUMNS = ", ".join(f"p.{name}" for name in _PREDICTION_FIELDS)
_FEEDBACK_COLUMNS = ", ".join(f"f.{name}" for name in _FEEDBACK_FIELDS)
_ADD_PREDICTION = (
    f"INSERT OR IGNORE INTO predictions ({', '.join(_PREDICTION_FIELDS)})"  # noqa: S608 - names of our own
    f" VALUES ({', '.join('?' * len(_PREDICTION_FIELDS))})"
)
_ADD_FEEDBACK = (
    f"INSERT INTO feedback ({', '.join(_FEEDBACK_FIELDS)}, key, fingerprint)"  # noqa: S608 - names of our own
    f" VALUES ({', '.join('?' * (len(_FEEDBACK_FIELDS) + 2))})"
)


@dataclass(frozen=True)
class _Link:
    """An open connection and the file (device, inode) that it holds open."""

    connection: sqlite3.Connection
    file: tuple[int, int]


class SqliteStore:
    """See `Store`. Connections are opened when needed, used by one thread at a time and kept for the next.

    After an error all are closed, so a file that was locked, moved or full is tried afresh by the next call.
    """

    kind = "sqlite"

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._lock = threading.Lock()
        self._idle: list[_Link] = []

    def add_predictions(self, rows: Sequence[Prediction]) -> None:
        """Adds predictions, all or none; those whose id is known are passed over."""
        with self._transaction() as connection:
            connection.executemany(_ADD_PREDICTION, [msgspec.structs.astuple(row) for row in rows])

    def prediction(self, prediction_id: str) -> Prediction | None:
        """The prediction of that id."""
        with self._connection() as connection:
            row = connection.execute(
                f"SELECT {_PREDICTION_COLUMNS} FROM predictions p WHERE p.id = ?",  # noqa: S608
                (prediction_id,),
            ).fetchone()
        return None if row is None else _prediction(row)

    def predictions_after(self, cursor: str, limit: int) -> tuple[list[Prediction], str]:
        """Up to `limit` predictions in the order they were added, and the cursor behind the last of them."""
        with self._connection() as connection:
            rows = connection.execute(
                f"SELECT {_PREDICTION_COLUMNS}, p.position FROM predictions p"  # noqa: S608
                " WHERE p.position > ? ORDER BY p.position LIMIT ?",
                (int(cursor or 0), limit),
            ).fetchall()
        return [_prediction(row) for row in rows], str(rows[-1][-1]) if rows else cursor

    def add_feedback(self, feedback: Feedback, idempotency: Idempotency | None) -> tuple[Feedback, bool]:
        """Adds feedback durably, or finds what the key added before; says what is kept, and if it is new.

        Raises `KeyReusedError` when the key was used with another fingerprint.
        """
        key = None if idempotency is None else idempotency.key
        fingerprint = None if idempotency is None else idempotency.fingerprint
        with self._transaction() as connection:
            known = connection.execute(
                f"SELECT {_FEEDBACK_COLUMNS}, f.fingerprint FROM feedback f WHERE f.key = ?",  # noqa: S608
                (key,),
            ).fetchone()
            if known is not None and known[-1] != fingerprint:
                raise KeyReusedError(
                    "Idempotency-Key: the key of an earlier request was given; a new request needs a new key"
                )
            if known is not None:
                return _feedback(known), False
            connection.execute(_ADD_FEEDBACK, (*msgspec.structs.astuple(feedback), key, fingerprint))
        return feedback, True

    def feedback_after(self, cursor: str, limit: int) -> tuple[list[tuple[Feedback, Prediction | None]], str]:
        """Like `predictions_after`, for feedback, each with its prediction if it is known by now."""
        with self._connection() as connection:
            rows = connection.execute(
                f"SELECT {_FEEDBACK_COLUMNS}, {_PREDICTION_COLUMNS}, f.position FROM feedback f"  # noqa: S608
                " LEFT JOIN predictions p ON p.id = f.prediction_id"
                " WHERE f.position > ? ORDER BY f.position LIMIT ?",
                (int(cursor or 0), limit),
            ).fetchall()
        width = len(_FEEDBACK_FIELDS)
        found = [(_feedback(row), _prediction(row[width:]) if row[width] else None) for row in rows]
        return found, str(rows[-1][-1]) if rows else cursor

    def add_drift_report(self, report: DriftReport) -> None:
        """Appends a report. Raises `ConflictError` when its model already has one of its sequence number."""
        row = (report.model, report.sequence, msgspec.json.encode(report).decode())
        with self._transaction() as connection:
            try:
                connection.execute(
                    "INSERT INTO drift_reports (model, sequence, report) VALUES (?, ?, ?)", row
                )
            except sqlite3.IntegrityError as error:
                raise ConflictError("Another drift check has reported meanwhile") from error

    def drift_reports(self, limit: int, model: str | None = None) -> list[DriftReport]:
        """The last reports, newest first, of one model or of all."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT report FROM drift_reports WHERE ?1 IS NULL OR model = ?1"
                " ORDER BY position DESC LIMIT ?2",
                (model, limit),
            ).fetchall()
        return [msgspec.json.decode(row[0], type=DriftReport) for row in rows]

    def check(self) -> None:
        """Raises `StoreUnavailableError` unless the store can be read and written."""
        with self._transaction():
            pass

    def close(self) -> None:
        """Closes the connections that no thread is using; a later call opens new ones."""
        with self._lock:
            idle, self._idle = self._idle, []
        for link in idle:
            link.connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for one thread; what was not committed when something fails inside is undone."""
        try:
            link = self._take()
            try:
                yield link.connection
            except BaseException:
                link.connection.close()
                raise
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise StoreUnavailableError(f"The store cannot be reached ({type(error).__name__})") from error
        with self._lock:
            self._idle.append(link)

    def _take(self) -> _Link:
        while True:
            with self._lock:
                link = self._idle.pop() if self._idle else None
            if link is None:
                return self._open()
            with suppress(OSError):
                if link.file == _file(self._path):
                    return link
            link.connection.close()

    def _open(self) -> _Link:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self._path, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False
        )
        try:
            self._use_wal(connection)
            connection.execute("PRAGMA synchronous = FULL")
            migrate(connection)
            return _Link(connection, _file(self._path))
        except BaseException:
            connection.close()
            raise

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        """Sets WAL mode; SQLite does not wait for the lock here when others open a new file meanwhile."""
        give_up = time.monotonic() + self._busy_seconds
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(_WAL_RETRY_SECONDS)


def _file(path: Path) -> tuple[int, int]:
    found = os.stat(path)  # noqa: PTH116 - a text path or a Path alike
    return found.st_dev, found.st_ino


def _prediction(row: tuple[object, ...]) -> Prediction:
    return msgspec.convert(dict(zip(_PREDICTION_FIELDS, row, strict=False)), Prediction)


def _feedback(row: tuple[object, ...]) -> Feedback:
    return msgspec.convert(dict(zip(_FEEDBACK_FIELDS, row, strict=False)), Feedback, strict=False)

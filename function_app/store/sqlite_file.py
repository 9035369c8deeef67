"""The SQLite file behind the embedded store: its connections, and what happens when it cannot be reached."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from function_app.errors import StoreUnavailableError
from function_app.store.schema import migrate
from function_app.store.turns import Turns

BUSY_SECONDS = 2.0
"""How long a statement waits for another process's lock before the store counts as unavailable."""

HURRY_SECONDS = 0.1
"""How long it waits when the one before waited in vain, so that few threads wait in a long outage."""

_WAL_RETRY_SECONDS = 0.01

_LOCK_RETRY_SECONDS = 0.001


@dataclass(frozen=True)
class _Link:
    """An open connection and the file (device, inode) that it holds open."""

    connection: sqlite3.Connection
    file: tuple[int, int]


class SqliteFile:
    """Connections are opened when needed, used by one thread at a time and kept for the next.

    Threads that write take turns here and not at the file: those who wait for SQLite's own lock ask for it
    ever more rarely, and some in vain until their time is up, while others write again and again.

    After an error all are closed, so a file that was locked, moved or full is tried afresh by the next call.
    """

    def __init__(self, path: Path, *, busy_seconds: float) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._lock = threading.Lock()
        self._turns = Turns()
        self._idle: list[_Link] = []
        self._waited_in_vain = False

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection that holds the write lock; commits at the end. Raises `StoreUnavailableError`."""
        seconds = min(HURRY_SECONDS, self._busy_seconds) if self._waited_in_vain else self._busy_seconds
        give_up = time.monotonic() + seconds
        with self._turns.turn(seconds), self.connection() as connection:
            self._begin(connection, give_up)
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for one thread; what was not committed when something fails inside is undone.

        Raises `StoreUnavailableError`.
        """
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

    def close(self) -> None:
        """Closes the connections that no thread is using; a later call opens new ones."""
        with self._lock:
            idle, self._idle = self._idle, []
        for link in idle:
            link.connection.close()

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

    def _begin(self, connection: sqlite3.Connection, give_up: float) -> None:
        """Takes the file's write lock, asking often enough to get it between another process's writes."""
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            _insist(connection, "BEGIN IMMEDIATE", give_up, every=_LOCK_RETRY_SECONDS)
        except sqlite3.OperationalError:
            self._waited_in_vain = True
            raise
        self._waited_in_vain = False
        connection.execute(f"PRAGMA busy_timeout = {round(1000 * self._busy_seconds)}")

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        """Sets WAL mode; SQLite does not wait for the lock here when others open a new file meanwhile."""
        give_up = time.monotonic() + self._busy_seconds
        _insist(connection, "PRAGMA journal_mode = WAL", give_up, every=_WAL_RETRY_SECONDS)


def _insist(connection: sqlite3.Connection, statement: str, give_up: float, *, every: float) -> None:
    """Executes a statement, again and again while another one holds the lock, until the time to give up."""
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > give_up:
                raise
            time.sleep(every)


def _is_busy(error: sqlite3.Error) -> bool:
    """Whether another one holds the lock, so that waiting helps; the rest of the code says which lock."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _file(path: Path) -> tuple[int, int]:
    found = os.stat(path)  # noqa: PTH116 - a text path or a Path alike
    return found.st_dev, found.st_ino

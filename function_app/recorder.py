"""The buffer between answering and recording: a prediction never waits for the store, nor fails with it."""

import atexit
import itertools
import logging
import threading
from collections import deque
from collections.abc import Sequence

import msgspec

from function_app.errors import StoreUnavailableError
from function_app.store import Prediction, Store

CAPACITY = 10_000
"""Rows that may wait. More are dropped and counted."""

FLUSH_ROWS = 500
FLUSH_SECONDS = 0.25
RETRY_SECONDS = 1.0

_logger = logging.getLogger(__name__)


class RecorderCounts(msgspec.Struct, frozen=True):
    """Predictions written to the store, dropped, and waiting in this process."""

    recorded: int
    dropped: int
    waiting: int


class Recorder:
    """Writes predictions to the store from a thread of its own, which starts with the first of them.

    Rows are written when `FLUSH_ROWS` wait or the first of them has waited `FLUSH_SECONDS`. While the store
    is away they are kept, up to `capacity`, and tried again every `RETRY_SECONDS`.
    """

    def __init__(self, store: Store, *, capacity: int = CAPACITY) -> None:
        self._store = store
        self._capacity = capacity
        self._waiting: deque[Prediction] = deque()
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._outage = False
        self._recorded = 0
        self._dropped = 0

    def record(self, rows: Sequence[Prediction]) -> None:
        """Takes rows over and returns at once; what finds no room is dropped and counted."""
        with self._changed:
            room = max(0, self._capacity - len(self._waiting))
            self._waiting.extend(rows[:room])
            self._dropped += max(0, len(rows) - room)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
                self._thread.start()
                atexit.register(self.close)
            self._changed.notify_all()

    def flush(self) -> bool:
        """Writes what waits, in the calling thread. False when the store is away; the rows then wait on."""
        with self._writing:
            left = self.counts().waiting  # rows that come meanwhile are for the next flush
            while left > 0:
                rows = self._next_rows()
                if not self._write(rows):
                    return False
                left -= len(rows)
        return True

    def close(self) -> None:
        """Stops the thread and writes what waits; rows that the store does not take now are dropped."""
        atexit.unregister(self.close)
        with self._changed:
            self._closed = True
            thread, self._thread = self._thread, None
            self._changed.notify_all()
        if thread is not None:
            thread.join()
        if not self.flush():
            with self._changed:
                self._dropped += len(self._waiting)
                _logger.warning("%d predictions could not be recorded before the end", len(self._waiting))
                self._waiting.clear()

    def counts(self) -> RecorderCounts:
        """How many predictions were recorded, were dropped, and wait."""
        with self._changed:
            return RecorderCounts(self._recorded, self._dropped, len(self._waiting))

    def _run(self) -> None:
        while self._await_rows():
            if not self.flush():
                with self._changed:
                    self._changed.wait_for(lambda: self._closed, RETRY_SECONDS)

    def _await_rows(self) -> bool:
        """Waits until it is time to write. False when the recorder is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting)
            self._changed.wait_for(lambda: self._closed or len(self._waiting) >= FLUSH_ROWS, FLUSH_SECONDS)
            return not self._closed

    def _next_rows(self) -> list[Prediction]:
        with self._changed:
            return list(itertools.islice(self._waiting, FLUSH_ROWS))

    def _write(self, rows: list[Prediction]) -> bool:
        """Writes the rows at the head of the buffer and takes them off it."""
        try:
            self._store.add_predictions(rows)
        except StoreUnavailableError as error:
            if not self._outage:
                _logger.warning("Predictions wait: %s", error.detail)
            self._outage = True
            return False
        except Exception as error:  # noqa: BLE001 - rows that can never be written must not block the others
            _logger.error("%d predictions cannot be recorded (%s)", len(rows), type(error).__qualname__)
            self._take_off(rows, recorded=False)
            return True
        if self._outage:
            _logger.warning("Predictions are recorded again")
        self._outage = False
        self._take_off(rows, recorded=True)
        return True

    def _take_off(self, rows: list[Prediction], *, recorded: bool) -> None:
        with self._changed:
            for _ in rows:
                self._waiting.popleft()
            if recorded:
                self._recorded += len(rows)
            else:
                self._dropped += len(rows)

"""The buffer between answering and recording: a prediction never waits for the store, nor fails with it."""

import atexit
import itertools
import logging
import threading
from collections.abc import Sequence

import msgspec

from function_app.errors import StoreUnavailableError
from function_app.invocation import Invocation, current, run_for
from function_app.store import Prediction, Store

CAPACITY = 10_000
"""Rows that may wait. More are dropped and counted."""

SET_ASIDE = 10_000
"""Rows that were sampled out and are remembered, in case that feedback comes on them."""

FLUSH_ROWS = 500
FLUSH_SECONDS = 0.25
RETRY_SECONDS = 1.0

_logger = logging.getLogger(__name__)


class RecorderCounts(msgspec.Struct, frozen=True):
    """Predictions written to the store, dropped, waiting, and sampled out in this process."""

    recorded: int
    dropped: int
    waiting: int
    sampled_out: int = 0


def is_sampled(prediction_id: str, share: float) -> bool:
    """Whether a share of all predictions holds this one: the same answer in every instance.

    >>> [is_sampled("0192f0c1-2345-7abc-8def-7fffffff89ab", share) for share in (0.49, 0.51, 1.0)]
    [False, True, True]
    """
    return int(prediction_id[-12:-4], 16) < share * 2**32


class Recorder:
    """Writes predictions to the store from a thread of its own, which starts with the first of them.

    Rows are written when `FLUSH_ROWS` wait or the first of them has waited `FLUSH_SECONDS`. While the store
    is away they are kept, up to `capacity`, and tried again every `RETRY_SECONDS`. Of all rows `share` is
    recorded; the last `SET_ASIDE` others are remembered for `bring`. The thread's log lines carry the id of
    the last invocation that recorded something.
    """

    def __init__(self, store: Store, *, share: float = 1.0, capacity: int = CAPACITY) -> None:
        self._store = store
        self._share = share
        self._capacity = capacity
        self._waiting: dict[str, Prediction] = {}
        self._set_aside: dict[str, Prediction] = {}
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._cause: Invocation | None = None
        self._closed = False
        self._outage = False
        self._overflow = False
        self._recorded = 0
        self._dropped = 0
        self._sampled_out = 0

    def record(self, rows: Sequence[Prediction]) -> None:
        """Takes rows over and returns at once; what finds no room is dropped and counted."""
        sampled = [row for row in rows if is_sampled(row.id, self._share)]
        with self._changed:
            if len(sampled) < len(rows):
                self._put_aside([row for row in rows if not is_sampled(row.id, self._share)])
            if not sampled:
                return
            is_first = not self._waiting
            room = max(0, self._capacity - len(self._waiting))
            self._waiting.update((row.id, row) for row in sampled[:room])
            self._cause = current() or self._cause
            if len(sampled) > room:
                self._dropped += len(sampled) - room
                if not self._overflow:
                    _logger.warning("Predictions are dropped: %d wait for the store", len(self._waiting))
                self._overflow = True
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
                self._thread.start()
                atexit.register(self.close)
            # In between it has nothing to do: waking it for each row would take from the requests.
            if is_first or len(self._waiting) >= FLUSH_ROWS:
                self._changed.notify_all()

    def set_aside(self, rows: Sequence[Prediction]) -> None:
        """Remembers rows that are recorded only if feedback comes on them; see `bring`."""
        with self._changed:
            self._put_aside(rows)

    def bring(self, prediction_id: str) -> bool:
        """Writes the prediction now if it waits here or was sampled out. False if the store never gets it.

        Raises `StoreUnavailableError`.
        """
        with self._changed:
            waits = prediction_id in self._waiting
            aside = self._set_aside.get(prediction_id)
        if aside is not None:
            self._store.add_predictions([msgspec.structs.replace(aside, sampled=False)])
        elif waits:
            self.flush()
        return aside is not None or is_sampled(prediction_id, self._share)

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
            return RecorderCounts(self._recorded, self._dropped, len(self._waiting), self._sampled_out)

    def _run(self) -> None:
        while self._await_rows():
            if not run_for(self._cause, self.flush):
                with self._changed:
                    self._changed.wait_for(lambda: self._closed, RETRY_SECONDS)

    def _await_rows(self) -> bool:
        """Waits until it is time to write. False when the recorder is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting)
            self._changed.wait_for(lambda: self._closed or len(self._waiting) >= FLUSH_ROWS, FLUSH_SECONDS)
            return not self._closed

    def _put_aside(self, rows: Sequence[Prediction]) -> None:
        self._sampled_out += len(rows)
        self._set_aside.update((row.id, row) for row in rows)
        for oldest in list(itertools.islice(self._set_aside, max(0, len(self._set_aside) - SET_ASIDE))):
            del self._set_aside[oldest]

    def _next_rows(self) -> list[Prediction]:
        with self._changed:
            return list(itertools.islice(self._waiting.values(), FLUSH_ROWS))

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
            for row in rows:
                self._waiting.pop(row.id, None)
            # Warned again only after the buffer has emptied somewhat, not at each batch of an overload.
            self._overflow = self._overflow and len(self._waiting) > self._capacity // 2
            if recorded:
                self._recorded += len(rows)
            else:
                self._dropped += len(rows)

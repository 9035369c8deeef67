"""Whose turn it is to write."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from function_app.errors import StoreUnavailableError


class Turns:
    """A lock that threads get in the order in which they asked for it.

    `threading.Lock` lets whoever has just released it take it again before those who wait: a thread that
    writes batch after batch would keep all others out.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[threading.Lock] = deque()
        """A closed gate for each thread that waits; the first one is open."""

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Waits for the turn, and has it inside. Raises `StoreUnavailableError` after so many seconds."""
        gate = threading.Lock()
        gate.acquire()
        with self._lock:
            self._queue.append(gate)
            if self._queue[0] is gate:
                gate.release()
        try:
            if not gate.acquire(timeout=seconds):
                raise StoreUnavailableError("The store cannot be reached (others write for too long)")
            yield
        finally:
            self._leave(gate)

    def _leave(self, gate: threading.Lock) -> None:
        with self._lock:
            had_turn = self._queue[0] is gate
            self._queue.remove(gate)
            if had_turn and self._queue:
                self._queue[0].release()

"""What an instance answered, summed up to one event a minute."""

import atexit
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from function_app.events import PredictionsEvent
from function_app.invocation import Invocation, current, run_for
from function_app.store import Prediction

WINDOW_SECONDS = 60.0

MOST_LATENCIES = 10_000
"""Calls whose latency is kept; of more, the last ones."""


class PredictionSummary:
    """Counts answers; `WINDOW_SECONDS` after the first of them, or at the end, sends their event.

    `dropped` tells how many predictions were dropped since the start of the process. May be used from several
    threads at once.
    """

    def __init__(
        self,
        send: Callable[[PredictionsEvent], None],
        *,
        dropped: Callable[[], int],
        window_seconds: float = WINDOW_SECONDS,
    ) -> None:
        self._send = send
        self._dropped = dropped
        self._dropped_before = 0
        self._seconds = window_seconds
        self._lock = threading.Lock()
        self._window: _Window | None = None
        self._timer: threading.Timer | None = None

    def add(self, rows: Sequence[Prediction], *, seconds: float) -> None:
        """Counts the answers of one call, which took `seconds`."""
        with self._lock:
            if self._window is None:
                self._window = _Window()
                self._timer = threading.Timer(self._seconds, self.send)
                self._timer.daemon = True
                self._timer.start()
                atexit.register(self.send)
            self._window.add(rows, seconds)

    def send(self) -> None:
        """Sends the event of what was counted, if there is any, and starts afresh."""
        with self._lock:
            window, self._window = self._window, None
            timer, self._timer = self._timer, None
            dropped = self._dropped()
            new, self._dropped_before = dropped - self._dropped_before, dropped
        atexit.unregister(self.send)
        if timer is not None:
            timer.cancel()
        if window is not None:
            event = window.event(dropped=new)
            run_for(window.cause, lambda: self._send(event))


class _Window:
    def __init__(self) -> None:
        self._started = time.monotonic()
        self._latencies: deque[float] = deque(maxlen=MOST_LATENCIES)
        self._requests = 0
        self._negative = 0
        self._positive = 0
        self._confidence = 0.0
        self._tokens = 0
        self._unknown_tokens = 0
        self._foreign = 0
        self._judged = 0
        self._model = ""
        self.cause: Invocation | None = None

    def add(self, rows: Sequence[Prediction], seconds: float) -> None:
        self.cause = current()
        self._model = rows[-1].model
        self._requests += 1
        self._latencies.append(1000 * seconds)
        for row in rows:
            self._negative += row.label == "negative"
            self._positive += row.label == "positive"
            self._confidence += row.confidence
            self._tokens += row.tokens
            self._unknown_tokens += row.unknown_tokens
            self._foreign += row.foreign is True
            self._judged += row.foreign is not None

    def event(self, *, dropped: int) -> PredictionsEvent:
        count = self._negative + self._positive
        p50, p95 = np.percentile(np.array(self._latencies), [50, 95])
        return PredictionsEvent(
            model=self._model,
            seconds=time.monotonic() - self._started,
            requests=self._requests,
            count=count,
            negative=self._negative,
            positive=self._positive,
            mean_confidence=self._confidence / count,
            latency_p50_ms=float(p50),
            latency_p95_ms=float(p95),
            unknown_token_share=self._unknown_tokens / max(1, self._tokens),
            foreign_share=self._foreign / self._judged if self._judged else None,
            dropped=dropped,
        )

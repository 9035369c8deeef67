"""Many writers at one SQLite file: threads of one process, or of two."""

import multiprocessing
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np

from function_app.errors import StoreUnavailableError
from function_app.store.sqlite import SqliteStore
from tests.function_app.samples import feedback, prediction

PREDICTIONS_AT_ONCE = 50
FEEDBACKS_A_TURN = 9
"""Of ten writes nine are feedback, which waits for the disk alone, and one is predictions in a batch."""

_SPAWN = multiprocessing.get_context("spawn")
_PAGE = 10_000
_START_SECONDS = 120


@dataclass
class Written:
    """What writers did: milliseconds of each write, and how many records of a kind were acknowledged."""

    milliseconds: list[float] = field(default_factory=list)
    acknowledged: Counter[str] = field(default_factory=Counter)
    refused: int = 0

    def take(self, other: "Written") -> None:
        """Adds what others did."""
        self.milliseconds += other.milliseconds
        self.acknowledged += other.acknowledged
        self.refused += other.refused

    def percentile(self, share: float) -> float:
        """Milliseconds that this share, in hundredths, of the writes took at most."""
        return float(np.percentile(self.milliseconds, share))


def write_together(path: Path, *, threads: int, processes: int, seconds: float) -> Written:
    """Lets so many threads in each of so many processes write for a time, at least once, and fast."""
    if processes == 1:
        return _threads(path, threads, seconds)
    barrier = _SPAWN.Barrier(processes)
    pipes = [_SPAWN.Pipe(duplex=False) for _ in range(processes)]
    started = [
        _SPAWN.Process(target=_process, args=(path, threads, seconds, barrier, sender)) for _, sender in pipes
    ]
    for process in started:
        process.start()
    written = Written()
    for receiver, sender in pipes:
        sender.close()  # so that a process that ends without an answer is not waited for
        written.take(receiver.recv())
    for process in started:
        process.join()
    return written


def lost(path: Path, written: Written) -> int:
    """How many of the acknowledged records are not in the store."""
    store = SqliteStore(path)
    kept: Counter[str] = Counter()
    for kind, page in (("predictions", store.predictions_after), ("feedback", store.feedback_after)):
        cursor, rows = "", True
        while rows:
            found, cursor = page(cursor, _PAGE)
            kept[kind] += len(found)
            rows = bool(found)
    store.close()
    return sum((written.acknowledged - kept).values())


def _process(path: Path, threads: int, seconds: float, barrier: Barrier, sender: Connection) -> None:
    barrier.wait(_START_SECONDS)
    sender.send(_threads(path, threads, seconds))


def _threads(path: Path, count: int, seconds: float) -> Written:
    store = SqliteStore(path)
    store.check()
    until = time.monotonic() + seconds
    each = [Written() for _ in range(count)]
    threads = [threading.Thread(target=_write, args=(store, until, one)) for one in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()
    written = Written()
    for one in each:
        written.take(one)
    return written


def _write(store: SqliteStore, until: float, written: Written) -> None:
    number = 0
    while not number or time.monotonic() < until:
        number += 1
        is_batch = number % (FEEDBACKS_A_TURN + 1) == 0
        rows = [prediction() for _ in range(PREDICTIONS_AT_ONCE if is_batch else 0)]
        said = feedback("no prediction")
        start = time.perf_counter()
        try:
            if is_batch:
                store.add_predictions(rows)
            else:
                store.add_feedback(said, None)
        except StoreUnavailableError:
            written.refused += 1
        else:
            written.acknowledged["predictions" if is_batch else "feedback"] += len(rows) or 1
        written.milliseconds.append(1000 * (time.perf_counter() - start))

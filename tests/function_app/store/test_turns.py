"""Whoever writes on and on lets others write too, in the same process and in another one."""

import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from function_app.errors import StoreUnavailableError
from function_app.store.sqlite import SqliteStore
from function_app.store.turns import Turns
from tests.function_app.samples import feedback, prediction
from tests.function_app.waiting import wait_until

BATCH = 500
WRITES = 20
HELD_SECONDS = 0.005
FREE_SECONDS = 0.0001


def write_until(stop: Event, writing: Event, path: Path) -> None:
    """Takes the file's lock again shortly after it has let go of it, as one does who writes all the time."""
    store = SqliteStore(path)
    while not stop.is_set():
        with store._file.transaction():
            writing.set()
            time.sleep(HELD_SECONDS)
        time.sleep(FREE_SECONDS)
    store.close()


@contextmanager
def busy_process(path: Path) -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    stop, writing = context.Event(), context.Event()
    process = context.Process(target=write_until, args=(stop, writing, path))
    process.start()
    try:
        assert writing.wait(30)
        yield
        assert process.is_alive()
    finally:
        stop.set()
        process.join(30)


def test_another_process_that_writes_on_and_on_lets_this_one_write(store_path: Path) -> None:
    store = SqliteStore(store_path)
    with busy_process(store_path):
        kept = [store.add_feedback(feedback("p"), None)[0] for _ in range(WRITES)]
    assert [said for said, _ in store.feedback_after("", 100)[0]] == kept
    store.close()


def test_a_thread_that_writes_on_and_on_lets_others_write(store_path: Path) -> None:
    store = SqliteStore(store_path, busy_seconds=1.0)
    store.check()
    stop = threading.Event()
    rows = [prediction() for _ in range(BATCH)]

    def write() -> None:
        while not stop.is_set():
            store.add_predictions(rows)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        kept = [store.add_feedback(feedback("p"), None)[0] for _ in range(WRITES)]
        assert thread.is_alive()
    finally:
        stop.set()
        thread.join()
    assert [said for said, _ in store.feedback_after("", 100)[0]] == kept
    store.close()


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    turns, came = Turns(), []
    asked: list[threading.Event] = []

    def take(number: int) -> None:
        asked[number].set()
        with turns.turn(10):
            came.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(5)]
    with turns.turn(10):
        for number, thread in enumerate(threads):
            asked.append(threading.Event())
            thread.start()
            wait_until(lambda waiting=number + 2: len(turns._queue) == waiting)
    for thread in threads:
        thread.join()
    assert came == list(range(5))


def test_who_gave_up_waiting_is_passed_over() -> None:
    turns = Turns()
    with turns.turn(10), pytest.raises(StoreUnavailableError), turns.turn(0.01):
        pytest.fail("it is another one's turn")
    with turns.turn(0):
        pass


def test_a_turn_ends_with_an_error_too() -> None:
    turns = Turns()
    with pytest.raises(KeyError), turns.turn(10):
        raise KeyError
    with turns.turn(0):
        pass

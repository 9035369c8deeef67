"""Several processes with the same records, also when they are killed."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

import pytest

from function_app.ids import new_id
from function_app.store import Idempotency, Store
from tests.function_app.places import Place
from tests.function_app.samples import example, feedback, prediction

SPAWN = multiprocessing.get_context("spawn")
ROUNDS = 15


def write_together(place: Place, barrier: Barrier) -> None:
    """Opens the store at the same moment as others; some of its requests have the keys of theirs."""
    store = place.open()
    barrier.wait(60)
    for n in range(ROUNDS):
        store.add_predictions([prediction(), prediction()])
        store.add_feedback(feedback(new_id()), Idempotency(key=f"shared-{n}", fingerprint="f"))
        store.add_example(example(), None)
    store.close()


def test_processes_that_open_a_new_store_together_lose_nothing(place: Place) -> None:
    barrier = SPAWN.Barrier(3)
    processes = [SPAWN.Process(target=write_together, args=(place, barrier)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    store = place.open()
    assert len({row.id for row in store.predictions_after("", 1_000)[0]}) == 3 * 2 * ROUNDS
    assert len(store.feedback_after("", 1_000)[0]) == ROUNDS
    assert store.count_examples() == 3 * ROUNDS
    store.close()


def acknowledge(place: Place, acknowledged: Connection) -> None:
    """Adds feedback and examples until it is killed, and says of each key what is kept under it."""
    store = place.open()
    for n in range(100_000):
        idempotency = Idempotency(key=f"k-{n}", fingerprint="f")
        kept, _ = store.add_feedback(feedback(new_id()), idempotency)
        kept_example, _ = store.add_example(example(text=f"text {n}"), idempotency)
        acknowledged.send((kept.id, kept_example.id))


@contextmanager
def killed_after(place: Place, answers: int) -> Iterator[list[tuple[str, str]]]:
    """What a process acknowledged before it was killed, somewhere after so many answers."""
    receiver, sender = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=acknowledge, args=(place, sender))
    process.start()
    sender.close()
    seen = [receiver.recv() for _ in range(answers)]
    process.kill()
    process.join(20)
    try:
        while True:
            seen.append(receiver.recv())
    except EOFError:
        yield seen
    receiver.close()


@pytest.mark.parametrize("answers", [1, 12, 23])
def test_what_was_acknowledged_before_a_kill_is_there_once(place: Place, answers: int) -> None:
    with killed_after(place, answers) as acknowledged:
        store = place.open()
        kept = [row.id for row, _ in store.feedback_after("", 10_000)[0]]
        examples = [row.id for row in store.examples_after("", 10_000)[0]]
        assert len(set(kept)) == len(kept) <= len(acknowledged) + 1
        assert len(set(examples)) == len(examples) <= len(acknowledged) + 1
        assert {one for one, _ in acknowledged} <= set(kept)
        assert {one for _, one in acknowledged} <= set(examples)
        assert_repeats_find_the_first(store, acknowledged)
        assert len(store.feedback_after("", 10_000)[0]) == len(acknowledged) + 1
        store.close()


def assert_repeats_find_the_first(store: Store, acknowledged: list[tuple[str, str]]) -> None:
    """Every request comes again, and the one under way when the process was killed."""
    for n in range(len(acknowledged) + 1):
        kept, _ = store.add_feedback(feedback(new_id()), Idempotency(key=f"k-{n}", fingerprint="f"))
        if n < len(acknowledged):
            assert kept.id == acknowledged[n][0]

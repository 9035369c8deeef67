import threading
import time
import uuid

import pytest

from function_app.ids import IdSequence, canonical_uuid, new_id


def test_an_id_is_a_uuid_of_version_7_with_the_present_time() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(new_id())
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before - 1 <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_ids_rise_within_a_millisecond_and_when_the_counter_runs_over() -> None:
    sequence = IdSequence()
    ids = [sequence.next() for _ in range(20_000)]
    assert ids == sorted(set(ids))


def test_ids_rise_when_the_clock_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    sequence = IdSequence()
    first = sequence.next()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000_000_000_000)
    assert sequence.next() > first


def test_threads_never_share_an_id() -> None:
    sequence = IdSequence()
    made: list[list[str]] = [[] for _ in range(4)]

    def make(into: list[str]) -> None:
        into.extend(sequence.next() for _ in range(5_000))

    threads = [threading.Thread(target=make, args=(into,)) for into in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for into in made for one in into}) == 20_000
    assert all(into == sorted(into) for into in made)


@pytest.mark.parametrize(
    "text", ["", "x", "0" * 32, "0192f0c1-2345-7abc-8def-0123456789abc", "urn:uuid:" + "0" * 8]
)
def test_other_texts_are_no_uuid(text: str) -> None:
    assert canonical_uuid(text) is None


def test_a_uuid_of_any_version_counts() -> None:
    made = str(uuid.uuid4())
    assert canonical_uuid(made.upper()) == made

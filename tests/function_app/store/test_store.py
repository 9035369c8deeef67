"""What every back end does."""

import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from function_app.clock import utc_now
from function_app.errors import ConflictError, KeyReusedError
from function_app.ids import new_id
from function_app.store import Alert, Idempotency, Store, StreamMessage, counting
from function_app.store.records import STATE_CHARACTERS
from tests.function_app.places import Place
from tests.function_app.samples import ago, example, feedback, older, prediction, report

KEY = Idempotency(key="k", fingerprint="f")


def all_after(read: Callable[[str, int], tuple[list[Any], str]], cursor: str = "") -> tuple[list[Any], str]:
    """Everything behind the cursor, in pages of ten."""
    seen: list[Any] = []
    while True:
        rows, cursor = read(cursor, 10)
        seen.extend(rows)
        if len(rows) < 10:
            return seen, cursor


def ids(rows: list[Any]) -> list[str]:
    return sorted(row.id for row in rows)


@pytest.mark.parametrize("text", ["😡 مرحبا 'quoted'; --\n\u2028", "null", "", "x😡" * 40_000])
def test_a_prediction_comes_back_as_it_was(either: Store, text: str) -> None:
    kept = prediction(text=text, probability=1 / 3)
    either.add_predictions([kept])
    assert either.prediction(kept.id) == kept
    assert either.predictions_after("", 10)[0] == [kept]


def test_what_is_not_known_is_not_kept(either: Store) -> None:
    bare = msgspec.structs.replace(prediction(probability=1.0), text=None, sampled=False)
    either.add_predictions([bare])
    assert either.prediction(bare.id) == bare
    assert either.prediction(new_id()) is None
    assert either.prediction("ffffffff-ffff-ffff-ffff-ffffffffffff") is None
    assert either.prediction("unknown") is None


@pytest.mark.parametrize(("topic", "foreign"), [(0, False), (32, True), (None, None)])
def test_what_the_text_was_like_is_kept(either: Store, topic: int | None, foreign: bool | None) -> None:
    kept = msgspec.structs.replace(prediction(), topic=topic, foreign=foreign)
    either.add_predictions([kept])
    found = either.predictions_after("", 10)[0]
    assert found == [kept]
    assert found[0].foreign is foreign


def test_nothing_to_add_is_nothing(either: Store) -> None:
    either.add_predictions([])
    assert either.predictions_after("", 10)[0] == []


def test_known_predictions_are_passed_over_wherever_they_stand(either: Store) -> None:
    rows = [prediction() for _ in range(30)]
    either.add_predictions([rows[0], rows[7], rows[29]])
    either.add_predictions([msgspec.structs.replace(row, text="other") for row in rows])
    found, _ = all_after(either.predictions_after)
    assert ids(found) == ids(rows)
    assert sorted(row.id for row in found if row.text != "other") == ids([rows[0], rows[7], rows[29]])


def test_more_rows_than_one_transaction_takes(either: Store) -> None:
    rows = [prediction(text="y" * 2_000) for _ in range(1_200)]
    either.add_predictions(rows)
    found, _ = either.predictions_after("", 5_000)
    assert ids(found) == ids(rows)


def test_pages_cover_every_prediction_once(either: Store) -> None:
    rows = [older(prediction(), hours=hours) for hours in range(25)]
    either.add_predictions(rows)
    found, cursor = all_after(either.predictions_after)
    assert ids(found) == ids(rows)
    assert either.predictions_after(cursor, 10)[0] == []
    late = prediction()
    either.add_predictions([late])
    assert either.predictions_after(cursor, 10)[0] == [late]


def test_a_reader_that_goes_on_sees_what_another_instance_wrote_late(either: Store) -> None:
    either.add_predictions([prediction()])
    _, cursor = all_after(either.predictions_after)
    late = older(prediction(), hours=20)
    either.add_predictions([late])
    assert either.predictions_after(cursor, 10)[0] == [late]


def test_rows_that_come_while_a_reader_is_under_way_are_read_once(either: Store) -> None:
    rows = [prediction() for _ in range(15)]
    either.add_predictions(rows)
    first, cursor = either.predictions_after("", 10)
    more = [older(prediction(), hours=1), prediction()]
    either.add_predictions(more)
    seen = list(first)
    for _ in range(3):
        found, cursor = either.predictions_after(cursor, 10)
        seen.extend(found)
    assert ids(seen) == ids([*rows, *more])


def test_feedback_comes_back_as_it_was(either: Store) -> None:
    full = msgspec.structs.replace(
        feedback(new_id()),
        correct=None,
        label="negative",
        text="null",
        sha256="ab",
        characters=4,
        comment=None,
    )
    either.add_feedback(full, None)
    assert either.feedback_after("", 10)[0] == [(full, None)]


def test_the_same_key_and_content_give_the_first_answer(either: Store) -> None:
    first, second = feedback(new_id()), feedback(new_id())
    assert either.add_feedback(first, KEY) == (first, True)
    assert either.add_feedback(second, KEY) == (first, False)
    with pytest.raises(KeyReusedError):
        either.add_feedback(second, Idempotency(key="k", fingerprint="g"))
    assert [row for row, _ in either.feedback_after("", 10)[0]] == [first]


def test_keys_of_examples_and_of_feedback_are_apart(either: Store) -> None:
    first, second = example(), example(text="other")
    either.add_feedback(feedback(new_id()), KEY)
    assert either.add_example(first, KEY) == (first, True)
    assert either.add_example(second, KEY) == (first, False)
    with pytest.raises(KeyReusedError):
        either.add_example(second, Idempotency(key="k", fingerprint="g"))
    assert either.examples_after("", 10)[0] == [first]


@pytest.mark.parametrize("key", ["/\\#?%", "a'b", "K" * 255])
def test_a_key_may_hold_any_visible_character(either: Store, key: str) -> None:
    first = feedback(new_id())
    either.add_feedback(first, Idempotency(key=key, fingerprint="f"))
    again = either.add_feedback(feedback(new_id()), Idempotency(key=key, fingerprint="f"))
    assert again == (first, False)
    assert either.add_feedback(feedback(new_id()), Idempotency(key=key.lower() + "x", fingerprint="f"))[1]


def test_feedback_without_a_key_is_always_new(either: Store) -> None:
    assert either.add_feedback(feedback("p"), None)[1]
    assert either.add_feedback(feedback("p"), None)[1]
    assert len(either.feedback_after("", 10)[0]) == 2


def test_of_many_threads_with_one_key_one_adds(either: Store) -> None:
    answers: list[tuple[str, bool]] = []

    def add() -> None:
        kept, is_new = either.add_feedback(feedback("p"), KEY)
        answers.append((kept.id, is_new))

    run_together(add, 8)
    assert len(answers) == 8
    assert len({one for one, _ in answers}) == 1
    assert len(either.feedback_after("", 10)[0]) == 1


def test_a_prediction_that_turns_up_later_is_joined(either: Store) -> None:
    late = prediction()
    early = feedback(late.id)
    either.add_feedback(early, None)
    assert either.feedback_after("", 10)[0] == [(early, None)]
    either.add_predictions([late])
    assert either.feedback_after("", 10)[0] == [(early, late)]


def test_examples_are_counted_and_read_from_a_cursor_on(either: Store) -> None:
    assert either.count_examples() == 0
    rows = [example(text=f"text {n}") for n in range(12)]
    for row in rows:
        either.add_example(row, None)
    assert either.count_examples() == 12
    found, cursor = all_after(either.examples_after)
    assert ids(found) == ids(rows)
    assert either.count_examples(cursor) == 0
    either.add_example(example(), None)
    assert (either.count_examples(cursor), either.count_examples()) == (1, 13)


def test_a_queue_message_is_added_once(either: Store) -> None:
    first = StreamMessage(id="q-1", created=utc_now(), model="m", texts=2, first_id=new_id())
    assert either.add_stream_message(first) == (first, True)
    again = msgspec.structs.replace(first, first_id=new_id())
    assert either.add_stream_message(again) == (first, False)
    assert either.add_stream_message(msgspec.structs.replace(again, id="q-2"))[1]


def test_there_is_one_report_of_each_number(either: Store) -> None:
    first = report(sequence=1)
    either.add_drift_report(first, "one")
    for model in ("m", "n"):
        with pytest.raises(ConflictError):
            either.add_drift_report(report(sequence=1, model=model), "another")
    second = report(sequence=2)
    either.add_drift_report(second, "two")
    either.add_drift_report(report(model="m-1:x/y", sequence=10))
    assert [either.drift_state(model) for model in ("m", "m-1:x/y", "n")] == ["two", "", ""]
    found = [(one.model, one.sequence) for one in either.drift_reports(10)]
    assert found == [("m-1:x/y", 10), ("m", 2), ("m", 1)]
    assert either.drift_reports(10, "m") == [second, first]
    assert either.drift_reports(1, "m") == [second]
    assert either.drift_reports(10, "m-1") == []
    assert either.drift_reports(10, before=10) == [second, first]
    assert either.drift_reports(1, before=10) == [second]
    assert either.drift_reports(10, "m", before=2) == [first]
    assert either.drift_reports(10, before=1) == []


def test_a_long_state_comes_back_whole(either: Store) -> None:
    either.add_drift_report(report(sequence=1), "0123456789" * 4_000)
    assert either.drift_state("m") == "0123456789" * 4_000


def test_alerts_are_newest_first_and_kept_once(either: Store) -> None:
    rows = [Alert(id=new_id(), created=utc_now(), body=f'{{"n": {n}}}') for n in range(3)]
    assert [either.add_alert(row) for row in [*rows, rows[0]]] == [True, True, True, False]
    assert either.alerts(10) == rows[::-1]
    assert either.alerts(2) == rows[:0:-1]


def test_state_is_replaced_only_by_who_saw_it_last(either: Store) -> None:
    assert either.state("a/b") is None
    first = either.put_state("a/b", "1", None)
    with pytest.raises(ConflictError):
        either.put_state("a/b", "2", None)
    second = either.put_state("a/b", "2", first)
    with pytest.raises(ConflictError):
        either.put_state("a/b", "3", first)
    with pytest.raises(ConflictError):
        either.put_state("never", "3", first)
    with pytest.raises(ValueError, match="at most"):
        either.put_state("a/b", "x" * (STATE_CHARACTERS + 1), second)
    found = either.state("a/b")
    assert found is not None
    assert (found.value, found.version) == ("2", second)
    assert either.state("a=2Fb") is None


def test_counting_together_in_a_state_loses_nothing(either: Store) -> None:
    either.put_state("n", "0", None)

    def count_to_ten() -> None:
        done = 0
        while done < 10:
            seen = either.state("n")
            assert seen is not None
            try:
                either.put_state("n", str(int(seen.value) + 1), seen.version)
            except ConflictError:
                continue
            done += 1

    run_together(count_to_ten, 4)
    found = either.state("n")
    assert found is not None
    assert found.value == "40"


def test_retention_deletes_what_is_old_in_batches_and_nothing_else(either: Store) -> None:
    new = prediction(), feedback(new_id()), example()
    either.add_predictions([new[0], *(older(prediction(), days=n) for n in range(10, 40))])
    either.add_feedback(new[1], KEY)
    either.add_example(new[2], None)
    old_key = Idempotency(key="old", fingerprint="f")
    either.add_feedback(older(feedback(new_id()), days=10), old_key)
    either.add_example(older(example(), days=10), None)
    either.add_alert(older(Alert(id="", created="", body="{}"), days=10))
    either.add_stream_message(
        StreamMessage(id="q", created="2020-01-01T00:00:00.000Z", model="m", texts=1, first_id=new_id())
    )
    for sequence in (1, 3):
        either.add_drift_report(report(sequence=sequence))
        either.add_drift_report(report(sequence=sequence + 1, model="n"), "kept")
    either.put_state("s", "v", None)
    _, created = ago(days=5)
    rounds = []
    while not rounds or rounds[-1] == 20:
        rounds.append(either.delete_before(created, 20))
    assert len(rounds) == 2
    assert either.predictions_after("", 100)[0] == [new[0]]
    assert [row for row, _ in either.feedback_after("", 100)[0]] == [new[1]]
    assert either.examples_after("", 100)[0] == [new[2]]
    assert either.alerts(10) == []
    assert [(one.model, one.sequence) for one in either.drift_reports(10)] == [("n", 4), ("m", 3)]
    assert either.drift_reports(10, "m")[0].sequence == 3
    assert either.drift_state("n") == "kept"
    assert either.state("s") is not None
    assert either.add_feedback(feedback(new_id()), KEY) == (new[1], False)
    fresh = feedback(new_id())
    assert either.add_feedback(fresh, old_key) == (fresh, True)
    assert either.delete_before(created, 20) == 0


def test_examples_that_come_are_counted_on_and_deleted_ones_missed_later(
    either: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    either.add_example(older(example(), days=2), None)
    either.add_example(example(), None)
    assert either.count_examples() == 2
    either.add_example(example(), None)
    assert either.count_examples() == 3
    either.delete_before(ago(days=1)[1], 10)
    monkeypatch.setattr(counting, "COUNT_AGAIN_SECONDS", -1.0)
    assert either.count_examples() == 2


def test_a_closed_store_opens_again(either: Store) -> None:
    either.add_predictions([prediction()])
    either.close()
    assert len(either.predictions_after("", 10)[0]) == 1
    either.check()


def test_two_instances_share_what_they_keep(either: Store, place: Place) -> None:
    other = place.open()
    kept = prediction()
    other.add_predictions([kept])
    assert either.prediction(kept.id) == kept
    other.close()


def run_together(action: Callable[[], None], count: int) -> None:
    """Runs the action in threads; an error in one of them fails the test."""
    errors: list[BaseException] = []

    def guarded() -> None:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []

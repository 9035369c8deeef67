import logging
import sqlite3
from pathlib import Path

import msgspec
import pytest

from function_app import recorder as recorder_module
from function_app.recorder import FLUSH_ROWS, Recorder, RecorderCounts, is_sampled
from function_app.store.sqlite import SqliteStore
from tests.function_app.samples import prediction
from tests.function_app.waiting import wait_until


def kept_ids(store: SqliteStore) -> list[str]:
    return [row.id for row in store.predictions_after("", 100_000)[0]]


def test_rows_are_written_soon_without_anyone_asking(store: SqliteStore) -> None:
    recorder = Recorder(store)
    rows = [prediction() for _ in range(3)]
    recorder.record(rows)
    wait_until(lambda: recorder.counts() == RecorderCounts(recorded=3, dropped=0, waiting=0))
    assert kept_ids(store) == [row.id for row in rows]
    recorder.close()


def test_flush_writes_all_that_waits_in_order(store: SqliteStore) -> None:
    recorder = Recorder(store)
    rows = [prediction() for _ in range(2 * FLUSH_ROWS + 1)]
    recorder.record(rows)
    assert recorder.flush()
    assert kept_ids(store) == [row.id for row in rows]
    recorder.close()


def test_a_share_is_recorded_and_every_instance_chooses_the_same(store: SqliteStore) -> None:
    rows = [prediction() for _ in range(2_000)]
    recorder = Recorder(store, share=0.25)
    recorder.record(rows)
    recorder.close()
    counts = recorder.counts()
    assert kept_ids(store) == [row.id for row in rows if is_sampled(row.id, 0.25)]
    assert (counts.recorded + counts.sampled_out, counts.dropped, counts.waiting) == (2_000, 0, 0)
    # Five standard deviations of a binomial count around 500: one run in a million is outside.
    assert 403 <= counts.recorded <= 597


def test_the_shares_lie_within_each_other() -> None:
    ids = [prediction().id for _ in range(500)]
    assert all(is_sampled(one, 0.6) for one in ids if is_sampled(one, 0.4))
    assert all(is_sampled(one, 1.0) and not is_sampled(one, 0.0) for one in ids)


def test_a_prediction_that_waits_is_brought_to_the_store(store: SqliteStore) -> None:
    recorder = Recorder(store)
    rows = [prediction() for _ in range(3)]
    recorder.record(rows)
    assert recorder.bring(rows[0].id)
    assert store.prediction(rows[0].id) == rows[0]
    recorder.close()


def test_a_prediction_that_was_sampled_out_is_brought_and_marked(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "SET_ASIDE", 2)
    recorder = Recorder(store, share=0.0)
    rows = [prediction() for _ in range(3)]
    recorder.record(rows)
    assert recorder.counts() == RecorderCounts(recorded=0, dropped=0, waiting=0, sampled_out=3)
    assert not recorder.bring(rows[0].id)
    assert recorder.bring(rows[2].id)
    assert recorder.bring(rows[2].id)
    recorder.close()
    assert store.predictions_after("", 10)[0] == [msgspec.structs.replace(rows[2], sampled=False)]


def test_a_row_that_was_set_aside_is_recorded_only_if_it_is_brought(store: SqliteStore) -> None:
    recorder = Recorder(store)
    kept, forgotten = prediction(), prediction()
    recorder.set_aside([kept, forgotten])
    assert recorder.bring(kept.id)
    recorder.close()
    assert store.predictions_after("", 10)[0] == [msgspec.structs.replace(kept, sampled=False)]


def test_close_writes_what_waits(store: SqliteStore) -> None:
    recorder = Recorder(store)
    recorder.record([prediction()])
    recorder.close()
    assert len(kept_ids(store)) == 1
    assert recorder.counts() == RecorderCounts(recorded=1, dropped=0, waiting=0)


def test_rows_wait_while_the_store_is_away_and_the_rest_is_dropped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "place").write_text("a file where the folder should be")
    store = SqliteStore(tmp_path / "place" / "store.sqlite3")
    recorder = Recorder(store, capacity=10)
    rows = [prediction(text="a secret") for _ in range(12)]
    with caplog.at_level(logging.WARNING):
        recorder.record(rows[:8])
        assert not recorder.flush()
        recorder.record(rows[8:])
        assert not recorder.flush()
        assert recorder.counts() == RecorderCounts(recorded=0, dropped=2, waiting=10)
        (tmp_path / "place").unlink()
        wait_until(lambda: recorder.counts() == RecorderCounts(recorded=10, dropped=2, waiting=0))
    assert kept_ids(store) == [row.id for row in rows[:10]]
    messages = [record.getMessage() for record in caplog.records]
    assert [message.split(":")[0] for message in messages] == [
        "Predictions wait",
        "Predictions are dropped",
        "Predictions are recorded again",
    ]
    assert "secret" not in caplog.text
    recorder.close()
    store.close()


def test_the_thread_tries_again_by_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "place").write_text("a file where the folder should be")
    store = SqliteStore(tmp_path / "place" / "store.sqlite3")
    recorder = Recorder(store)
    with caplog.at_level(logging.WARNING):
        recorder.record([prediction()])
        wait_until(lambda: "Predictions wait" in caplog.text)
    (tmp_path / "place").unlink()
    wait_until(lambda: recorder.counts().recorded == 1)
    recorder.close()
    store.close()


def test_what_the_store_does_not_take_at_the_end_is_counted(tmp_path: Path) -> None:
    (tmp_path / "place").write_text("a file where the folder should be")
    recorder = Recorder(SqliteStore(tmp_path / "place" / "store.sqlite3"))
    recorder.record([prediction(), prediction()])
    recorder.close()
    assert recorder.counts() == RecorderCounts(recorded=0, dropped=2, waiting=0)


def test_a_row_that_can_never_be_written_does_not_block_the_others(store: SqliteStore) -> None:
    recorder = Recorder(store)
    recorder.record([prediction(text="\ud800")])
    assert recorder.flush()
    recorder.record([prediction()])
    assert recorder.flush()
    assert recorder.counts() == RecorderCounts(recorded=1, dropped=1, waiting=0)
    recorder.close()


def test_recording_does_not_wait_for_a_locked_store(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.sqlite3", busy_seconds=30)
    store.check()
    other = sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    recorder = Recorder(store)
    for _ in range(100):
        recorder.record([prediction()])
    assert recorder.counts().recorded == 0
    other.close()
    wait_until(lambda: recorder.counts().recorded == 100)
    recorder.close()
    store.close()

"""What only the tables can do wrong."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError
from azure.data.tables import TableServiceClient

from function_app.errors import SettingsError, StoreUnavailableError
from function_app.ids import new_id
from function_app.settings import Settings
from function_app.store import Feedback, Idempotency, open_store, table_log
from function_app.store.entities import SHARDS, partition_at, partition_of
from function_app.store.table_log import TableLog
from function_app.store.tables import TableStore
from tests.azurite import Azurite
from tests.bench.table_traffic import counted
from tests.function_app.places import TablesPlace, tables_place
from tests.function_app.samples import ago, example, feedback, older, prediction
from tests.function_app.waiting import wait_until

KEY = Idempotency(key="k", fingerprint="f")


@pytest.fixture
def store(tables: TablesPlace) -> Iterator[TableStore]:
    opened = tables.open()
    yield opened
    opened.close()


@pytest.fixture
def service(azurite: Azurite) -> Iterator[TableServiceClient]:
    with TableServiceClient.from_connection_string(azurite.connection) as opened:
        yield opened


def test_an_id_says_its_hour_and_hours_sort_by_time() -> None:
    now = datetime.now(UTC)
    new, old = partition_of(new_id()), partition_of(ago(hours=2)[0])
    assert new is not None
    assert old is not None
    assert partition_at(now - timedelta(hours=2)) <= old < partition_at(now - timedelta(hours=1)) < new
    assert {partition_of(new_id()) for _ in range(200)} >= {f"{new[:-1]}{shard}" for shard in range(SHARDS)}


def test_what_may_still_be_under_way_is_left_to_the_next_reader(tables: TablesPlace) -> None:
    store = tables.open(settle_seconds=0.5)
    kept = prediction()
    store.add_predictions([kept])
    rows, cursor = store.predictions_after("", 10)
    assert rows == []
    seen = []

    def read_on() -> bool:
        nonlocal cursor
        rows, cursor = store.predictions_after(cursor, 10)
        seen.extend(rows)
        return bool(rows)

    wait_until(read_on)
    assert seen == [kept]
    assert not read_on()
    store.close()


def test_an_end_between_key_and_record_is_made_good_by_the_next_request(
    store: TableStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = feedback(new_id()), feedback(new_id())

    def end(log: TableLog[Feedback], record: Feedback) -> bool:
        raise StoreUnavailableError("away")

    with monkeypatch.context() as patch:
        patch.setattr(TableLog, "add", end)
        with pytest.raises(StoreUnavailableError):
            store.add_feedback(first, KEY)
    assert store.feedback_after("", 10)[0] == []
    assert store.add_feedback(again, KEY) == (first, True)
    assert store.add_feedback(again, KEY) == (first, False)
    assert [row for row, _ in store.feedback_after("", 10)[0]] == [first]


def test_tables_that_were_deleted_are_made_again(
    store: TableStore, tables: TablesPlace, service: TableServiceClient
) -> None:
    store.add_predictions([prediction()])
    for name in ("predictions", "state"):
        service.delete_table(tables.prefix + name)
    kept = prediction()
    store.add_predictions([kept])
    assert store.predictions_after("", 10)[0] == [kept]
    assert store.count_examples() == 0
    assert store.delete_before("2020-01-01T00:00:00.000Z", 10) == 0


def test_whole_hours_are_deleted(store: TableStore) -> None:
    _, created = ago(hours=5)
    hour_before, same_hour = older(example(), hours=6.1), example_at(created)
    for one in (hour_before, same_hour):
        store.add_example(one, None)
    store.delete_before(created, 10)
    assert store.examples_after("", 10)[0] == [same_hour]


def test_what_was_counted_is_not_read_again(store: TableStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_log, "SETTLE_SECONDS", 0.0)
    for _ in range(40):
        store.add_example(example(), None)
    with counted() as first:
        assert store.count_examples() == 40
    store.add_example(example(), None)
    with counted() as second:
        assert store.count_examples() == 41
    assert second.bytes < first.bytes / 5
    assert store.count_examples() == 41


def test_what_may_still_be_under_way_is_counted_again(store: TableStore) -> None:
    store.add_example(example(), None)
    assert store.count_examples() == 1
    store.add_example(example(), None)
    assert store.count_examples() == 2


def test_another_cursor_is_counted_from_there(
    store: TableStore, tables: TablesPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_log, "SETTLE_SECONDS", 0.0)
    store.add_example(example(), None)
    assert store.count_examples() == 1
    _, taken = tables.open(settle_seconds=0.0).examples_after("", 10)
    assert store.count_examples(taken) == 0
    store.add_example(example(), None)
    assert store.count_examples(taken) == 1
    assert store.count_examples() == 2


def example_at(created: str):
    """An example made at that time."""
    age = datetime.now(UTC) - datetime.fromisoformat(created)
    return older(example(), seconds=age.total_seconds())


def test_a_store_that_went_away_is_unavailable_and_recovers(tmp_path: Path, azurite: Azurite) -> None:
    own = Azurite(tmp_path / "azurite")
    store = tables_place(own).open()
    kept = prediction()
    store.add_predictions([kept])
    own.stop()
    started = time.monotonic()
    for action in (
        store.check,
        lambda: store.add_feedback(feedback(kept.id), KEY),
        lambda: store.add_predictions([prediction()]),
        lambda: store.predictions_after("", 10),
        lambda: store.drift_reports(1),
        lambda: store.put_state("s", "v", None),
    ):
        with pytest.raises(StoreUnavailableError, match="cannot be reached"):
            action()
    assert time.monotonic() - started < 10
    own.start()
    store.check()
    assert store.feedback_after("", 10)[0] == []
    said = feedback(kept.id)
    assert store.add_feedback(said, KEY) == (said, True)
    assert store.feedback_after("", 10)[0] == [(said, kept)]
    store.close()
    own.stop()


def test_an_entity_that_is_never_taken_is_not_tried_again(tables: TablesPlace) -> None:
    account = tables.account()
    with pytest.raises(HttpResponseError):
        account.create("state", {"PartitionKey": "p", "RowKey": "r", "value": "x" * 40_000})
    account.close()


def test_a_wrong_account_key_is_unavailable(azurite: Azurite) -> None:
    place = tables_place(azurite)
    place.connection = place.connection.replace("AccountKey=Eby8", "AccountKey=AAAA")
    store = place.open()
    with pytest.raises(StoreUnavailableError) as caught:
        store.check()
    assert "AAAA" not in caught.value.detail
    store.close()


def test_the_settings_choose_the_back_end(azurite: Azurite, tables: TablesPlace, tmp_path: Path) -> None:
    store = open_store(Settings.from_environment(tables.settings()))
    kept = prediction()
    store.add_predictions([kept])
    assert (store.kind, store.prediction(kept.id)) == ("tables", kept)
    assert tables.open().prediction(kept.id) == kept
    store.close()
    assert open_store(Settings.from_environment({"STORE_PATH": str(tmp_path / "s")})).kind == "sqlite"


@pytest.mark.parametrize(
    ("environment", "part"),
    [
        ({}, "STORE_CONNECTION or STORE_ACCOUNT_URL must be set"),
        ({"STORE_CONNECTION": "AccountName=secret"}, "STORE_CONNECTION must be"),
        ({"STORE_ACCOUNT_URL": "http://account.table.core.windows.net"}, "STORE_ACCOUNT_URL must be"),
        ({"STORE_CONNECTION": "UseDevelopmentStorage=true", "STORE_PREFIX": "a-b"}, "STORE_PREFIX must be"),
    ],
)
def test_settings_that_name_no_account_are_refused(environment: dict[str, str], part: str) -> None:
    with pytest.raises(SettingsError, match=part) as caught:
        open_store(Settings.from_environment({"STORE": "tables", **environment}))
    assert "secret" not in caught.value.detail

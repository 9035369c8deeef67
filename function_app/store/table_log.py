"""Tables whose records are read in the order in which they came.

An instance may write a record some time after it made the id: its buffer waits, or the store was away. So a
reader goes by when a record reached the table, its `Timestamp`, which the service sets. One pass reads all
records of a span of such times, in the order of their keys; the next pass begins where it ended. A span ends
`SETTLE_SECONDS` before the service's present time, so that no write under way is passed over. Partitions of
more than `LATE_HOURS` before a span are not looked at.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Generic, TypeVar

import msgspec

from function_app.store.counting import Counted
from function_app.store.entities import Entity, from_entity, partition_at, partition_of, to_entity
from function_app.store.records import Example, Feedback, Prediction
from function_app.store.table_account import PAGE_ENTITIES, TableAccount

T = TypeVar("T", Prediction, Feedback, Example)

SETTLE_SECONDS = 2.0
"""How long after a record was written readers see it."""

LATE_HOURS = 24
"""How long after it was made a record may be written and still be seen by a reader that goes on."""

KEYS_ONLY = ["PartitionKey", "RowKey"]


class _Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Read up to the time `after`; within a pass, under way from there to `until`, onwards from `token`."""

    after: str = ""
    until: str = ""
    token: dict[str, str | None] | None = None


class TableLog(Generic[T]):
    """Records of one kind, by id and in the order in which they came; `clock` gives the service's time."""

    def __init__(
        self, account: TableAccount, table: str, kind: type[T], *, clock: Callable[[], datetime]
    ) -> None:
        self._account = account
        self._table = table
        self._kind: type[T] = kind
        self._clock = clock
        self._counted: Counted[str] | None = None

    def add(self, record: T) -> bool:
        """Adds a record; False when its id is known."""
        return self._account.create(self._table, _entity(record)) is not None

    def add_all(self, records: Sequence[T]) -> None:
        """Adds records; those whose id is known are passed over."""
        self._account.create_all(self._table, [_entity(record) for record in records])

    def get(self, record_id: str) -> T | None:
        """The record of that id."""
        partition = partition_of(record_id)
        found = None if partition is None else self._account.get(self._table, partition, record_id)
        return None if found is None else from_entity(found, self._kind)

    def page(self, cursor: str, limit: int, *, settle_seconds: float) -> tuple[list[T], str]:
        """Up to `limit` records behind the cursor, and the cursor behind the last of them."""
        place = _read(cursor)
        if not place.until:
            until = _text(self._clock() - timedelta(seconds=settle_seconds))
            if until <= place.after:
                return [], cursor
            place = msgspec.structs.replace(place, until=until)
        found, token = self._account.page(
            self._table, _span(place.after, place.until), limit, token=place.token
        )
        if token is None:
            place = _Cursor(after=place.until)
        else:
            place = msgspec.structs.replace(place, token=dict(token))
        return [from_entity(one, self._kind) for one in found], msgspec.json.encode(place).decode()

    def count(self, cursor: str) -> int:
        """How many records came behind the cursor, those of the last moments too.

        What was counted is remembered for a while, so that only what came since is read. Records that are
        deleted meanwhile still count.
        """
        known = self._counted
        token: Mapping[str, str | None] | None = None
        if known is None or not known.serves(cursor):
            place = _read(cursor)
            known, token = Counted(cursor, place.after), place.token
        times: list[datetime] = []
        where, columns = _span(known.until, ""), [*KEYS_ONLY, "Timestamp"]
        began = monotonic()
        while True:
            found, token = self._account.page(self._table, where, PAGE_ENTITIES, token=token, select=columns)
            times.extend(timestamp(one) for one in found)
            if token is None:
                break
        if times:
            # What was written behind the scan while it went on is left to the next count.
            until = max(times) - timedelta(seconds=SETTLE_SECONDS + monotonic() - began)
            # The end of a millisecond, since Azurite compares no finer.
            until = until.replace(microsecond=until.microsecond // 1000 * 1000 + 999)
            settled = sum(moment <= until for moment in times)
            if settled:
                self._counted = known.onwards(_text(until), settled)
        return known.records + len(times)

    def delete_before(self, moment: datetime, limit: int) -> int:
        """Deletes up to `limit` records of the hours before the one of `moment`; how many there were."""
        return delete(self._account, self._table, f"PartitionKey lt '{partition_at(moment)}'", limit)


def delete(account: TableAccount, table: str, where: str, limit: int) -> int:
    """Deletes up to `limit` entities; how many there were."""
    if limit <= 0:
        return 0
    found, _ = account.page(table, where, limit, select=KEYS_ONLY)
    account.delete_all(table, found)
    return len(found)


def timestamp(entity: Mapping[str, Any]) -> datetime:
    """When the service wrote the entity."""
    found: datetime = entity.metadata["timestamp"]  # type: ignore[attr-defined]
    return found


def _entity(record: T) -> Entity:
    partition = partition_of(record.id)
    if partition is None:
        raise ValueError("the id of a record must be a UUID")
    return to_entity(record, partition=partition, row=record.id)


def _span(after: str, until: str) -> str:
    """The filter for what was written in a span of time; an empty bound is none."""
    bounds = ["PartitionKey ge ''"]
    if after:
        first = datetime.fromisoformat(after) - timedelta(hours=LATE_HOURS)
        bounds = [f"PartitionKey ge '{partition_at(first)}'", f"Timestamp gt datetime'{after}'"]
    if until:
        bounds.append(f"Timestamp le datetime'{until}'")
    return " and ".join(bounds)


def _read(cursor: str) -> _Cursor:
    return msgspec.json.decode(cursor, type=_Cursor) if cursor else _Cursor()


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

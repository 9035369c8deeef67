"""How records lie in tables: their partition and row keys, and their properties.

A record that is read by time lies in the partition `HOUR-SHARD` under its id. Both follow from the id, a
UUIDv7: the hour from its milliseconds, the shard from its last, random digit. So an id alone finds its record
with one point read, a span of time is one range of partitions, and several partitions share an hour's writes.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote

import msgspec

from function_app.ids import canonical_uuid

T = TypeVar("T", bound=msgspec.Struct)
Entity = dict[str, object]

SHARDS = 4
"""Partitions of one hour. A partition takes about 2,000 writes a second."""

BATCH_ENTITIES = 100
"""Most entities of one transaction, all of one partition."""

_BATCH_BYTES = 3_000_000
_PROPERTY_CHARACTERS = 15_000
_HOUR_MILLISECONDS = 3_600_000
_HIGHEST_ID = (1 << 128) - 1


def partition_of(record_id: str) -> str | None:
    """The partition of a record, or None for an id that is no UUID and so no record's.

    >>> partition_of("0192f0c1-2345-7abc-8def-0123456789ab")
    '00480726-3'
    """
    canonical = canonical_uuid(record_id)
    if canonical is None:
        return None
    milliseconds = int(canonical.replace("-", "")[:12], 16)
    return f"{milliseconds // _HOUR_MILLISECONDS:08d}-{int(canonical[-1], 16) % SHARDS}"


def partition_at(moment: datetime) -> str:
    """What the partitions of the hour that holds `moment` start with; it sorts before all of them.

    >>> partition_at(datetime(2024, 11, 3, 7, 30, tzinfo=UTC))
    '00480727'
    """
    return f"{max(0, int(moment.timestamp() * 1000)) // _HOUR_MILLISECONDS:08d}"


def descending(record_id: str) -> str:
    """A row key that sorts newer ids, which must be UUIDs, before older ones."""
    return f"{_HIGHEST_ID - int(record_id.replace('-', ''), 16):032x}"


def safe_key(name: str) -> str:
    """The name without the characters that keys must not hold; no two names give the same, none has a colon.

    >>> safe_key("bilstm/2:1")
    'bilstm=2F2=3A1'
    """
    return quote(name, safe="").replace("%", "=")


def moment_of(created: str) -> datetime:
    """A time as text as a time."""
    return datetime.fromisoformat(created).astimezone(UTC)


def to_entity(record: msgspec.Struct, *, partition: str, row: str) -> Entity:
    """The record as an entity: a property a field, none where the field is None.

    A property holds 64 KiB, so the rest of a longer text goes to `NAME__1`, `NAME__2` and so on.
    """
    entity: Entity = {"PartitionKey": partition, "RowKey": row}
    for name, value in msgspec.structs.asdict(record).items():
        if isinstance(value, str):
            entity.update(_pieces(name, value))
        elif value is not None:
            entity[name] = value
    return entity


def from_entity(entity: Mapping[str, object], kind: type[T]) -> T:
    """The record that `to_entity` made the entity of; a field that was added since takes its default."""
    fields = msgspec.structs.fields(kind)
    present = {field.name: _whole(entity, field.name) for field in fields if field.name in entity}
    absent = {field.name: None for field in fields if field.required and field.name not in entity}
    return msgspec.convert(present | absent, kind)


def batches(entities: Sequence[Entity]) -> Iterator[list[Entity]]:
    """The entities in groups that one transaction takes: of one partition, not too many, not too large."""
    partitions: dict[object, list[Entity]] = {}
    for entity in entities:
        partitions.setdefault(entity["PartitionKey"], []).append(entity)
    for members in partitions.values():
        batch: list[Entity] = []
        size = 0
        for entity in members:
            added = _most_bytes(entity)
            if batch and (len(batch) == BATCH_ENTITIES or size + added > _BATCH_BYTES):
                yield batch
                batch, size = [], 0
            batch.append(entity)
            size += added
        yield batch


def _most_bytes(entity: Entity) -> int:
    """A bound of its size in a request: JSON may need 12 bytes for a character."""
    return 1_500 + 12 * sum(len(value) for value in entity.values() if isinstance(value, str))


def _pieces(name: str, value: str) -> Entity:
    starts = range(_PROPERTY_CHARACTERS, len(value), _PROPERTY_CHARACTERS)
    more = {f"{name}__{n}": value[at : at + _PROPERTY_CHARACTERS] for n, at in enumerate(starts, start=1)}
    return {name: value[:_PROPERTY_CHARACTERS], **more}


def _whole(entity: Mapping[str, object], name: str) -> object:
    value, n = entity[name], 1
    while isinstance(value, str) and f"{name}__{n}" in entity:
        value += str(entity[f"{name}__{n}"])
        n += 1
    return value

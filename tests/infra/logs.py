"""The tables of Application Insights that alert rules read, filled from the envelopes that a sender posts."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

import duckdb
import duckdb_kql
import duckdb_kql.engine
import pyarrow

SCHEMA: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "customEvents": {
            "timestamp": "datetime",
            "name": "string",
            "itemType": "string",
            "customDimensions": "dynamic",
            "customMeasurements": "dynamic",
            "operation_Name": "string",
            "operation_Id": "string",
            "cloud_RoleName": "string",
            "cloud_RoleInstance": "string",
            "itemCount": "int",
        },
        "requests": {
            "timestamp": "datetime",
            "id": "string",
            "name": "string",
            "url": "string",
            "success": "string",
            "resultCode": "string",
            "duration": "real",
            "customDimensions": "dynamic",
            "operation_Name": "string",
            "operation_Id": "string",
            "cloud_RoleName": "string",
            "cloud_RoleInstance": "string",
            "itemCount": "int",
        },
    }
)
"""Columns of the tables, as far as we use them or a reader would look for them, with their Kusto types."""

_DUCKDB = {
    "datetime": "TIMESTAMP",
    "string": "VARCHAR",
    "dynamic": "JSON",
    "int": "INTEGER",
    "real": "DOUBLE",
}
_ARROW = {
    "datetime": pyarrow.timestamp("us"),
    "string": pyarrow.string(),
    "dynamic": pyarrow.string(),
    "int": pyarrow.int32(),
    "real": pyarrow.float64(),
}


class Logs:
    """What has arrived. Queries see the rows of a window."""

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = {table: [] for table in SCHEMA}

    def add_envelopes(self, envelopes: Iterable[Mapping[str, Any]]) -> None:
        """Takes events as a sender posts them to `/v2.1/track`; other kinds are left out."""
        for envelope in envelopes:
            if envelope["data"]["baseType"] != "EventData":
                continue
            data, tags = envelope["data"]["baseData"], envelope.get("tags") or {}
            self._rows["customEvents"].append(
                {
                    "timestamp": _time(envelope["time"]),
                    "name": data["name"],
                    "itemType": "customEvent",
                    "customDimensions": json.dumps(data.get("properties") or {}),
                    "operation_Name": tags.get("ai.operation.name"),
                    "operation_Id": tags.get("ai.operation.id"),
                    "cloud_RoleName": tags.get("ai.cloud.role"),
                    "cloud_RoleInstance": tags.get("ai.cloud.roleInstance"),
                    "itemCount": 1,
                }
            )

    def add_request(
        self, name: str, *, at: datetime, status: int, milliseconds: float, success: bool, item_count: int = 1
    ) -> None:
        """Takes a request as the Functions host reports it; timers and queue messages have status 0."""
        self._rows["requests"].append(
            {
                "timestamp": _naive(at),
                "name": name,
                "success": str(success),
                "resultCode": str(status),
                "duration": milliseconds,
                "operation_Name": name,
                "itemCount": item_count,
            }
        )

    def query(self, kql: str, *, until: datetime, window: timedelta) -> list[dict[str, Any]]:
        """The result's rows, over what is stamped within the window that ends at `until`."""
        end = _naive(until)
        sql = _translated(kql)
        with duckdb_kql.connect() as connection:
            for table, rows in self._rows.items():
                seen = [row for row in rows if end - window < row["timestamp"] <= end]
                _fill(connection, table, seen)
            result = connection.sql(sql)
            return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]


@cache
def _translated(kql: str) -> str:
    """The query in SQL. Translating takes longer than running."""
    with duckdb_kql.connect() as connection:
        for table in SCHEMA:
            _fill(connection, table, [])
        result = duckdb_kql.to_sql(kql, schema=duckdb_kql.engine.schema(connection))
    assert not result.parameters
    return str(result)


def _fill(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    columns = SCHEMA[table]
    declared = ", ".join(f'"{name}" {_DUCKDB[kind]}' for name, kind in columns.items())
    connection.execute(f'CREATE TABLE "{table}" ({declared})')
    if rows:
        kinds = pyarrow.schema([(name, _ARROW[kind]) for name, kind in columns.items()])
        connection.register("arrived", pyarrow.Table.from_pylist(rows, schema=kinds))
        connection.execute(f'INSERT INTO "{table}" SELECT * FROM arrived')


def _time(text: str) -> datetime:
    return _naive(datetime.fromisoformat(text.replace("Z", "+00:00")))


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)

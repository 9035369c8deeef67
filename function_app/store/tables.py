"""The store in Azure Table Storage, for several instances at once.

Predictions, feedback and examples each have a table, see `table_log`; drift reports and alerts share one, see
`table_reports`. What was decided under an idempotency key and which queue messages came lies in the table
`keys`, under a hash: making that one entity is what decides.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from azure.data.tables import TableServiceClient

from function_app.errors import ConflictError, KeyReusedError, SettingsError
from function_app.settings import Settings
from function_app.store.entities import Entity, from_entity, moment_of, safe_key, to_entity
from function_app.store.records import (
    Alert,
    DriftReport,
    Example,
    Feedback,
    Idempotency,
    Prediction,
    State,
    StreamMessage,
    check_state,
)
from function_app.store.table_account import TableAccount
from function_app.store.table_log import SETTLE_SECONDS, T, TableLog, delete, timestamp
from function_app.store.table_reports import TableReports

CONNECT_SECONDS = 3
READ_SECONDS = 10
RETRIES = 2

_READERS = 8
_KEYS, _STATE, _CLOCK = "keys", "state", "clock"


class _Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What was kept under an idempotency key; `record` is its JSON."""

    created: str
    fingerprint: str
    record: str


class TableStore:
    """See `Store`."""

    kind = "tables"

    def __init__(self, account: TableAccount, *, settle_seconds: float = SETTLE_SECONDS) -> None:
        self._account = account
        self._settle_seconds = settle_seconds
        self._swept = ""
        self._reports = TableReports(account)
        self._predictions = TableLog(account, "predictions", Prediction, clock=self._now)
        self._feedback = TableLog(account, "feedback", Feedback, clock=self._now)
        self._examples = TableLog(account, "examples", Example, clock=self._now)

    def add_predictions(self, rows: Sequence[Prediction]) -> None:
        """Adds predictions, in a transaction or a few; those whose id is known are passed over."""
        self._predictions.add_all(rows)

    def prediction(self, prediction_id: str) -> Prediction | None:
        """The prediction of that id."""
        return self._predictions.get(prediction_id)

    def predictions_after(self, cursor: str, limit: int) -> tuple[list[Prediction], str]:
        """Up to `limit` predictions behind the cursor, and the cursor behind the last of them."""
        return self._predictions.page(cursor, limit, settle_seconds=self._settle_seconds)

    def add_feedback(self, feedback: Feedback, idempotency: Idempotency | None) -> tuple[Feedback, bool]:
        """Adds feedback, or finds what the key added before; says what is kept, and if it is new.

        Raises `KeyReusedError` when the key was used with another fingerprint.
        """
        return self._add_once(self._feedback, "feedback", feedback, idempotency)

    def feedback_after(self, cursor: str, limit: int) -> tuple[list[tuple[Feedback, Prediction | None]], str]:
        """Like `predictions_after`, for feedback, each with its prediction if it is known by now."""
        found, onwards = self._feedback.page(cursor, limit, settle_seconds=self._settle_seconds)
        if not found:
            return [], onwards
        with ThreadPoolExecutor(_READERS) as readers:
            predictions = list(readers.map(self.prediction, [one.prediction_id for one in found]))
        return list(zip(found, predictions, strict=True)), onwards

    def add_example(self, example: Example, idempotency: Idempotency | None) -> tuple[Example, bool]:
        """Like `add_feedback`, for labelled examples; the two do not share their keys."""
        return self._add_once(self._examples, "example", example, idempotency)

    def examples_after(self, cursor: str, limit: int) -> tuple[list[Example], str]:
        """Like `predictions_after`, for labelled examples."""
        return self._examples.page(cursor, limit, settle_seconds=self._settle_seconds)

    def count_examples(self, cursor: str = "") -> int:
        """How many labelled examples came behind the cursor."""
        return self._examples.count(cursor)

    def add_stream_message(self, message: StreamMessage) -> tuple[StreamMessage, bool]:
        """Adds a queue message, or finds the one of that id; says what is kept, and if it is new."""
        partition, row = _key("message", message.id)
        if self._account.create(_KEYS, to_entity(message, partition=partition, row=row)) is not None:
            return message, True
        known = self._account.get(_KEYS, partition, row)
        kept = message if known is None else from_entity(known, StreamMessage)
        return kept, kept.first_id == message.first_id

    def add_drift_report(self, report: DriftReport, state: str = "") -> None:
        """Appends a report and its state. Raises `ConflictError` when there is one of its sequence number."""
        self._reports.add_drift_report(report, state)

    def drift_reports(
        self, limit: int, model: str | None = None, before: int | None = None
    ) -> list[DriftReport]:
        """The last reports, newest first, of one model or of all; those with a number below `before`."""
        return self._reports.drift_reports(limit, model, before)

    def drift_state(self, model: str) -> str:
        """The state that came with the model's last report; empty where there is none."""
        return self._reports.drift_state(model)

    def add_alert(self, alert: Alert) -> bool:
        """Keeps an alert; one whose id is known is passed over. Says whether it is new."""
        return self._reports.add_alert(alert)

    def alerts(self, limit: int) -> list[Alert]:
        """The last alerts, newest first."""
        return self._reports.alerts(limit)

    def state(self, name: str) -> State | None:
        """The small value of that name; its version is the entity's ETag."""
        found = self._account.get(_STATE, _STATE, safe_key(name))
        if found is None:
            return None
        return State(value=found["value"], version=found.metadata["etag"])  # type: ignore[attr-defined]

    def put_state(self, name: str, value: str, expected_version: str | None) -> str:
        """Replaces the value, or makes it when `expected_version` is None; its new version.

        Raises `ConflictError` when another one wrote it meanwhile, and `ValueError` for an over-long value.
        """
        check_state(value)
        entity: Entity = {"PartitionKey": _STATE, "RowKey": safe_key(name), "value": value}
        if expected_version is None:
            version = self._account.create(_STATE, entity)
        else:
            version = self._account.replace(_STATE, entity, etag=expected_version)
        if version is None:
            raise ConflictError("Another one has written this state meanwhile")
        return version

    def delete_before(self, created: str, limit: int) -> int:
        """Deletes up to `limit` records that are older than `created`, by whole hours; how many there were.

        Keys go first: one that outlived its record would bring it back. They lie in no order of time, so the
        whole table is looked through, but once for the calls with the same `created`.
        """
        deleted = 0
        if self._swept != created:
            deleted = delete(self._account, _KEYS, f"created lt '{created}'", limit)
            self._swept = created if deleted < limit else ""
        for log in (self._predictions, self._feedback, self._examples):
            deleted += log.delete_before(moment_of(created), limit - deleted)
        return deleted + self._reports.delete_before(created, limit - deleted)

    def check(self) -> None:
        """Raises `StoreUnavailableError` unless the store can be read and written."""
        self._now()

    def close(self) -> None:
        """Lets go of the connections; a later call opens new ones."""
        self._account.close()

    def _add_once(
        self, log: TableLog[T], scope: str, record: T, idempotency: Idempotency | None
    ) -> tuple[T, bool]:
        """The record goes into the key's entity first; whoever makes that one decides what is kept.

        The record's own entity follows. Where a process ended in between, the next request with the key adds
        it; until then nobody was told that it is kept, and no reader sees it.
        """
        kept = record if idempotency is None else self._decide(scope, record, idempotency)
        is_new = log.add(kept)
        # A request that is repeated below us, its answer lost, finds what it wrote itself.
        return kept, is_new or kept.id == record.id

    def _decide(self, scope: str, record: T, idempotency: Idempotency) -> T:
        partition, row = _key(scope, idempotency.key)
        decision = _Decision(
            created=record.created,
            fingerprint=idempotency.fingerprint,
            record=msgspec.json.encode(record).decode(),
        )
        if self._account.create(_KEYS, to_entity(decision, partition=partition, row=row)) is not None:
            return record
        known = self._account.get(_KEYS, partition, row)
        if known is None:
            return record
        if known["fingerprint"] != idempotency.fingerprint:
            raise KeyReusedError
        return msgspec.json.decode(from_entity(known, _Decision).record, type=type(record))

    def _now(self) -> datetime:
        """The service's present time, by which it stamps what is written."""
        self._account.put(_STATE, {"PartitionKey": _CLOCK, "RowKey": "now"})
        written = self._account.get(_STATE, _CLOCK, "now")
        if written is None:
            raise RuntimeError("the clock was deleted as soon as it was written")
        return timestamp(written)


def open_tables(settings: Settings) -> TableStore:
    """The store in the account that the settings name; nothing is reached before it is first used.

    Raises `SettingsError` when they name none.
    """
    if settings.store_connection:
        try:
            _by_connection(settings.store_connection).close()
        except ValueError:
            raise SettingsError(
                "STORE_CONNECTION must be the connection string of a storage account"
            ) from None
        connect = partial(_by_connection, settings.store_connection)
    elif settings.store_account_url:
        connect = partial(_by_identity, settings.store_account_url)
    else:
        raise SettingsError("STORE_CONNECTION or STORE_ACCOUNT_URL must be set where STORE is tables")
    return TableStore(TableAccount(connect, prefix=settings.store_prefix))


def _by_connection(connection: str) -> TableServiceClient:
    return TableServiceClient.from_connection_string(connection, **_patience())


def _by_identity(url: str) -> TableServiceClient:
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - nothing else needs it

    return TableServiceClient(endpoint=url, credential=DefaultAzureCredential(), **_patience())


def _patience() -> dict[str, Any]:
    """A request waits for the store; it must rather fail, and be repeated, than hold a thread for minutes."""
    return {
        "retry_total": RETRIES,
        "retry_backoff_factor": 0.1,
        "connection_timeout": CONNECT_SECONDS,
        "read_timeout": READ_SECONDS,
    }


def _key(scope: str, name: str) -> tuple[str, str]:
    """Where what was decided under a name lies; a hash, since names may hold what keys must not."""
    digest = hashlib.sha256(f"{scope}:{name}".encode()).hexdigest()
    return digest[:2], digest

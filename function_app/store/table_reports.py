"""Drift reports and alerts in a table. They are few: each kind is one partition, newest first."""

from collections.abc import Mapping
from typing import Any

import msgspec

from function_app.errors import ConflictError
from function_app.store.entities import descending, from_entity, safe_key, to_entity
from function_app.store.records import Alert, DriftReport
from function_app.store.table_account import TableAccount
from function_app.store.table_log import KEYS_ONLY, delete

TABLE = "reports"

_DRIFT, _ALERT = "checks", "alert"
_LAST_SEQUENCE = 10**10 - 1
_NAMES = [*KEYS_ONLY, "twin"]


class _Json(msgspec.Struct, frozen=True):
    """A report as one text, and its state."""

    body: str
    state: str = ""


class TableReports:
    """See the methods of `Store` that are called like those here."""

    def __init__(self, account: TableAccount) -> None:
        self._account = account

    def add_drift_report(self, report: DriftReport, state: str) -> None:
        """Appends a report and its state. Raises `ConflictError` when there is one of its sequence number.

        It becomes two entities in one transaction: one among all reports, one among those of its model, which
        has the state.
        """
        numbered = f"all:{_number(report.sequence)}"
        of_model = f"{_of_model(report.model)}{_number(report.sequence)}"
        body = _Json(body=msgspec.json.encode(report).decode())
        among_all = to_entity(body, partition=_DRIFT, row=numbered)
        among_model = to_entity(
            msgspec.structs.replace(body, state=state), partition=_DRIFT, row=of_model
        ) | {"created": report.created, "twin": numbered}
        if self._account.create_together(TABLE, [among_all, among_model]):
            return
        known = self._account.get(TABLE, _DRIFT, numbered)
        if known is None or _report(known).id != report.id:
            raise ConflictError("Another drift check has reported meanwhile")

    def drift_reports(self, limit: int, model: str | None, before: int | None) -> list[DriftReport]:
        """The last reports, newest first, of one model or of all; those with a number below `before`."""
        start = "all:" if model is None else _of_model(model)
        where = _starting(start)
        if before is not None:
            where += f" and RowKey gt '{start}{_number(before)}'"
        found, _ = self._account.page(TABLE, where, limit)
        return [_report(one) for one in found]

    def drift_state(self, model: str) -> str:
        """The state that came with the model's last report; empty where there is none."""
        found, _ = self._account.page(TABLE, _starting(_of_model(model)), 1)
        return from_entity(found[0], _Json).state if found else ""

    def add_alert(self, alert: Alert) -> bool:
        """Keeps an alert; one whose id is known is passed over. Says whether it is new."""
        entity = to_entity(alert, partition=_ALERT, row=descending(alert.id))
        return self._account.create(TABLE, entity) is not None

    def alerts(self, limit: int) -> list[Alert]:
        """The last alerts, newest first."""
        found, _ = self._account.page(TABLE, f"PartitionKey eq '{_ALERT}'", limit)
        return [from_entity(one, Alert) for one in found]

    def delete_before(self, created: str, limit: int) -> int:
        """Deletes up to `limit` old ones; how many there were. Each model's last drift report stays."""
        deleted = delete(
            self._account, TABLE, f"PartitionKey eq '{_ALERT}' and created lt '{created}'", limit
        )
        if deleted >= limit:
            return deleted
        old = self._old_reports(created)[: limit - deleted]
        twins = [{"PartitionKey": _DRIFT, "RowKey": entity["twin"]} for entity in old]
        self._account.delete_all(TABLE, [*twins, *old])
        return deleted + len(old)

    def _old_reports(self, created: str) -> list[Mapping[str, Any]]:
        """The entities of old reports among those of their model, but for each model's last report."""
        where = f"{_starting('model:')} and created lt '{created}'"
        old: list[Mapping[str, Any]] = []
        last: dict[str, str] = {}
        token: Mapping[str, str | None] | None = None
        while True:
            found, token = self._account.page(TABLE, where, 1_000, token=token, select=_NAMES)
            for entity in found:
                model = entity["RowKey"].rpartition(":")[0]
                if model not in last:
                    last[model] = self._last(model)
                if entity["RowKey"] != last[model]:
                    old.append(entity)
            if token is None:
                return old

    def _last(self, model: str) -> str:
        """The row key of a model's last report, given what such keys begin with."""
        found, _ = self._account.page(TABLE, _starting(f"{model}:"), 1, select=KEYS_ONLY)
        return found[0]["RowKey"] if found else ""


def _report(entity: Mapping[str, Any]) -> DriftReport:
    return msgspec.json.decode(from_entity(entity, _Json).body, type=DriftReport)


def _number(sequence: int) -> str:
    """Sorts higher numbers first."""
    return f"{_LAST_SEQUENCE - min(sequence, _LAST_SEQUENCE):010d}"


def _of_model(model: str) -> str:
    return f"model:{safe_key(model)}:"


def _starting(start: str) -> str:
    """The filter for the row keys of drift reports that start with `start`, which ends with a colon."""
    return f"PartitionKey eq '{_DRIFT}' and RowKey ge '{start}' and RowKey lt '{start[:-1]};'"

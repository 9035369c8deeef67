"""The embedded store: one SQLite file in WAL mode, shared by threads and processes."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from function_app.errors import ConflictError, KeyReusedError
from function_app.ids import new_id
from function_app.store.counting import Counted
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
from function_app.store.sqlite_file import BUSY_SECONDS, SqliteFile

T = TypeVar("T", bound=msgspec.Struct)


class _Table(Generic[T]):
    """A table with a column for each field of a record, and the SQL that names them.

    What goes into the statements here and below are names of our own; values are bound.
    """

    def __init__(self, name: str, kind: type[T], *extra: str) -> None:
        fields = kind.__struct_fields__
        names = (*fields, *extra)
        self._kind = kind
        self.name = name
        self.width = len(fields)
        # In quotes, because "foreign" is a word of SQL.
        self.columns = ", ".join(f'{name}."{field}"' for field in fields)
        self.insert = 'INTO {} ("{}") VALUES ({})'.format(
            name, '", "'.join(names), ", ".join("?" * len(names))
        )
        self.page = (
            f"SELECT {self.columns}, {name}.position FROM {name}"  # noqa: S608
            f" WHERE {name}.position > ? ORDER BY {name}.position LIMIT ?"
        )

    def record(self, row: Sequence[object]) -> T:
        """The record in the first columns of a row."""
        return msgspec.convert(
            dict(zip(self._kind.__struct_fields__, row, strict=False)), self._kind, strict=False
        )


_PREDICTIONS = _Table("predictions", Prediction)
_FEEDBACK = _Table("feedback", Feedback, "key", "fingerprint")
_EXAMPLES = _Table("examples", Example, "key", "fingerprint")
_MESSAGES = _Table("stream_messages", StreamMessage)
_ALERTS = _Table("alerts", Alert)

_CHECKED = "checked"
"""The state that `check` writes; what it holds is of no use to anybody."""

_OLD = tuple(
    f"DELETE FROM {table} WHERE position IN"  # noqa: S608
    f" (SELECT position FROM {table} WHERE created < ? {but} ORDER BY created LIMIT ?)"
    for table, but in (
        ("predictions", ""),
        ("feedback", ""),
        ("examples", ""),
        ("stream_messages", ""),
        ("alerts", ""),
        (
            "drift_reports",
            "AND EXISTS (SELECT 1 FROM drift_reports later"
            " WHERE later.model = drift_reports.model AND later.position > drift_reports.position)",
        ),
    )
)


class SqliteStore:
    """See `Store`. A cursor is the number of the last row that was read, in the order of commits."""

    kind = "sqlite"

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self._file = SqliteFile(path, busy_seconds=busy_seconds)
        self._counted: Counted[int] | None = None

    def add_predictions(self, rows: Sequence[Prediction]) -> None:
        """Adds predictions, all or none; those whose id is known are passed over."""
        with self._file.transaction() as connection:
            connection.executemany(
                f"INSERT OR IGNORE {_PREDICTIONS.insert}", [msgspec.structs.astuple(row) for row in rows]
            )

    def prediction(self, prediction_id: str) -> Prediction | None:
        """The prediction of that id."""
        with self._file.connection() as connection:
            row = connection.execute(
                f"SELECT {_PREDICTIONS.columns} FROM predictions WHERE id = ?",  # noqa: S608
                (prediction_id,),
            ).fetchone()
        return None if row is None else _PREDICTIONS.record(row)

    def predictions_after(self, cursor: str, limit: int) -> tuple[list[Prediction], str]:
        """Up to `limit` predictions in the order they were added, and the cursor behind the last of them."""
        return self._page(_PREDICTIONS, cursor, limit)

    def add_feedback(self, feedback: Feedback, idempotency: Idempotency | None) -> tuple[Feedback, bool]:
        """Adds feedback durably, or finds what the key added before; says what is kept, and if it is new.

        Raises `KeyReusedError` when the key was used with another fingerprint.
        """
        return self._add_once(_FEEDBACK, feedback, idempotency)

    def feedback_after(self, cursor: str, limit: int) -> tuple[list[tuple[Feedback, Prediction | None]], str]:
        """Like `predictions_after`, for feedback, each with its prediction if it is known by now."""
        with self._file.connection() as connection:
            rows = connection.execute(
                f"SELECT {_FEEDBACK.columns}, {_PREDICTIONS.columns}, feedback.position FROM feedback"  # noqa: S608
                " LEFT JOIN predictions ON predictions.id = feedback.prediction_id"
                " WHERE feedback.position > ? ORDER BY feedback.position LIMIT ?",
                (int(cursor or 0), limit),
            ).fetchall()
        width = _FEEDBACK.width
        found = [
            (_FEEDBACK.record(row), _PREDICTIONS.record(row[width:]) if row[width] else None) for row in rows
        ]
        return found, str(rows[-1][-1]) if rows else cursor

    def add_example(self, example: Example, idempotency: Idempotency | None) -> tuple[Example, bool]:
        """Like `add_feedback`, for labelled examples; the two do not share their keys."""
        return self._add_once(_EXAMPLES, example, idempotency)

    def examples_after(self, cursor: str, limit: int) -> tuple[list[Example], str]:
        """Like `predictions_after`, for labelled examples."""
        return self._page(_EXAMPLES, cursor, limit)

    def count_examples(self, cursor: str = "") -> int:
        """How many labelled examples came behind the cursor.

        What was counted is remembered for a while, so that only what came since is read. Records that are
        deleted meanwhile still count.
        """
        known = self._counted
        with self._file.connection() as connection:
            (last,) = connection.execute("SELECT max(position) FROM examples").fetchone()
            # The last number falls with another file in this one's place, or when the last ones are deleted.
            if known is None or not known.serves(cursor) or (last or 0) < known.until:
                known = Counted(cursor, int(cursor or 0))
            (count,) = connection.execute(
                "SELECT count(*) FROM examples WHERE position > ? AND position <= ?", (known.until, last)
            ).fetchone()
        self._counted = known = known.onwards(max(last or 0, known.until), count)
        return known.records

    def add_stream_message(self, message: StreamMessage) -> tuple[StreamMessage, bool]:
        """Adds a queue message, or finds the one of that id; says what is kept, and if it is new."""
        with self._file.transaction() as connection:
            added = connection.execute(
                f"INSERT OR IGNORE {_MESSAGES.insert}", msgspec.structs.astuple(message)
            )
            if added.rowcount:
                return message, True
            known = connection.execute(
                f"SELECT {_MESSAGES.columns} FROM stream_messages WHERE id = ?",  # noqa: S608
                (message.id,),
            ).fetchone()
        return _MESSAGES.record(known), False

    def add_drift_report(self, report: DriftReport, state: str = "") -> None:
        """Appends a report and its state. Raises `ConflictError` when there is one of its sequence number."""
        row = (report.sequence, report.model, report.created, msgspec.json.encode(report).decode(), state)
        with self._file.transaction() as connection:
            try:
                connection.execute(
                    "INSERT INTO drift_reports (position, model, created, report, state)"
                    " VALUES (?, ?, ?, ?, ?)",
                    row,
                )
            except sqlite3.IntegrityError as error:
                raise ConflictError("Another drift check has reported meanwhile") from error

    def drift_reports(
        self, limit: int, model: str | None = None, before: int | None = None
    ) -> list[DriftReport]:
        """The last reports, newest first, of one model or of all; those with a number below `before`."""
        asked = {"model = ?": model, "position < ?": before}
        given = {condition: value for condition, value in asked.items() if value is not None}
        where = f"WHERE {' AND '.join(given)}" if given else ""
        with self._file.connection() as connection:
            rows = connection.execute(
                f"SELECT report FROM drift_reports {where} ORDER BY position DESC LIMIT ?",  # noqa: S608
                (*given.values(), limit),
            ).fetchall()
        return [msgspec.json.decode(row[0], type=DriftReport) for row in rows]

    def drift_state(self, model: str) -> str:
        """The state that came with the model's last report; empty where there is none."""
        with self._file.connection() as connection:
            row = connection.execute(
                "SELECT state FROM drift_reports WHERE model = ? ORDER BY position DESC LIMIT 1", (model,)
            ).fetchone()
        return "" if row is None else str(row[0])

    def add_alert(self, alert: Alert) -> bool:
        """Keeps an alert; one whose id is known is passed over. Says whether it is new."""
        with self._file.transaction() as connection:
            done = connection.execute(f"INSERT OR IGNORE {_ALERTS.insert}", msgspec.structs.astuple(alert))
        return done.rowcount == 1

    def alerts(self, limit: int) -> list[Alert]:
        """The last alerts, newest first."""
        with self._file.connection() as connection:
            rows = connection.execute(
                f"SELECT {_ALERTS.columns} FROM alerts ORDER BY position DESC LIMIT ?",  # noqa: S608
                (limit,),
            ).fetchall()
        return [_ALERTS.record(row) for row in rows]

    def state(self, name: str) -> State | None:
        """The small value of that name."""
        with self._file.connection() as connection:
            row = connection.execute("SELECT value, version FROM state WHERE name = ?", (name,)).fetchone()
        return None if row is None else State(value=row[0], version=str(row[1]))

    def put_state(self, name: str, value: str, expected_version: str | None) -> str:
        """Replaces the value, or makes it when `expected_version` is None; its new version.

        Raises `ConflictError` when another one wrote it meanwhile, and `ValueError` for an over-long value.
        """
        check_state(value)
        with self._file.transaction() as connection:
            found = connection.execute("SELECT version FROM state WHERE name = ?", (name,)).fetchone()
            if (None if found is None else str(found[0])) != expected_version:
                raise ConflictError("Another one has written this state meanwhile")
            version = 1 if found is None else int(found[0]) + 1
            connection.execute(
                "INSERT OR REPLACE INTO state (name, value, version) VALUES (?, ?, ?)", (name, value, version)
            )
        return str(version)

    def delete_before(self, created: str, limit: int) -> int:
        """Deletes up to `limit` records that are older than `created`; how many there were."""
        deleted = 0
        for statement in _OLD:
            with self._file.transaction() as connection:
                deleted += connection.execute(statement, (created, limit - deleted)).rowcount
            if deleted >= limit:
                break
        return deleted

    def check(self) -> None:
        """Raises `StoreUnavailableError` unless the store can be read and written."""
        # Something is written, because a full disk grants every lock.
        with self._file.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO state (name, value, version) VALUES (?, ?, 1)", (_CHECKED, new_id())
            )

    def close(self) -> None:
        """Closes the connections that no thread is using; a later call opens new ones."""
        self._file.close()

    def _page(self, table: _Table[T], cursor: str, limit: int) -> tuple[list[T], str]:
        with self._file.connection() as connection:
            rows = connection.execute(table.page, (int(cursor or 0), limit)).fetchall()
        return [table.record(row) for row in rows], str(rows[-1][-1]) if rows else cursor

    def _add_once(self, table: _Table[T], record: T, idempotency: Idempotency | None) -> tuple[T, bool]:
        key, fingerprint = (None, None) if idempotency is None else msgspec.structs.astuple(idempotency)
        with self._file.transaction() as connection:
            known = connection.execute(
                f"SELECT {table.columns}, fingerprint FROM {table.name} WHERE key = ?",  # noqa: S608
                (key,),
            ).fetchone()
            if known is not None and known[-1] != fingerprint:
                raise KeyReusedError
            if known is not None:
                return table.record(known), False
            connection.execute(f"INSERT {table.insert}", (*msgspec.structs.astuple(record), key, fingerprint))
        return record, True

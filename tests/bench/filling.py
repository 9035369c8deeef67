"""Stores that have grown: so many predictions over ten days, and what comes with them in proportion."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from function_app.bundle import Reference
from function_app.clock import rfc3339
from function_app.drift.check import check_drift
from function_app.drift.memory import MemoryStore
from function_app.drift.monitor import DriftRule
from function_app.ids import id_of
from function_app.recorder import FLUSH_ROWS
from function_app.store import Alert, DriftReport, Example, Feedback, Idempotency, Prediction, Store
from function_app.store.sqlite import SqliteStore
from function_app.store.sqlite_file import BUSY_SECONDS, SqliteFile
from tests.bench.texts import corpus

DAYS = 10
FEEDBACK_SHARE = 10
"""One feedback for so many predictions."""

EXAMPLE_SHARE = 100
ALERT_SHARE = REPORT_SHARE = 40

MOST_REPORTS = 90 * 24
"""What hourly checks leave in the days that records are kept by default."""

EARLIER_MODEL = "earlier"
"""The model that the drift reports are about, so that the first check of the present one reads all."""


class _UnsafeFile(SqliteFile):
    """Does not wait for the disk, which a request must; else it is the same."""

    def _open(self) -> Any:
        link = super()._open()
        link.connection.execute("PRAGMA synchronous = OFF")
        return link


class UnsafeStore(SqliteStore):
    """Fills a file a hundred times faster than the app does, through the same statements."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._file = _UnsafeFile(path, busy_seconds=BUSY_SECONDS)


@dataclass(frozen=True)
class Contents:
    """What a store holds: predictions of the days since `start`."""

    rows: int
    model: str
    start: datetime
    days: float = DAYS
    seed: int = 1

    def moment(self, number: int) -> datetime:
        """When prediction `number` was made."""
        return self.start + timedelta(days=self.days) * number / self.rows

    def prediction_id(self, number: int) -> str:
        """The id of prediction `number`."""
        return _id(self.moment(number), self.seed, number)

    def predictions(self) -> Iterator[list[Prediction]]:
        """All of them in order, as many at once as the recorder writes."""
        texts = corpus()
        rng = np.random.default_rng(self.seed)
        for start in range(0, self.rows, FLUSH_ROWS):
            numbers = range(start, min(start + FLUSH_ROWS, self.rows))
            probabilities = rng.beta(0.9, 0.5, len(numbers))
            unknown = rng.integers(3, size=len(numbers))
            topics = rng.integers(8, size=len(numbers))
            yield [
                Prediction(
                    id=self.prediction_id(number),
                    created=rfc3339(self.moment(number)),
                    model=self.model,
                    label="positive" if probabilities[at] >= 0.5 else "negative",
                    probability=float(probabilities[at]),
                    tokens=20,
                    unknown_tokens=int(unknown[at]),
                    characters=len(texts[number % len(texts)]),
                    sha256=f"{number:064x}",
                    text=texts[number % len(texts)],
                    topic=int(topics[at]),
                    foreign=False,
                )
                for at, number in enumerate(numbers)
            ]


def contents(rows: int, model: str) -> Contents:
    """Those of a store whose last prediction was made just now."""
    return Contents(rows=rows, model=model, start=datetime.now(UTC) - timedelta(days=DAYS))


def add_predictions(store: Store, held: Contents) -> None:
    """Writes the predictions as the recorder does."""
    for rows in held.predictions():
        store.add_predictions(rows)


def add_what_came_with_them(store: Store, held: Contents, report: DriftReport) -> None:
    """Writes feedback, examples, alerts and reports like `report`, each as a request does."""
    for number in range(0, held.rows, FEEDBACK_SHARE):
        key = Idempotency(key=f"key-{number}", fingerprint=f"{number:064x}")
        store.add_feedback(_feedback(held, number), key)
    for number in range(0, held.rows, EXAMPLE_SHARE):
        store.add_example(_example(held, number), None)
    for number in range(0, held.rows, ALERT_SHARE):
        store.add_alert(_alert(held, number))
    for sequence, number in enumerate(range(0, held.rows, REPORT_SHARE)[-MOST_REPORTS:], start=1):
        moment = held.moment(number)
        store.add_drift_report(
            msgspec.structs.replace(
                report,
                id=_id(moment, 5, number),
                sequence=sequence,
                created=rfc3339(moment),
                model=EARLIER_MODEL,
            ),
            "{}",
        )


def a_report(model: str, reference: Reference, rule: DriftRule) -> DriftReport:
    """What a check says of a thousand predictions: a report of the length that they have."""
    store = MemoryStore()
    for rows in contents(1_000, model).predictions():
        store.add_predictions(rows)
    return check_drift(store, model=model, reference=reference, rule=rule)


def _feedback(held: Contents, number: int) -> Feedback:
    moment = held.moment(number)
    return Feedback(
        id=_id(moment, 2, number),
        created=rfc3339(moment),
        prediction_id=held.prediction_id(number),
        matched=True,
        correct=number % 3 > 0,
        label=None,
        text=None,
        comment="said about it",
    )


def _example(held: Contents, number: int) -> Example:
    moment = held.moment(number)
    return Example(
        id=_id(moment, 3, number),
        created=rfc3339(moment),
        text=f"an example, number {number}, of about the length of a tweet that somebody labelled",
        label="negative",
        sha256=f"{number:064x}",
        source="retrain",
    )


def _alert(held: Contents, number: int) -> Alert:
    moment = held.moment(number)
    essentials = {
        "alertId": f"/subscriptions/none/alerts/{number}",
        "alertRule": "tweets-drift",
        "severity": "Sev2",
        "signalType": "Log",
        "monitorCondition": "Fired",
        "monitoringService": "Log Alerts V2",
        "alertTargetIDs": ["/subscriptions/none/components/tweets"],
        "firedDateTime": rfc3339(moment),
        "description": "The tweets no longer look like those that the model was tested on. " * 5,
    }
    body = {"schemaId": "azureMonitorCommonAlertSchema", "data": {"essentials": essentials}}
    return Alert(id=_id(moment, 4, number), created=rfc3339(moment), body=msgspec.json.encode(body).decode())


def _id(moment: datetime, kind: int, number: int) -> str:
    """The same whenever it is asked for, in the order of time, and spread like random ones in its end."""
    return id_of(int(moment.timestamp() * 1000), (kind << 58) | (number * 0x9E3779B97F4A7C15 % (1 << 58)))

"""Everything that is recorded, behind one protocol."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from function_app.store.records import DriftReport, Feedback, Idempotency, Prediction
from function_app.store.sqlite import SqliteStore


class Store(Protocol):
    """Keeps predictions, feedback and drift reports. May be used from several threads and processes.

    Every method raises `StoreUnavailableError` when the store cannot be reached; a later call may succeed.
    A cursor is a text that only the store understands; the empty one means the beginning.
    """

    kind: str

    def add_predictions(self, rows: Sequence[Prediction]) -> None:
        """Adds predictions, all or none; those whose id is known are passed over."""

    def prediction(self, prediction_id: str) -> Prediction | None:
        """The prediction of that id."""

    def predictions_after(self, cursor: str, limit: int) -> tuple[list[Prediction], str]:
        """Up to `limit` predictions in the order they were added, and the cursor behind the last of them."""

    def add_feedback(self, feedback: Feedback, idempotency: Idempotency | None) -> tuple[Feedback, bool]:
        """Adds feedback durably, or finds what the key added before; says what is kept, and if it is new.

        Raises `KeyReusedError` when the key was used with another fingerprint.
        """

    def feedback_after(self, cursor: str, limit: int) -> tuple[list[tuple[Feedback, Prediction | None]], str]:
        """Like `predictions_after`, for feedback, each with its prediction if it is known by now."""

    def add_drift_report(self, report: DriftReport) -> None:
        """Appends a report. Raises `ConflictError` when its model already has one of its sequence number."""

    def drift_reports(self, limit: int, model: str | None = None) -> list[DriftReport]:
        """The last reports, newest first, of one model or of all."""

    def check(self) -> None:
        """Raises `StoreUnavailableError` unless the store can be read and written."""

    def close(self) -> None:
        """Lets go of files and connections; a later call opens them again."""


def open_store(path: Path) -> Store:
    """The store in the file at `path`; the file and its folder are made when it is first used."""
    return SqliteStore(path)


__all__ = ["DriftReport", "Feedback", "Idempotency", "Prediction", "Store", "open_store"]

"""Everything that is recorded, behind one protocol with two back ends."""

from collections.abc import Sequence
from typing import Protocol

from function_app.settings import Settings
from function_app.store.records import (
    Alert,
    DriftReport,
    Example,
    Feedback,
    Idempotency,
    Prediction,
    State,
    StreamMessage,
)
from function_app.store.sqlite import SqliteStore


class Store(Protocol):
    """Keeps what the app records. May be used from several threads and processes.

    Every method raises `StoreUnavailableError` when the store cannot be reached; a later call may succeed.
    What a method has added when it returns is durable. A cursor is a text that only the store understands;
    the empty one means the beginning. A reader that goes on from its last cursor gets every record once, in
    the order in which they reached the store, or close to it: see the back end.
    """

    kind: str

    def add_predictions(self, rows: Sequence[Prediction]) -> None:
        """Adds predictions; those whose id is known are passed over, so a failed call can be repeated."""

    def prediction(self, prediction_id: str) -> Prediction | None:
        """The prediction of that id."""

    def predictions_after(self, cursor: str, limit: int) -> tuple[list[Prediction], str]:
        """Up to `limit` predictions that came behind the cursor, and the cursor behind the last of them.

        Fewer than `limit` mean that there are no more for now.
        """

    def add_feedback(self, feedback: Feedback, idempotency: Idempotency | None) -> tuple[Feedback, bool]:
        """Adds feedback, or finds what the key added before; says what is kept, and if it is new.

        Raises `KeyReusedError` when the key was used with another fingerprint.
        """

    def feedback_after(self, cursor: str, limit: int) -> tuple[list[tuple[Feedback, Prediction | None]], str]:
        """Like `predictions_after`, for feedback, each with its prediction if it is known by now."""

    def add_example(self, example: Example, idempotency: Idempotency | None) -> tuple[Example, bool]:
        """Like `add_feedback`, for labelled examples; the two do not share their keys."""

    def examples_after(self, cursor: str, limit: int) -> tuple[list[Example], str]:
        """Like `predictions_after`, for labelled examples."""

    def count_examples(self, cursor: str = "") -> int:
        """How many labelled examples came behind the cursor."""

    def add_stream_message(self, message: StreamMessage) -> tuple[StreamMessage, bool]:
        """Adds a queue message, or finds the one of that id; says what is kept, and if it is new."""

    def add_drift_report(self, report: DriftReport, state: str = "") -> None:
        """Appends a report, with what the next check of its model needs to know beside it.

        Raises `ConflictError` when there is already a report of its sequence number, of whatever model.
        """

    def drift_reports(
        self, limit: int, model: str | None = None, before: int | None = None
    ) -> list[DriftReport]:
        """The last reports, newest first, of one model or of all; those with a number below `before`."""

    def drift_state(self, model: str) -> str:
        """The state that came with the model's last report; empty where there is none."""

    def add_alert(self, alert: Alert) -> bool:
        """Keeps an alert; one whose id is known is passed over. Says whether it is new."""

    def alerts(self, limit: int) -> list[Alert]:
        """The last alerts, newest first."""

    def state(self, name: str) -> State | None:
        """The small value of that name."""

    def put_state(self, name: str, value: str, expected_version: str | None) -> str:
        """Replaces the value, or makes it when `expected_version` is None; its new version.

        Raises `ConflictError` when another one wrote it meanwhile, and `ValueError` for more than
        `records.STATE_CHARACTERS` characters.
        """

    def delete_before(self, created: str, limit: int) -> int:
        """Deletes up to `limit` records that are older than `created` (RFC 3339); how many there were.

        Less than `limit` means that none is left. Named state and each model's last drift report stay.
        """

    def check(self) -> None:
        """Raises `StoreUnavailableError` unless the store can be read and written."""

    def close(self) -> None:
        """Lets go of files and connections; a later call opens them again."""


class DriftStore(Protocol):
    """The part of a store that a drift check uses; see the methods of `Store` that are called like these."""

    def predictions_after(self, cursor: str, limit: int) -> tuple[list[Prediction], str]:
        """Predictions behind the cursor."""

    def feedback_after(self, cursor: str, limit: int) -> tuple[list[tuple[Feedback, Prediction | None]], str]:
        """Feedback behind the cursor."""

    def count_examples(self, cursor: str = "") -> int:
        """How many labelled examples came behind the cursor."""

    def add_drift_report(self, report: DriftReport, state: str = "") -> None:
        """Appends a report and its state."""

    def drift_reports(
        self, limit: int, model: str | None = None, before: int | None = None
    ) -> list[DriftReport]:
        """The last reports."""

    def drift_state(self, model: str) -> str:
        """The state that came with the model's last report."""

    def state(self, name: str) -> State | None:
        """The small value of that name."""


def open_store(settings: Settings) -> Store:
    """The store that the settings name; nothing is opened or made before it is first used."""
    if settings.store == "sqlite":
        return SqliteStore(settings.store_path)
    # The embedded store needs none of the packages that this one imports.
    from function_app.store.tables import open_tables  # noqa: PLC0415

    return open_tables(settings)


__all__ = [
    "Alert",
    "DriftReport",
    "DriftStore",
    "Example",
    "Feedback",
    "Idempotency",
    "Prediction",
    "State",
    "Store",
    "StreamMessage",
    "open_store",
]

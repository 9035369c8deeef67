"""The part of a store that a drift check uses, in memory."""

from collections.abc import Sequence

from function_app.errors import ConflictError
from function_app.store import DriftReport, Feedback, Prediction, State


class MemoryStore:
    """See the methods of `Store` that are called like those here. A cursor is the number of records read."""

    def __init__(self) -> None:
        self._predictions: list[Prediction] = []
        self._by_id: dict[str, Prediction] = {}
        self._votes: list[tuple[Feedback, Prediction | None]] = []
        self._reports: list[tuple[DriftReport, str]] = []

    def add_predictions(self, rows: Sequence[Prediction]) -> None:
        """Adds predictions."""
        self._predictions += rows
        self._by_id |= {row.id: row for row in rows}

    def add_votes(self, votes: Sequence[tuple[Feedback, Prediction]]) -> None:
        """Adds feedback, each with its prediction."""
        self._votes += votes

    def prediction(self, prediction_id: str) -> Prediction | None:
        """The prediction of that id."""
        return self._by_id.get(prediction_id)

    def predictions_after(self, cursor: str, limit: int) -> tuple[list[Prediction], str]:
        """Up to `limit` predictions behind the cursor, and the cursor behind the last of them."""
        start = int(cursor or 0)
        rows = self._predictions[start : start + limit]
        return rows, str(start + len(rows))

    def feedback_after(self, cursor: str, limit: int) -> tuple[list[tuple[Feedback, Prediction | None]], str]:
        """Like `predictions_after`, for feedback."""
        start = int(cursor or 0)
        votes = self._votes[start : start + limit]
        return votes, str(start + len(votes))

    def add_drift_report(self, report: DriftReport, state: str = "") -> None:
        """Appends a report and its state. Raises `ConflictError` when there is one of its sequence number."""
        if self._reports and report.sequence <= self._reports[-1][0].sequence:
            raise ConflictError("Another drift check has reported meanwhile")
        self._reports.append((report, state))

    def drift_reports(
        self, limit: int, model: str | None = None, before: int | None = None
    ) -> list[DriftReport]:
        """The last reports, newest first."""
        found = [
            report
            for report, _ in reversed(self._reports)
            if model in (None, report.model) and (before is None or report.sequence < before)
        ]
        return found[:limit]

    def drift_state(self, model: str) -> str:
        """The state that came with the model's last report; empty where there is none."""
        return next((state for report, state in reversed(self._reports) if report.model == model), "")

    def state(self, name: str) -> State | None:
        """None: there is no named state."""
        return None

    def count_examples(self, cursor: str = "") -> int:
        """None are kept."""
        return 0

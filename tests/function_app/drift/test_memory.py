import pytest

from function_app.drift.memory import MemoryStore
from function_app.errors import ConflictError
from function_app.store import DriftStore, Feedback
from function_app.store.sqlite import SqliteStore
from tests.function_app import samples


def pages(store: DriftStore) -> list[list[str]]:
    """The ids of all predictions and votes, two at a time."""
    found = []
    for read in (store.predictions_after, store.feedback_after):
        cursor = ""
        while True:
            rows, cursor = read(cursor, 2)
            found.append([row[0].id if isinstance(row, tuple) else row.id for row in rows])
            if len(rows) < 2:
                break
    return found


def test_a_check_reads_from_memory_what_it_would_read_from_a_file(store: SqliteStore) -> None:
    memory = MemoryStore()
    rows = [samples.prediction() for _ in range(5)]
    votes: list[Feedback] = [samples.feedback(row.id) for row in rows[:3]]
    memory.add_predictions(rows)
    memory.add_votes(list(zip(votes, rows, strict=False)))
    store.add_predictions(rows)
    for vote in votes:
        store.add_feedback(vote, None)
    assert pages(memory) == pages(store)
    assert memory.prediction(rows[2].id) == store.prediction(rows[2].id) == rows[2]
    assert memory.prediction("unknown") is None
    assert memory.count_examples() == store.count_examples() == 0
    assert memory.state("any") is store.state("any") is None


def test_reports_and_their_state_are_kept_alike(store: SqliteStore) -> None:
    memory = MemoryStore()
    reports = [samples.report(sequence=number, model="ab"[number % 2]) for number in range(1, 6)]
    for either in (memory, store):
        for report in reports:
            either.add_drift_report(report, f"state {report.sequence}")
        with pytest.raises(ConflictError):
            either.add_drift_report(samples.report(sequence=5))
    for asked in ((2,), (9, "a"), (9, "b", 4), (9, "c"), (2, None, 3)):
        assert memory.drift_reports(*asked) == store.drift_reports(*asked)
    for model in ("a", "b", "c"):
        assert memory.drift_state(model) == store.drift_state(model)

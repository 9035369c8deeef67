"""How SQLite goes about the store's statements: none with a condition looks through a whole table."""

from pathlib import Path

from function_app.ids import new_id
from function_app.store import Alert, Idempotency, StreamMessage
from function_app.store.sqlite import SqliteStore
from tests.function_app.samples import example, feedback, prediction, report

LATER = "2999-01-01T00:00:00.000Z"


def statements(path: Path) -> list[str]:
    """What a use of every method sends to SQLite, with the values in it."""
    store = SqliteStore(path)
    sent: list[str] = []
    with store._file.connection() as connection:
        connection.set_trace_callback(sent.append)
    said = prediction()
    store.add_predictions([said])
    store.prediction(said.id)
    store.predictions_after("", 10)
    store.add_feedback(feedback(said.id), Idempotency(key="k", fingerprint="f"))
    store.feedback_after("", 10)
    store.add_example(example(), None)
    store.examples_after("", 10)
    store.count_examples("0")
    message = StreamMessage(id="m", created=LATER, model="m", texts=1, first_id=new_id())
    for _ in range(2):
        store.add_stream_message(message)
    for sequence in (1, 2):
        store.add_drift_report(report(sequence=sequence), "state")
    for model in (None, "m"):
        for before in (None, 2):
            store.drift_reports(10, model, before)
    store.drift_state("m")
    store.add_alert(Alert(id=new_id(), created=LATER, body="{}"))
    store.alerts(10)
    store.put_state("name", "value", None)
    store.state("name")
    store.delete_before(LATER, 1_000)
    store.close()
    return sent


def test_no_condition_is_looked_for_row_by_row(store_path: Path) -> None:
    sent = statements(store_path)
    asked = [one for one in sent if " WHERE " in one and one.startswith(("SELECT", "DELETE", "UPDATE"))]
    assert len(asked) >= 18
    store = SqliteStore(store_path)
    plans = {}
    with store._file.connection() as connection:
        for statement in asked:
            steps = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            plans[statement] = [step for *_, step in steps]
    store.close()
    assert not {
        statement: steps
        for statement, steps in plans.items()
        if any(step.startswith("SCAN") or "TEMP B-TREE" in step for step in steps)
    }

"""One check for drift: reads what is new, adds it to the evidence, judges, and reports.

Every hour's report says how things stand: the status stays `drift` for as long as the evidence is there, and
falls back by itself within some hundred tweets when the stream is as before. So an alert rule that looks at
the last report fires once, and resolves once.
"""

from function_app.bundle import Reference
from function_app.clock import utc_now
from function_app.drift.checkpoint import Checkpoint, read_checkpoint, with_mark, write_checkpoint
from function_app.drift.judgement import Judgement, judge
from function_app.drift.monitor import DriftRule, Monitor
from function_app.drift.reading import Reading, read_sample, read_votes
from function_app.drift.telling import explained
from function_app.drift.tweets import seconds_of
from function_app.examples import count_waiting
from function_app.ids import new_id
from function_app.store import DriftReport, DriftStore, Prediction
from function_app.store.records import DriftAdvice

MOST_READ_AGAIN = 20_000
"""Predictions since a change that are looked at for the explanation."""

MOST_EXPLAINED = 2_000
"""Predictions since a change that are drawn from them, by their ids."""


def check_drift(store: DriftStore, *, model: str, reference: Reference, rule: DriftRule) -> DriftReport:
    """Goes on from the model's last report over what came since, and appends the next report.

    A report and all that the next check needs are one record, and there is one of each number. So a check
    that is killed leaves nothing behind, and of two that run at once only one counts. Raises `ConflictError`
    for the other one, and `StoreUnavailableError`.
    """
    # The number before the state: a report that came in between has the number that this one will ask for.
    last = store.drift_reports(1)
    checkpoint = read_checkpoint(store.drift_state(model))
    monitor = Monitor(reference, rule, checkpoint.monitor)
    reading = Reading(store, checkpoint.cursor, model, read=checkpoint.read)
    votes, feedback_cursor = read_votes(store, checkpoint.feedback_cursor, model)
    drawn = monitor.observe(reading.tweets)
    monitor.hear(votes)
    judgement = judge(monitor)
    after = _after(checkpoint, monitor, reading, feedback_cursor)
    report = DriftReport(
        id=new_id(),
        sequence=last[0].sequence + 1 if last else 1,
        model=model,
        created=utc_now(),
        status=judgement.status,
        drift=judgement.status == "drift",
        samples=judgement.samples,
        new_samples=drawn,
        other_model=reading.other_model,
        tests=judgement.tests,
        evidence=judgement.evidence,
        moved=judgement.moved,
        since=judgement.since,
        accuracy=judgement.accuracy,
        votes=judgement.votes,
        positive_rate=judgement.tests[0].value,
        reference_positive_rate=judgement.tests[0].reference,
        words=None,
        examples=[],
        slice=None,
        advice=DriftAdvice(action="nothing", sentence="", label=[]),
        cursor=after.cursor,
        sentence="",
    )
    rows = _rows_since(store, model, judgement, after)
    report = explained(report, rows, reference, min_samples=rule.min_samples, waiting=count_waiting(store))
    store.add_drift_report(report, write_checkpoint(after))
    return report


def _after(before: Checkpoint, monitor: Monitor, reading: Reading, feedback_cursor: str) -> Checkpoint:
    marks = before.marks
    for mark in reading.marks:
        marks = with_mark(marks, mark)
    return Checkpoint(
        monitor=monitor.state(),
        cursor=reading.cursor,
        feedback_cursor=feedback_cursor,
        read=before.read + len(reading.tweets),
        marks=marks,
    )


def _rows_since(
    store: DriftStore, model: str, judgement: Judgement, checkpoint: Checkpoint
) -> list[Prediction]:
    """Predictions since the change that the judgement suspects; none where it suspects none."""
    if judgement.since is None:
        return []
    return read_sample(
        store,
        checkpoint.mark_before(seconds_of(judgement.since), most=MOST_READ_AGAIN),
        model,
        since=judgement.since,
        most_read=MOST_READ_AGAIN,
        most_kept=MOST_EXPLAINED,
    )

"""The event of a drift report, for the telemetry."""

from function_app.events import DriftEvent
from function_app.store.records import DriftReport


def drift_event(report: DriftReport) -> DriftEvent:
    """The event; `effect` and `since` are those of the strongest test that moved."""
    effects = {test.name: test.effect for test in report.tests}
    return DriftEvent(
        status=report.status,
        drift=report.drift,
        moved=tuple(report.moved),
        effect=effects[report.moved[0]] if report.moved else None,
        since=report.since,
        sentence=report.sentence,
        model=report.model,
        samples=report.samples,
        new_samples=report.new_samples,
        log_e=report.evidence.log_e,
        alarm_at=report.evidence.alarm_at,
        positive_rate=report.positive_rate,
        reference_positive_rate=report.reference_positive_rate,
        estimated_accuracy=None if report.accuracy is None else report.accuracy.estimate,
        error_rate=report.votes.error_rate,
        sequence=report.sequence,
        action=report.advice.action,
    )

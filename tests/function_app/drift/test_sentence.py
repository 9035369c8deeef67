import msgspec
import pytest

from function_app.drift.sentence import describe
from function_app.store import DriftReport
from function_app.store.records import DriftEffect, DriftEvidence, DriftStatus


def report(status: DriftStatus, log_e: float) -> DriftReport:
    return DriftReport(
        id="i",
        sequence=1,
        model="m-1",
        created="2026-01-01T00:00:00.000Z",
        status=status,
        drift=status == "drift",
        samples=1_240,
        new_samples=10,
        other_model=0,
        evidence=DriftEvidence(log_e=log_e, alarm_at=4.6),
        effect=DriftEffect(total_variation=0.2134, least=0.05),
        positive_rate=0.62,
        reference_positive_rate=0.41,
        positives=769,
        counts=[471, 769],
        cursor="9",
        sentence="",
    )


def test_drift_says_what_moved_how_far_how_sure_and_what_to_do() -> None:
    assert describe(report("drift", 6.9077), min_samples=300) == (
        "The tweets have drifted over 1,240 tweets scored by model m-1: 62.0% were called positive, "
        "against 41.0% of the held-out data; 21.3% of the scores lie elsewhere than there. "
        "Without any change, evidence this strong would ever come up in at most one in 1,000 deployments. "
        "Read a sample of recent tweets and of the answers reported wrong, then retrain on them."
    )


def test_overwhelming_evidence_is_not_spelled_out() -> None:
    assert "fewer than one in 100,000,000" in describe(report("drift", 5_000), min_samples=300)


@pytest.mark.parametrize(
    ("status", "opening"),
    [
        ("insufficient_data", "Too early to judge: 1,240 tweets"),
        ("stable", "No drift over 1,240 tweets"),
        ("warning", "Possible drift over 1,240 tweets"),
    ],
)
def test_other_states_say_so(status: DriftStatus, opening: str) -> None:
    assert describe(report(status, 2.5), min_samples=3_000).startswith(opening)


def test_a_report_without_samples_can_be_described() -> None:
    empty = msgspec.structs.replace(report("insufficient_data", 0), samples=0, positive_rate=None)
    assert "0 tweets" in describe(empty, min_samples=300)

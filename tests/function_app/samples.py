"""Records for tests, with every field filled."""

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec

from function_app.clock import rfc3339, utc_now
from function_app.ids import new_id
from function_app.store import DriftReport, Example, Feedback, Prediction
from function_app.store.records import DriftAccuracy, DriftAdvice, DriftEvidence, DriftTest, DriftVotes


def prediction(*, probability: float = 0.9, model: str = "handmade-1", text: str = "thanks") -> Prediction:
    """A prediction with a new id."""
    return Prediction(
        id=new_id(),
        created=utc_now(),
        model=model,
        label="positive" if probability >= 0.5 else "negative",
        probability=probability,
        tokens=1,
        unknown_tokens=0,
        characters=len(text),
        sha256="00" * 32,
        text=text,
    )


def feedback(prediction_id: str) -> Feedback:
    """Feedback with a new id, unmatched."""
    return Feedback(
        id=new_id(),
        created=utc_now(),
        prediction_id=prediction_id,
        matched=False,
        correct=False,
        label=None,
        text=None,
        comment="no",
    )


def example(*, text: str = "thanks", created: str | None = None) -> Example:
    """An example with a new id."""
    return Example(
        id=new_id(),
        created=created or utc_now(),
        text=text,
        label="positive",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        source="retrain",
    )


def report(*, model: str = "m", sequence: int = 1, created: str = "2026-01-01T00:00:00.000Z") -> DriftReport:
    """A drift report with a new id."""
    return DriftReport(
        id=new_id(),
        sequence=sequence,
        model=model,
        created=created,
        status="stable",
        drift=False,
        samples=3,
        new_samples=3,
        other_model=0,
        tests=[
            DriftTest(
                name="positive_rate",
                status="stable",
                log_e=0.5,
                alarm_at=4.8,
                share=0.8,
                value=0.5,
                reference=0.5,
                effect=0.0,
                least=0.03,
                unit="share",
                since=None,
                samples=3,
            )
        ],
        evidence=DriftEvidence(log_e=0.5, alarm_at=4.6),
        moved=[],
        since=None,
        accuracy=DriftAccuracy(estimate=0.84, low=0.7, high=0.98, reference=0.85),
        votes=DriftVotes(votes=2, wrong=1, error_rate=0.5, expected=0.15),
        positive_rate=0.5,
        reference_positive_rate=0.5,
        words=None,
        examples=[],
        slice=None,
        advice=DriftAdvice(action="nothing", sentence="Nothing to do.", label=[]),
        cursor="3",
        sentence="All is well.",
    )


def ago(**span: float) -> tuple[str, str]:
    """An id and a time of that long ago, for example `ago(hours=3)`."""
    moment = datetime.now(UTC) - timedelta(**span)
    digits = f"{int(moment.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}{new_id()[13:]}", rfc3339(moment)


def older(record: msgspec.Struct, **span: float):
    """The record as if it had been made that long ago."""
    record_id, created = ago(**span)
    return msgspec.structs.replace(record, id=record_id, created=created)

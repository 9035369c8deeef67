"""Predictions and judged reports to tell about."""

import hashlib
from collections.abc import Sequence

import msgspec

from function_app.ids import new_id
from function_app.store import DriftReport, Prediction
from function_app.store.records import (
    DriftAccuracy,
    DriftEvidence,
    DriftStatus,
    DriftTest,
    DriftTestName,
    DriftUnit,
    DriftVotes,
    DriftWords,
)
from tests.function_app import samples

SINCE = "2026-11-03T14:12:00.000Z"
NUMBERS: dict[DriftTestName, tuple[DriftUnit, float, float]] = {
    "positive_rate": ("share", 0.61, 0.52),
    "confidence": ("share", 0.71, 0.84),
    "length": ("characters", 131.4, 84.2),
    "unknown_tokens": ("share", 0.124, 0.041),
    "language": ("share", 0.18, 0.0061),
    "topic": ("distance", 0.31, 0.0),
    "error_rate": ("share", 0.34, 0.12),
}
"""Unit, value and reference of each test."""


def tweet(
    text: str | None = "thanks",
    *,
    probability: float = 0.9,
    characters: int | None = None,
    unknown: int = 0,
    topic: int | None = None,
    foreign: bool | None = None,
    name: str = "",
) -> Prediction:
    """A prediction; `name` tells texts apart that are not kept."""
    known = name or text or ""
    return msgspec.structs.replace(
        samples.prediction(probability=probability),
        id=new_id(),
        text=text,
        sha256=hashlib.sha256(known.encode()).hexdigest(),
        tokens=10,
        unknown_tokens=unknown,
        characters=len(known) if characters is None else characters,
        topic=topic,
        foreign=foreign,
    )


def judged(
    status: DriftStatus,
    *moved: DriftTestName,
    samples_seen: int = 1_240,
    log_e: float = 4.9,
    accuracy: DriftAccuracy | None = None,
    votes: DriftVotes | None = None,
    words: DriftWords | None = None,
) -> DriftReport:
    """A report in which these tests moved."""
    return msgspec.structs.replace(
        samples.report(),
        status=status,
        drift=status == "drift",
        samples=samples_seen,
        tests=[_test(name, moved) for name in NUMBERS],
        evidence=DriftEvidence(log_e=log_e, alarm_at=4.6),
        moved=list(moved),
        since=SINCE if moved else None,
        accuracy=accuracy,
        votes=votes or DriftVotes(votes=0, wrong=0, error_rate=None, expected=0.12),
        positive_rate=0.61 if samples_seen else None,
        reference_positive_rate=0.52,
        words=words,
    )


def _test(name: DriftTestName, moved: Sequence[str]) -> DriftTest:
    unit, value, reference = NUMBERS[name]
    return DriftTest(
        name=name,
        status="drift" if name in moved else "stable",
        log_e=9.0,
        alarm_at=6.0,
        share=0.1,
        value=value,
        reference=reference,
        effect=value - reference,
        least=0.05,
        unit=unit,
        since=SINCE,
        samples=400,
    )

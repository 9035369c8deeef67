"""From the evidence to a verdict: what moved, by how much, since when, and whether that is an alarm."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log

import numpy as np
from msgspec.structs import replace

from function_app.clock import rfc3339
from function_app.drift.accuracy import estimated_accuracy
from function_app.drift.detector import NO_EVIDENCE, Detector
from function_app.drift.monitor import DriftRule, Monitor, Stream
from function_app.drift.watches import Watch
from function_app.store.records import (
    DriftAccuracy,
    DriftEvidence,
    DriftStatus,
    DriftTest,
    DriftTestName,
    DriftVotes,
)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the tests say; the fields are those of a report."""

    status: DriftStatus
    samples: int
    tests: list[DriftTest]
    evidence: DriftEvidence
    moved: list[DriftTestName]
    since: str | None
    accuracy: DriftAccuracy | None
    votes: DriftVotes


@dataclass(frozen=True, kw_only=True)
class _Finding:
    """A test as it stands since its change point, and as it stands since the beginning.

    `weight` is its evidence as a part of all evidence (logarithm); `confidence` the sum over `since.samples`.
    """

    since: DriftTest
    ever: DriftTest
    weight: float
    confidence: float


def judge(monitor: Monitor) -> Judgement:
    """The verdict on all that the monitor has taken.

    Tweets and votes each have their part of the budget, but what people vote on is not independent of what
    the tweets were. So their evidence is not added up, the larger one counts; the chance that either is
    misleading is at most the sum of both parts. An alternative does not count where the measured effect is
    smaller than what matters in practice.
    """
    rule = monitor.rule
    tweets, votes = _findings(monitor.tweets, rule), _findings(monitor.votes, rule)
    log_e = max(_together(tweets), _together(votes))
    samples = 0 if monitor.tweets.detector is None else monitor.tweets.detector.seen
    status = _status(log_e, rule.alarm_at) if samples >= rule.min_samples else "insufficient_data"
    moved = _moved([*tweets, *votes], status)
    strongest = moved[0] if moved else None
    return Judgement(
        status=status,
        samples=samples,
        tests=[_shown(one, status, moved) for one in (*tweets, *votes)],
        evidence=DriftEvidence(log_e=log_e, alarm_at=rule.alarm_at),
        moved=[one.since.name for one in moved],
        since=None if strongest is None else strongest.since.since,
        accuracy=_accuracy(monitor, strongest),
        votes=DriftVotes(
            votes=monitor.voted,
            wrong=monitor.wrong,
            error_rate=monitor.wrong / monitor.voted if monitor.voted else None,
            expected=monitor.expected,
        ),
    )


def _findings(stream: Stream, rule: DriftRule) -> list[_Finding]:
    detector = stream.detector
    if detector is None:
        return []
    return [_finding(watch, number, detector, rule) for number, watch in enumerate(stream.watches)]


def _finding(watch: Watch, number: int, detector: Detector, rule: DriftRule) -> _Finding:
    alternatives = np.flatnonzero(detector.owner == number)
    evidence = np.log(watch.weights) + detector.log_r[alternatives]
    log_e = float(np.logaddexp.reduce(evidence))
    directions = np.array([watch.direction(one) for one in range(len(alternatives))])
    counts = np.maximum(detector.counts[alternatives], 1)
    effects = directions * (detector.sums[alternatives] / counts - watch.reference)
    matters = (detector.counts[alternatives] > 0) & (effects >= watch.leasts)
    counted = np.where(matters, evidence, NO_EVIDENCE)
    strongest = int(np.argmax(counted if matters.any() else evidence))
    place = alternatives[strongest]
    ever = DriftTest(
        name=watch.name,
        status="stable",
        log_e=log_e,
        alarm_at=rule.alarm_at - log(watch.share),
        share=watch.share,
        value=None,
        reference=watch.reference,
        effect=0.0,
        least=watch.least,
        unit=watch.unit,
        since=None,
        samples=0,
    )
    since = _measured(ever, count=int(detector.counts[place]), total=float(detector.sums[place]))
    weight = max(float(np.logaddexp.reduce(counted)) + log(watch.share), NO_EVIDENCE)
    moment = datetime.fromtimestamp(float(detector.since[place]), UTC)
    return _Finding(
        since=replace(since, status=_status(weight, rule.alarm_at), since=rfc3339(moment)),
        ever=_measured(ever, count=int(detector.totals[number]), total=float(detector.total_sums[number])),
        weight=weight,
        confidence=float(detector.confidence[place]),
    )


def _measured(test: DriftTest, *, count: int, total: float) -> DriftTest:
    if count == 0:
        return test
    value = total / count
    return replace(test, value=value, effect=value - test.reference, samples=count)


def _status(log_e: float, alarm_at: float) -> DriftStatus:
    """A warning comes at the square root of the evidence of an alarm."""
    if log_e >= alarm_at:
        return "drift"
    return "warning" if log_e >= alarm_at / 2 else "stable"


def _together(findings: Sequence[_Finding]) -> float:
    """Logarithm of the sum of the evidence of those that count."""
    return float(np.logaddexp.reduce([NO_EVIDENCE, *(one.weight for one in findings)]))


def _moved(findings: Sequence[_Finding], status: DriftStatus) -> list[_Finding]:
    """The tests that raise the status, strongest first; the strongest where several do it only together."""
    if status not in ("warning", "drift"):
        return []
    by_weight = sorted(findings, key=lambda one: -one.weight)
    return [one for one in by_weight if one.since.status != "stable"] or by_weight[:1]


def _shown(finding: _Finding, status: DriftStatus, moved: Sequence[_Finding]) -> DriftTest:
    """A test that suspects no change says what it measured since the beginning."""
    if status == "insufficient_data":
        return replace(finding.ever, status=status)
    return finding.since if finding in moved else finding.ever


def _accuracy(monitor: Monitor, strongest: _Finding | None) -> DriftAccuracy | None:
    detector = monitor.tweets.detector
    if detector is None:
        return None
    if strongest is None or strongest.since.name == "error_rate":
        return estimated_accuracy(detector.total_confidence, detector.seen, monitor.reference)
    return estimated_accuracy(strongest.confidence, strongest.since.samples, monitor.reference)

"""One check for drift: reads the new predictions, adds them up, and reports."""

from math import log

import msgspec
import numpy as np

from function_app.bundle import Reference
from function_app.clock import utc_now
from function_app.drift.eprocess import log_e_value, reference_shares, total_variation
from function_app.drift.sentence import describe
from function_app.ids import new_id
from function_app.store import DriftReport, Store
from function_app.store.records import DriftEffect, DriftEvidence, DriftStatus

PAGE_ROWS = 2_000
"""Predictions held in memory at once."""


class DriftRule(msgspec.Struct, frozen=True, kw_only=True):
    """When to judge, what shift matters, and the chance of ever raising a false alarm; see the settings."""

    min_samples: int
    min_effect: float
    alpha: float

    @property
    def alarm_at(self) -> float:
        """Natural logarithm of the e-value from which the alarm is raised."""
        return log(1 / self.alpha)

    def status(self, *, samples: int, log_e: float, effect: float) -> DriftStatus:
        """What the numbers mean. A warning comes at the square root of the evidence of an alarm."""
        if samples < self.min_samples:
            return "insufficient_data"
        if effect >= self.min_effect and log_e >= self.alarm_at:
            return "drift"
        if effect >= self.min_effect and log_e >= self.alarm_at / 2:
            return "warning"
        return "stable"


def check_drift(store: Store, *, model: str, reference: Reference, rule: DriftRule) -> DriftReport:
    """Goes on from the model's last report over the predictions since, and appends the next report.

    A report holds all that the next check needs, and each model has one report of each sequence number. So a
    check that is killed leaves nothing behind, and of two that run at once only one counts. Raises
    `ConflictError` for the other one, and `StoreUnavailableError`.
    """
    reports = store.drift_reports(1, model)
    tally = _Tally(reference, reports[0] if reports else None)
    tally.read(store, model)
    report = tally.report(model, rule)
    store.add_drift_report(report)
    return report


class _Tally:
    """Running totals for one model, from its first prediction on."""

    def __init__(self, reference: Reference, last: DriftReport | None) -> None:
        self._reference = reference
        self._inner_edges = np.array(reference.score.edges[1:-1])
        bins = len(reference.score.counts)
        self._sequence = 1 if last is None else last.sequence + 1
        if last is not None and len(last.counts) != bins:
            last = None  # a reference with other bins has come under the same version: count afresh
        self._counts = np.zeros(bins, np.int64) if last is None else np.array(last.counts, np.int64)
        self._positives = 0 if last is None else last.positives
        self._cursor = "" if last is None else last.cursor
        self._new = 0
        self._other = 0

    def read(self, store: Store, model: str) -> None:
        """Adds the predictions behind the cursor, page by page; those of other models are only counted."""
        while True:
            rows, cursor = store.predictions_after(self._cursor, PAGE_ROWS)
            rows_of_model = [row for row in rows if row.model == model]
            own = [row for row in rows_of_model if row.sampled]
            # As in numpy.histogram: a bin holds its lower edge, the last one its upper edge too.
            bins = np.searchsorted(self._inner_edges, [row.probability for row in own], side="right")
            self._counts += np.bincount(bins, minlength=len(self._counts))
            self._positives += sum(row.label == "positive" for row in own)
            self._new += len(own)
            self._other += len(rows) - len(rows_of_model)
            self._cursor = cursor
            if len(rows) < PAGE_ROWS:
                return

    def report(self, model: str, rule: DriftRule) -> DriftReport:
        """The totals, judged."""
        counts = [int(count) for count in self._counts]
        samples = sum(counts)
        shares = reference_shares(self._reference.score.counts)
        log_e = log_e_value(counts, shares)
        effect = total_variation(counts, shares)
        status = rule.status(samples=samples, log_e=log_e, effect=effect)
        report = DriftReport(
            id=new_id(),
            sequence=self._sequence,
            model=model,
            created=utc_now(),
            status=status,
            drift=status == "drift",
            samples=samples,
            new_samples=self._new,
            other_model=self._other,
            evidence=DriftEvidence(log_e=log_e, alarm_at=rule.alarm_at),
            effect=DriftEffect(total_variation=effect, least=rule.min_effect),
            positive_rate=self._positives / samples if samples else None,
            reference_positive_rate=self._reference.positive_rate,
            positives=self._positives,
            counts=counts,
            cursor=self._cursor,
            sentence="",
        )
        return msgspec.structs.replace(report, sentence=describe(report, min_samples=rule.min_samples))

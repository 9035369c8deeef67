"""Which candidate is taken: the best within a budget, or a smaller one that may be as good."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from training.assessment.kept import USUAL_TOKENS, Assessed, mean_accuracy, usual_latency
from training.assessment.paired import p_of_mean_loss
from training.assessment.record import Assessment

ALPHA = 0.05


class SelectionError(Exception):
    """There is nothing to choose from; the message says what to run first."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a bundle may take at most: one usual tweet's median latency (ms) and model.onnx (10^6 bytes)."""

    max_latency_ms: float = 2.5
    max_size_mb: float = 18.0

    def __str__(self) -> str:
        return f"{self.max_latency_ms:g} ms at {USUAL_TOKENS} tokens and {self.max_size_mb:g} MB"

    def broken_by(self, record: Assessment) -> str:
        """In which respect, and by how much; empty where the bundle is within."""
        latency, size = usual_latency(record).p50, record.cost.bytes / 1e6
        told = []
        if latency > self.max_latency_ms:
            told.append(f"{latency:.2f} ms, {latency - self.max_latency_ms:.2f} too many")
        if size > self.max_size_mb:
            told.append(f"{size:.1f} MB, {size - self.max_size_mb:.1f} too many")
        return " and ".join(told)


class Choice(msgspec.Struct, frozen=True):
    """The selected candidate and its run; ``verdicts`` says of each candidate why it was selected or not."""

    selected: str
    run_id: str
    rule: str
    verdicts: dict[str, str]


def rule(budget: Budget) -> str:
    """The rule in a sentence."""
    return (
        f"the highest mean accuracy over the data sets' validation rows among the bundles within {budget}; "
        f"where others do not differ from it significantly (paired test, {ALPHA:.0%}), the smallest of them"
    )


def choose(assessed: Sequence[Assessed], budget: Budget) -> Choice:
    """Choose by the rule. Test rows have no say in it.

    Raises:
        SelectionError: no bundle is within the budget, or they were not measured on the same validation rows.
    """
    verdicts = {
        one.record.candidate: f"over the budget: {broken}"
        for one in assessed
        if (broken := budget.broken_by(one.record))
    }
    within = sorted(
        (one for one in assessed if one.record.candidate not in verdicts),
        key=lambda one: -mean_accuracy(one.record.validation),
    )
    if not within:
        told = "; ".join(f"{name} is {verdict}" for name, verdict in verdicts.items())
        raise SelectionError(
            f"no candidate is within {budget}: {told}; --max-latency-ms and --max-size-mb set the budget"
        )
    best = within[0]
    p_of_loss = {one.record.candidate: _p_of_loss(best, one) for one in within}
    as_good = [one for one in within if p_of_loss[one.record.candidate] > ALPHA]
    taken = min(as_good, key=lambda one: one.record.cost.bytes)
    for one in within:
        name = one.record.candidate
        verdicts[name] = _verdict(one, best=best, taken=taken, p=p_of_loss[name])
    return Choice(taken.record.candidate, taken.record.run_id, rule(budget), verdicts)


def _p_of_loss(best: Assessed, other: Assessed) -> float:
    if other is best:
        return 1.0
    one, two = best.validation.of_tweets, other.validation.of_tweets
    if not (np.array_equal(one.datasets, two.datasets) and np.array_equal(one.labels, two.labels)):
        raise SelectionError(
            f"{best.record.candidate} and {other.record.candidate} were not measured on the same "
            "validation rows: python -m training assess --again"
        )
    return p_of_mean_loss(one.datasets, present=one.right, challenger=two.right)


def _verdict(one: Assessed, *, best: Assessed, taken: Assessed, p: float) -> str:
    mean = mean_accuracy(one.record.validation)
    loss = mean_accuracy(best.record.validation) - mean
    size = f"{one.record.cost.bytes / 1e6:.1f} MB"
    behind = f"{loss:.4f} behind {best.record.candidate} (p = {p:.2g})"
    if one is best and one is taken:
        return f"selected: the highest mean validation accuracy, {mean:.4f}, and no smaller bundle is as good"
    if one is taken:
        return f"selected: mean validation accuracy {mean:.4f}, {behind}, the smallest of its equals: {size}"
    smaller = f"{taken.record.candidate} is as good with {taken.record.cost.bytes / 1e6:.1f} MB"
    if one is best:
        return f"the highest mean validation accuracy, {mean:.4f}, but takes {size}, and {smaller}"
    if p > ALPHA:
        return f"mean validation accuracy {mean:.4f}, {behind}, but takes {size}, and {smaller}"
    return f"mean validation accuracy {mean:.4f}, {behind}"

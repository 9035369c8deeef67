"""Intervals by the bootstrap (Efron 1979): how far figures move with other rows of the kind."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from export.metrics import CALIBRATION_BINS, accuracy_interval
from training.assessment.record import Estimate

RESAMPLES = 1_000
LEVEL = 0.95
_COUNTS_AT_ONCE = 4_000_000

Floats = npt.NDArray[np.float64]


def share(right: npt.NDArray[np.bool_]) -> Estimate:
    """The share of N ≥ 1 rows that are right, with its interval, for which nothing need be drawn."""
    value = float(right.mean())
    low, high = accuracy_interval(value, len(right))
    return Estimate(value, min(low, value), max(high, value))


def intervals(
    labels: npt.ArrayLike, probabilities: npt.ArrayLike, *, resamples: int = RESAMPLES, seed: int = 7
) -> dict[str, Estimate]:
    """The figures of N two-class predictions that stand in an `OnDataSet`, by their names there.

    ``labels``: (N,) 0 or 1, both of which must occur; ``probabilities``: (N,) of 1. Intervals are percentiles
    of the figures of ``resamples`` draws of N rows with replacement. The calibration error is the exception:
    it is never below 0, so noise makes it larger, and larger once more in each draw; its percentiles are
    mirrored at the value (the basic interval of Davison and Hinkley 1997), which takes that back. They hold
    the truth about nine times in ten on some hundred rows, and less often where the true error is about 0.
    """
    truth = np.asarray(labels, dtype=bool)
    probability = np.asarray(probabilities, dtype=np.float64)
    if truth.all() or not truth.any():
        raise ValueError("both classes, 0 and 1, must occur among the labels")
    sums = _Sums(truth, probability)
    values = sums.figures(np.ones((1, len(truth))))
    draws = [sums.figures(counts) for counts in _counts(len(truth), resamples, np.random.default_rng(seed))]
    found = {}
    for name, (value,) in values.items():
        drawn = np.concatenate([draw[name] for draw in draws])
        low, high = np.nanquantile(drawn, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
        if name == "calibration_error":
            low, high = max(2 * value - high, 0.0), 2 * value - low
        found[name] = Estimate(float(value), float(min(low, value)), float(max(high, value)))
    return found


class _Sums:
    """What all figures are made of: those of a draw are a product with how often it holds each row."""

    def __init__(self, truth: npt.NDArray[np.bool_], probability: Floats) -> None:
        order = np.argsort(probability, kind="stable")
        self._truth = truth[order].astype(np.float64)
        ordered = probability[order]
        decided = ordered >= 0.5
        of_truth = np.where(truth[order], ordered, 1 - ordered)
        confidence = np.maximum(ordered, 1 - ordered)
        right = decided == truth[order]
        bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
        rows = np.zeros((len(truth), 5 + CALIBRATION_BINS))
        rows[np.arange(len(truth)), 2 * truth[order] + decided] = 1.0
        rows[:, 4] = -np.log(np.clip(of_truth, 1e-7, 1 - 1e-7))
        rows[np.arange(len(truth)), 5 + bins] = right - confidence
        self._rows = rows
        self._ties = np.flatnonzero(np.diff(ordered, prepend=-1.0) > 0)
        self._order = order

    def figures(self, counts: Floats) -> dict[str, Floats]:
        """Figures of B draws, (B,) each, from how often each of the N rows is in them, (B, N)."""
        ordered = counts[:, self._order]
        sums = ordered @ self._rows
        true_negative, false_positive, false_negative, true_positive = sums[:, :4].T
        total = ordered.sum(axis=1)
        recall = (
            _ratio(true_negative, true_negative + false_positive)
            + _ratio(true_positive, true_positive + false_negative)
        ) / 2
        wrong = false_positive + false_negative
        return {
            "accuracy": (true_negative + true_positive) / total,
            "mean_recall": recall,
            "f1_negative": _ratio(2 * true_negative, 2 * true_negative + wrong),
            "f1_positive": _ratio(2 * true_positive, 2 * true_positive + wrong),
            "roc_auc": self._roc_auc(ordered),
            "log_loss": sums[:, 4] / total,
            "calibration_error": np.abs(sums[:, 5:]).sum(axis=1) / total,
        }

    def _roc_auc(self, ordered: Floats) -> Floats:
        """Share of pairs in the right order (Mann and Whitney 1947), ties by half; NaN without pairs."""
        positive = np.add.reduceat(ordered * self._truth, self._ties, axis=1)
        negative = np.add.reduceat(ordered * (1 - self._truth), self._ties, axis=1)
        below = np.cumsum(negative, axis=1) - negative / 2
        pairs = positive.sum(axis=1) * negative.sum(axis=1)
        return _ratio((positive * below).sum(axis=1), pairs, otherwise=np.nan)


def _counts(rows: int, resamples: int, random: np.random.Generator) -> Iterator[Floats]:
    at_once = max(1, _COUNTS_AT_ONCE // rows)
    for start in range(0, resamples, at_once):
        draws = min(at_once, resamples - start)
        drawn = random.integers(0, rows, size=(draws, rows)) + rows * np.arange(draws)[:, None]
        yield np.bincount(drawn.ravel(), minlength=draws * rows).reshape(draws, rows).astype(np.float64)


def _ratio(part: Floats, whole: Floats, *, otherwise: float = 0.0) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full_like(part, otherwise), where=whole > 0))

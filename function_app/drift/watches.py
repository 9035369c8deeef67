"""What is watched, and which changes each test looks for.

A watch sorts each tweet into one of K cells and holds a fixed null, the shares of the cells on the bundle's
held-out data, against A alternatives. Most alternatives are exponential tilts: of all distributions whose
mean has moved so far, the one nearest to the null (the I-projection: Csiszár, "I-divergence geometry of
probability distributions and minimization problems", Annals of Probability 3(1), 1975). They never change, so
no test needs to remember old tweets. Topics have too many directions for that: their alternatives are learned
from the tweets of the last hours, always after those were tested.

A shift of less than half the smallest alternative brings no evidence, however long it lasts. So the sampling
error of the reference itself, a fraction of a point on 20,000 tweets, does not add up to an alarm.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from function_app.bundle import Histogram, Reference
from function_app.store.records import DriftTestName, DriftUnit

Floats = NDArray[np.float64]

SHARES: dict[DriftTestName, float] = {
    "positive_rate": 0.80,
    "confidence": 0.03,
    "length": 0.03,
    "unknown_tokens": 0.03,
    "language": 0.03,
    "topic": 0.03,
    "error_rate": 0.03,
}
"""Parts of the false-alarm budget. A shift of the positive rate brings the least evidence a tweet, so it gets
the most; a part of 0.03 costs the others 3.5 nats, a few tweets of what they look for. They add up to less
than 1: what is left is for the moods that the guarantee does not know of."""

LEAST: dict[DriftTestName, float] = {
    "confidence": 0.02,
    "length": 6.0,
    "unknown_tokens": 0.01,
    "language": 0.02,
    "topic": 0.10,
    "error_rate": 0.04,
}
"""Practical sizes, in the tests' units; that of the positive rate is the setting DRIFT_MIN_EFFECT."""

POINTS = ((0.075, 0.80), (0.18, 0.20))
"""Shifts of the positive rate and the weight of each. Two are enough: one of them finds any shift of 5 points
or more about as soon as an alternative of that very size would, and a third would take budget from both."""

NEAR = 0.10
"""An alternative within so many points is patient: tweets that were saved up are none of its evidence, only
those that come evenly over the hours, so that the moods of a day level out."""

AT_ONCE = 0.20
"""The others take a batch at once, in whatever mood it comes. So they count where so much is measured: more
points of positive rate than a mood has."""

CONFIDENCE = ((0.04, 0.6), (0.10, 0.4))
LENGTH = ((12.0, 0.6), (30.0, 0.4))
UNKNOWN = ((0.02, 0.5), (0.06, 0.3), (0.15, 0.2))
FOREIGN = ((0.04, 0.4), (0.12, 0.3), (0.35, 0.3))
ERRORS = ((0.08, 0.5), (0.16, 0.3), (0.30, 0.2))
FEW_FOREIGN = 0.01
"""Share of tweets in another language that is no reason for an alarm, even where the reference has fewer."""

TOPIC = ((0.3, 0.4), (0.6, 0.4), (0.9, 0.2))
"""Parts of the learned topics in each of their mixtures with the reference, and the weights."""

LONGEST = 400.0
"""A bin that ends beyond this many characters counts as if it ended there: its tweets are near its start."""

_SMOOTHING = 0.5
_HALVINGS = 55


@dataclass(frozen=True, kw_only=True)
class Watch:
    """One test. `null` (K,) are the cells' shares, `log_ratios` (A, K) the log-likelihood ratios of the
    alternatives, and `weights` (A,), which add up to 1, how the test's evidence is shared among them.

    `values` (K,) is what a cell contributes to the measured mean, whose value on the held-out data is
    `reference`. `mixtures`, where not empty, are the parts of a learned distribution in the alternatives.
    A shift of the mean matters from `least`; an alternative counts from its one of `leasts` (A,). `patient`
    (A,): which alternatives leave out tweets that were saved up (`allowance`).
    """

    name: DriftTestName
    null: Floats
    log_ratios: Floats
    weights: Floats
    values: Floats
    reference: float
    least: float
    unit: DriftUnit
    patient: NDArray[np.bool_]
    leasts: Floats
    mixtures: Floats = field(default_factory=lambda: np.empty(0))

    @property
    def share(self) -> float:
        """Its part of the false-alarm budget."""
        return SHARES[self.name]

    def direction(self, alternative: int) -> int:
        """1 where the mean is higher under the alternative than under the null, -1 where it is lower."""
        if len(self.mixtures):
            return 1  # a distance
        return 1 if (self.null * np.exp(self.log_ratios[alternative])) @ self.values > self.reference else -1


def watches_of_tweets(reference: Reference, *, least_positive_rate: float) -> list[Watch]:
    """The tests on predictions that the reference has the data for."""
    score = smoothed(reference.score.counts)
    centres = _centres(reference.score)
    found = [
        _positive_rate(reference.positive_rate, least=least_positive_rate),
        _confidence(score, centres),
    ]
    if reference.length is not None:
        found.append(_mean_of("length", reference.length, LENGTH, unit="characters", both_ways=True))
    if reference.unknown_share is not None:
        found.append(
            _mean_of("unknown_tokens", reference.unknown_share, UNKNOWN, unit="share", both_ways=False)
        )
    if reference.foreign is not None:
        found.append(_language(reference.foreign / reference.rows))
    if reference.topics is not None:
        found.append(_topics(smoothed([topic.count for topic in reference.topics])))
    return found


def watch_of_votes(error_rate: float) -> Watch:
    """The test on what people say about answers: whether more than `error_rate` of them are wrong.

    People report wrong answers more readily than right ones, so the votes' error rate may lie above the
    model's with nothing amiss. Where it does, the tolerated rate is a setting: what the votes show in a time
    that is known to be good.
    """
    return _rate("error_rate", error_rate, ERRORS, least=LEAST["error_rate"], both_ways=False)


def smoothed(counts: Sequence[int]) -> Floats:
    """Cell probabilities (K,); half a count is added to each so that none is zero."""
    raised = np.array(counts, np.float64) + _SMOOTHING
    return np.asarray(raised / raised.sum())


def tilted(null: Floats, values: Floats, shift: float, groups: Floats | None = None) -> Floats | None:
    """The tilt of `null` (K,) whose mean of `values` (K,) lies `shift` away; None where none does.

    With `groups` (K,), the cells of a group keep their sum, and are only tilted among themselves.

    >>> tilted(np.array([0.5, 0.5]), np.array([0.0, 1.0]), 0.1).round(6).tolist()
    [0.4, 0.6]
    """
    inside = np.zeros(len(null), np.int64) if groups is None else np.unique(groups, return_inverse=True)[1]
    target = float(null @ values) + shift
    scale = float(np.ptp(values)) or 1.0
    low, high = -200.0 / scale, 200.0 / scale
    if not _tilt(null, values, low, inside) @ values < target < _tilt(null, values, high, inside) @ values:
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _tilt(null, values, middle, inside) @ values < target:
            low = middle
        else:
            high = middle
    return _tilt(null, values, low, inside)


def _tilt(null: Floats, values: Floats, strength: float, groups: NDArray[np.int64]) -> Floats:
    exponents = strength * values
    raw = null * np.exp(exponents - exponents.max()) + np.finfo(np.float64).tiny
    kept = np.bincount(groups, weights=null) / np.bincount(groups, weights=raw)
    return np.asarray(raw * kept[groups])


def _rate(
    name: DriftTestName, rate: float, sizes: Sequence[tuple[float, float]], *, least: float, both_ways: bool
) -> Watch:
    rate = min(max(rate, 0.001), 0.999)
    return _fixed(
        name,
        null=np.array([1 - rate, rate]),
        values=np.array([0.0, 1.0]),
        sizes=sizes,
        least=least,
        unit="share",
        both_ways=both_ways,
    )


def _positive_rate(rate: float, *, least: float) -> Watch:
    watch = _rate("positive_rate", rate, POINTS, least=least, both_ways=True)
    shifts = np.abs((np.exp(watch.log_ratios) * watch.null) @ watch.values - watch.reference)
    near = shifts <= NEAR
    return replace(watch, patient=near, leasts=np.where(near, least, max(least, AT_ONCE)))


def _language(rate: float) -> Watch:
    """Held against at least `FEW_FOREIGN`: tweets of another language come a few at a time.

    The alternatives lie above the null, so it holds for every lower rate too.
    """
    watch = _rate("language", max(rate, FEW_FOREIGN), FOREIGN, least=LEAST["language"], both_ways=False)
    return replace(watch, reference=rate)


def _mean_of(
    name: DriftTestName,
    histogram: Histogram,
    sizes: Sequence[tuple[float, float]],
    *,
    unit: DriftUnit,
    both_ways: bool,
) -> Watch:
    return _fixed(
        name,
        null=smoothed(histogram.counts),
        values=_centres(histogram),
        sizes=sizes,
        least=LEAST[name],
        unit=unit,
        both_ways=both_ways,
    )


def _confidence(null: Floats, centres: Floats) -> Watch:
    """Confidence given the label, so that a shift of the positive rate is not found, and paid for, twice."""
    confidence = np.maximum(centres, 1 - centres)
    label = (centres >= 0.5).astype(np.float64)
    expected = np.empty_like(null)
    for side in np.unique(label):
        inside = label == side
        expected[inside] = (null[inside] @ confidence[inside]) / null[inside].sum()
    return _fixed(
        "confidence",
        null=null,
        values=confidence - expected + float(null @ confidence),
        sizes=CONFIDENCE,
        least=LEAST["confidence"],
        unit="share",
        both_ways=True,
        groups=label,
    )


def _fixed(
    name: DriftTestName,
    *,
    null: Floats,
    values: Floats,
    sizes: Sequence[tuple[float, float]],
    least: float,
    unit: DriftUnit,
    both_ways: bool,
    groups: Floats | None = None,
) -> Watch:
    alternatives: list[Floats] = []
    weights: list[float] = []
    for size, weight in sizes:
        for shift in (size, -size) if both_ways else (size,):
            alternative = tilted(null, values, shift, groups)
            if alternative is not None:
                alternatives.append(alternative)
                weights.append(weight)
    ratios = np.log(np.array(alternatives).reshape(len(weights), len(null)) / null)
    return Watch(
        name=name,
        null=null,
        log_ratios=ratios,
        weights=np.array(weights) / sum(weights),
        values=values,
        reference=float(null @ values),
        least=least,
        unit=unit,
        patient=np.zeros(len(weights), bool),
        leasts=np.full(len(weights), least),
    )


def _topics(null: Floats) -> Watch:
    mixtures, weights = np.array(TOPIC).T
    return Watch(
        name="topic",
        null=null,
        log_ratios=np.zeros((len(mixtures), len(null))),
        weights=weights,
        values=np.zeros(len(null)),
        reference=0.0,
        least=LEAST["topic"],
        unit="distance",
        patient=np.zeros(len(mixtures), bool),
        leasts=np.full(len(mixtures), LEAST["topic"]),
        mixtures=mixtures,
    )


def _centres(histogram: Histogram) -> Floats:
    return np.array([(low + max(low, min(high, LONGEST))) / 2 for low, high in pairwise(histogram.edges)])

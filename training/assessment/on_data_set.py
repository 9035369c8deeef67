"""All figures and curves of one data set."""

import numpy as np
import numpy.typing as npt
from sklearn import metrics

from export.metrics import CALIBRATION_BINS, calibration_error, scores
from training.assessment.bootstrap import intervals
from training.assessment.record import Bin, OnDataSet

MOST_POINTS = 200

Floats = npt.NDArray[np.float64]
Points = list[tuple[float, float]]


def on_data_set(
    labels: npt.NDArray[np.int8], probabilities: npt.NDArray[np.float32], *, before: Floats
) -> OnDataSet:
    """Measure N rows: labels (N,) 0 or 1, both of which must occur, and P(positive) (N,) of the bundle.

    ``before``: (N,) float64, the same without calibration.
    """
    found = scores(labels, probabilities)
    false_positive, true_positive, _ = metrics.roc_curve(labels, probabilities)
    precision, recall, _ = metrics.precision_recall_curve(labels, probabilities)
    return OnDataSet(
        rows=found.rows,
        positive_share=found.positive_share,
        **intervals(labels, probabilities),
        calibration_error_before=calibration_error(labels, before),
        confusion=(found.true_negative, found.false_positive, found.false_negative, found.true_positive),
        roc=_points(false_positive, true_positive),
        precision_recall=_points(recall, precision),
        reliability=reliability(labels, probabilities),
        coverage=coverage(labels, probabilities),
    )


def reliability(labels: npt.ArrayLike, probabilities: npt.ArrayLike) -> list[Bin]:
    """Bins of equal width over the confidence in the given label, those with rows, the least sure first.

    >>> reliability([1, 0, 1, 1], [0.75, 0.75, 0.75, 0.01])
    [Bin(confidence=0.75, accuracy=0.6666666666666666, rows=3), Bin(confidence=0.99, accuracy=0.0, rows=1)]
    """
    confidence, right = _answers(labels, probabilities)
    places = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return [
        Bin(float(confidence[places == place].mean()), float(right[places == place].mean()), int(rows))
        for place, rows in enumerate(np.bincount(places))
        if rows
    ]


def coverage(labels: npt.ArrayLike, probabilities: npt.ArrayLike) -> Points:
    """Accuracy among the surest rows, for a growing share of all rows.

    Rows of equal confidence are taken together: which of them comes first says nothing.
    """
    confidence, right = _answers(labels, probabilities)
    order = np.argsort(-confidence, kind="stable")
    last_of_ties = np.flatnonzero(np.diff(confidence[order], append=-1.0))
    answered = last_of_ties + 1
    return _points(answered / len(right), np.cumsum(right[order])[last_of_ties] / answered)


def _answers(labels: npt.ArrayLike, probabilities: npt.ArrayLike) -> tuple[Floats, npt.NDArray[np.bool_]]:
    probability = np.asarray(probabilities, dtype=np.float64)
    right = (probability >= 0.5) == np.asarray(labels, dtype=bool)
    return np.maximum(probability, 1 - probability), right


def _points(across: Floats, up: Floats) -> Points:
    """The curve in at most `MOST_POINTS` points, the first and the last among them."""
    kept = np.unique(np.linspace(0, len(across) - 1, MOST_POINTS).round().astype(int))
    return [(float(across[place]), float(up[place])) for place in kept]

"""How good a set of probabilities is: the figures that runs are tracked by and manifests carry."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats
from sklearn import metrics

CALIBRATION_BINS = 15


@dataclass(frozen=True)
class Scores:
    """Metrics of N two-class predictions; the positive class is 1, the decision falls at 0.5.

    ``specificity`` is the recall of the negative class. ``calibration_error`` is the expected calibration
    error of the confidence in the given label, over 15 bins of equal width (Naeini et al. 2015).
    """

    rows: int
    positive_share: float
    accuracy: float
    precision_negative: float
    recall_negative: float
    f1_negative: float
    precision_positive: float
    recall_positive: float
    f1_positive: float
    specificity: float
    roc_auc: float
    log_loss: float
    calibration_error: float
    true_negative: int
    false_positive: int
    false_negative: int
    true_positive: int

    def as_dict(self) -> dict[str, Any]:
        """The figures by name, for JSON and for tracking."""
        return asdict(self)


def accuracy_interval(accuracy: float, rows: int) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of an accuracy over so many rows.

    Resampling rows that are right or wrong draws from a binomial distribution, so nothing need be drawn.
    """
    low, high = stats.binom.ppf((0.025, 0.975), rows, accuracy) / rows
    return float(low), float(high)


def scores(labels: npt.ArrayLike, probabilities: npt.ArrayLike) -> Scores:
    """Score (N,) probabilities of the positive class against (N,) labels 0 or 1; both classes must occur."""
    truth = np.asarray(labels, dtype=np.int64)
    probability = np.asarray(probabilities, dtype=np.float64)
    if set(np.unique(truth)) != {0, 1}:
        raise ValueError("both classes, 0 and 1, must occur among the labels")
    decided = (probability >= 0.5).astype(np.int64)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        truth, decided, labels=[0, 1], zero_division=0.0
    )
    true_negative, false_positive, false_negative, true_positive = (
        int(count) for count in metrics.confusion_matrix(truth, decided, labels=[0, 1]).ravel()
    )
    return Scores(
        rows=len(truth),
        positive_share=float(truth.mean()),
        accuracy=float((truth == decided).mean()),
        precision_negative=float(precision[0]),
        recall_negative=float(recall[0]),
        f1_negative=float(f1[0]),
        precision_positive=float(precision[1]),
        recall_positive=float(recall[1]),
        f1_positive=float(f1[1]),
        specificity=float(recall[0]),
        roc_auc=float(metrics.roc_auc_score(truth, probability)),
        log_loss=float(metrics.log_loss(truth, np.clip(probability, 1e-7, 1 - 1e-7), labels=[0, 1])),
        calibration_error=calibration_error(truth, probability),
        true_negative=true_negative,
        false_positive=false_positive,
        false_negative=false_negative,
        true_positive=true_positive,
    )


def calibration_error(labels: npt.ArrayLike, probabilities: npt.ArrayLike) -> float:
    """Expected calibration error: mean |confidence − accuracy| over bins of confidence, weighted by rows.

    >>> calibration_error([1, 1, 1, 0], [0.75, 0.75, 0.75, 0.75])
    0.0
    """
    truth = np.asarray(labels, dtype=np.int64)
    probability = np.asarray(probabilities, dtype=np.float64)
    confidence = np.maximum(probability, 1 - probability)
    correct = (probability >= 0.5) == (truth == 1)
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, weights=correct - confidence, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(truth))

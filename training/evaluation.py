"""Scores of a trained model on every data set, calibrated as its bundle would be but for foreign texts.

A bundle keeps only a part of the log-odds of a text that is judged not to be English (`export.languages`);
here every text keeps all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from export.calibration import Calibration, fit_calibration
from export.metrics import Scores, calibration_error, scores
from export.text_graph import known_share


@dataclass(frozen=True)
class HeldOut:
    """Held-out rows of one role, each array of N rows: ids (N, T), labels 0 or 1, and the data set's name."""

    ids: npt.NDArray[np.int32]
    labels: npt.NDArray[np.int8]
    datasets: npt.NDArray[np.object_]


@dataclass(frozen=True)
class DatasetResult:
    """One data set's scores with calibrated probabilities, and what it takes to draw the curves."""

    scores: Scores
    calibration_error_before: float
    labels: npt.NDArray[np.int8]
    probabilities: npt.NDArray[np.float64]
    uncalibrated: npt.NDArray[np.float64]


def calibrate(logits: npt.NDArray[np.float64], rows: HeldOut) -> Calibration:
    """Fit the calibration on held-out rows that are neither trained on nor tested on."""
    return fit_calibration(logits, known_share(rows.ids), rows.labels, rows.datasets)


def evaluate(
    logits: npt.NDArray[np.float64], rows: HeldOut, calibration: Calibration
) -> dict[str, DatasetResult]:
    """Score every data set that holds both classes; the answer is keyed and sorted by its name."""
    known = known_share(rows.ids)
    probabilities = calibration.apply(logits, known)
    uncalibrated = Calibration(1.0, 0.0).apply(logits, known)
    results = {}
    for name in sorted(set(rows.datasets)):
        here = rows.datasets == name
        if len(set(rows.labels[here])) < 2:
            continue
        results[str(name)] = DatasetResult(
            scores=scores(rows.labels[here], probabilities[here]),
            calibration_error_before=calibration_error(rows.labels[here], uncalibrated[here]),
            labels=rows.labels[here],
            probabilities=probabilities[here],
            uncalibrated=uncalibrated[here],
        )
    return results


def as_metrics(role: str, results: Mapping[str, DatasetResult]) -> dict[str, float]:
    """Flat names for tracking: ``test/airline/accuracy``, and ``test/mean/accuracy`` over the data sets."""
    flat: dict[str, float] = {}
    for name, result in results.items():
        for metric, value in result.scores.as_dict().items():
            flat[f"{role}/{name}/{metric}"] = float(value)
        flat[f"{role}/{name}/calibration_error_before"] = result.calibration_error_before
    for metric in ("accuracy", "roc_auc", "log_loss", "calibration_error"):
        flat[f"{role}/mean/{metric}"] = float(
            np.mean([getattr(result.scores, metric) for result in results.values()])
        )
    return flat

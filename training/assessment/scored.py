"""Rows and what a bundle says of them, as the app would."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special
from tqdm import tqdm

from export.calibration import Calibration, trust
from function_app.predictor import Predictor, Scores
from training.assessment.kept import Predictions
from training.assessment.rows import labels_of

ROWS_AT_ONCE = 2_048


@dataclass(frozen=True)
class ScoredRows:
    """N rows with the columns dataset, role, label and text, and a bundle's answers to them.

    ``before``: (N,) float64, P(positive) without the calibration that the bundle has.
    """

    rows: pd.DataFrame
    scores: Scores
    before: npt.NDArray[np.float64]

    @property
    def labels(self) -> npt.NDArray[np.int8]:
        """(N,) int8, 1 is positive."""
        return labels_of(self.rows)

    @property
    def predictions(self) -> Predictions:
        """What is kept of them."""
        return Predictions(
            datasets=self.rows["dataset"].to_numpy(dtype=np.str_),
            labels=self.labels,
            probabilities=self.scores.probability,
        )

    def part(self, mask: npt.NDArray[np.bool_]) -> "ScoredRows":
        """The rows where ``mask``, (N,) bool, is true."""
        chosen: dict[str, Any] = {
            name: None if array is None else array[mask] for name, array in vars(self.scores).items()
        }
        return ScoredRows(self.rows[mask].reset_index(drop=True), Scores(**chosen), self.before[mask])


def score(predictor: Predictor, rows: pd.DataFrame, *, progress: bool) -> ScoredRows:
    """Score all rows with a bundle."""
    texts = rows["text"].tolist()
    parts = list(_parts(predictor, texts, progress=progress)) or [predictor.predict([])]
    joined: dict[str, Any] = {
        name: None if first is None else np.concatenate([vars(part)[name] for part in parts])
        for name, first in vars(parts[0]).items()
    }
    scores = Scores(**joined)
    calibration = json.loads(predictor.manifest_json)["calibration"]
    before = without_calibration(scores, Calibration(calibration["slope"], calibration["intercept"]))
    return ScoredRows(rows, scores, before)


def without_calibration(scores: Scores, calibration: Calibration) -> npt.NDArray[np.float64]:
    """What `Calibration.apply` made the scores of, with slope 1 and intercept 0: (N,) float64."""
    known = (scores.tokens - scores.unknown_tokens) / np.maximum(scores.tokens, 1)
    factor = trust(known, np.zeros(len(known)) if scores.foreign is None else scores.foreign)
    margin = special.logit(np.clip(scores.probability.astype(np.float64), 1e-7, 1 - 1e-7))
    return np.asarray(special.expit((margin - factor * calibration.intercept) / calibration.slope))


def _parts(predictor: Predictor, texts: list[str], *, progress: bool) -> Iterator[Scores]:
    with tqdm(total=len(texts), desc="scoring", unit="row", leave=False, disable=not progress) as bar:
        for start in range(0, len(texts), ROWS_AT_ONCE):
            some = texts[start : start + ROWS_AT_ONCE]
            yield predictor.predict(some)
            bar.update(len(some))

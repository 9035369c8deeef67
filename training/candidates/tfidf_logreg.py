"""TF-IDF over words and word pairs with logistic regression (scikit-learn)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from tqdm import tqdm

from export.linear import linear_logits
from training.candidates.base import Examples, Report
from training.candidates.limits import ENDLESS, within
from training.candidates.pipelines import FittedPipeline, tfidf_fitted
from training.candidates.words import ReadsWords

if TYPE_CHECKING:
    from optuna import Trial


@dataclass(frozen=True)
class TfidfLogReg(ReadsWords):
    """``inverse_regularisation`` is scikit-learn's C; a feature must occur in ``min_documents`` texts."""

    family: str = "linear"
    vocabulary_size: int = 60_000
    max_tokens: int = 128
    max_features: int = 300_000
    min_documents: int = 3
    inverse_regularisation: float = 4.0
    max_iterations: int = 200

    def __post_init__(self) -> None:
        within(
            self,
            vocabulary_size=(1, ENDLESS),
            max_tokens=(1, ENDLESS),
            max_features=(1, ENDLESS),
            min_documents=(1, ENDLESS),
            inverse_regularisation=(1e-9, ENDLESS),
            max_iterations=(1, ENDLESS),
        )

    def fit(
        self,
        train: Examples,
        validation: Examples,
        *,
        vocabulary: Sequence[str],
        seed: int,
        progress: bool,
        checkpoints: Path | None = None,
        report: Report | None = None,
    ) -> FittedPipeline:
        """Fit the vectoriser and the regression in one go; the validation rows are not needed."""
        regression = LogisticRegression(
            C=self.inverse_regularisation, max_iter=self.max_iterations, random_state=seed
        )
        started = time.monotonic()
        vectoriser, rows = tfidf_fitted(
            train.ids, max_features=self.max_features, min_documents=self.min_documents, progress=progress
        )
        if progress:
            tqdm.write(f"logistic regression on {rows.shape[0]:,} × {rows.shape[1]:,}")
        regression.fit(rows, train.labels, sample_weight=train.weights)
        pipeline = Pipeline([("tfidf", vectoriser), ("regression", regression)])
        seconds = time.monotonic() - started
        figures = {"fit_seconds": seconds, "iterations": float(regression.n_iter_[0])}
        return FittedPipeline(pipeline, linear_logits, [figures])

    def tuned(self, trial: "Trial") -> Self:
        """Regularisation, and how many words and pairs."""
        return replace(
            self,
            vocabulary_size=trial.suggest_int("vocabulary_size", 10_000, 120_000, log=True),
            max_features=trial.suggest_int("max_features", 30_000, 600_000, log=True),
            min_documents=trial.suggest_int("min_documents", 1, 10, log=True),
            inverse_regularisation=trial.suggest_float("inverse_regularisation", 0.05, 50.0, log=True),
        )

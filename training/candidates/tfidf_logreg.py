"""TF-IDF over words and word pairs with logistic regression (scikit-learn)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from tqdm import tqdm

from export.linear import linear_logits
from export.ngrams import id_ngrams
from training.candidates.base import Examples, Report
from training.candidates.pipelines import FittedPipeline
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
        vectoriser = TfidfVectorizer(
            analyzer=id_ngrams, min_df=self.min_documents, max_features=self.max_features, dtype=np.float64
        )
        regression = LogisticRegression(
            C=self.inverse_regularisation, max_iter=self.max_iterations, random_state=seed
        )
        started = time.monotonic()
        rows = tqdm(train.ids, desc="tf-idf", unit=" texts", disable=not progress)
        features = vectoriser.fit_transform(rows)
        if progress:
            tqdm.write(f"logistic regression on {features.shape[0]:,} × {features.shape[1]:,}")
        regression.fit(features, train.labels, sample_weight=train.weights)
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

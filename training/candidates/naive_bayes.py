"""Multinomial naive Bayes over counts of words and word pairs (scikit-learn)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline
from tqdm import tqdm

from export.linear import linear_logits
from export.ngrams import id_ngrams
from training.candidates.base import Examples, Report
from training.candidates.limits import ENDLESS, within
from training.candidates.pipelines import FittedPipeline
from training.candidates.words import ReadsWords

if TYPE_CHECKING:
    from optuna import Trial


@dataclass(frozen=True)
class NaiveBayes(ReadsWords):
    """Counts start from ``smoothing``; a feature must occur in ``min_documents`` texts."""

    family: str = "linear"
    vocabulary_size: int = 60_000
    max_tokens: int = 128
    max_features: int = 300_000
    min_documents: int = 3
    smoothing: float = 1.0

    def __post_init__(self) -> None:
        within(
            self,
            vocabulary_size=(1, ENDLESS),
            max_tokens=(1, ENDLESS),
            max_features=(1, ENDLESS),
            min_documents=(1, ENDLESS),
            smoothing=(1e-9, ENDLESS),
        )

    def tuned(self, trial: "Trial") -> Self:
        """This candidate with hyperparameters drawn from its search space."""
        return replace(
            self,
            vocabulary_size=trial.suggest_int("vocabulary_size", 10_000, 100_000, log=True),
            max_features=trial.suggest_int("max_features", 30_000, 400_000, log=True),
            min_documents=trial.suggest_int("min_documents", 1, 10),
            smoothing=trial.suggest_float("smoothing", 0.01, 10.0, log=True),
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
        """Count once; neither the validation rows nor the seed are needed."""
        started = time.monotonic()
        vectoriser = CountVectorizer(
            analyzer=id_ngrams, min_df=self.min_documents, max_features=self.max_features, dtype=np.float64
        )
        counts = vectoriser.fit_transform(tqdm(train.ids, desc="counts", unit=" texts", disable=not progress))
        model = MultinomialNB(alpha=self.smoothing)
        model.fit(counts, train.labels, sample_weight=train.weights)
        pipeline = Pipeline([("counts", vectoriser), ("naive_bayes", model)])
        return FittedPipeline(pipeline, linear_logits, [{"fit_seconds": time.monotonic() - started}])

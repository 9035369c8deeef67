"""TF-IDF over words and word pairs with logistic regression (scikit-learn)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import mlflow
import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from tqdm import tqdm

from export.linear import id_ngrams
from training.candidates.base import Examples, pinned
from training.vocabulary import build_vocabulary


@dataclass(frozen=True)
class TfidfLogReg:
    """``inverse_regularisation`` is scikit-learn's C; a feature must occur in ``min_documents`` texts."""

    family: str = "linear"
    vocabulary_size: int = 60_000
    max_tokens: int = 128
    max_features: int = 300_000
    min_documents: int = 3
    inverse_regularisation: float = 4.0
    max_iterations: int = 200

    def vocabulary(self, normalised: Sequence[str], *, favoured: Sequence[str]) -> list[str]:
        """The most frequent words."""
        return build_vocabulary(normalised, size=self.vocabulary_size, favoured=favoured)

    def fit(
        self,
        train: Examples,
        validation: Examples,
        *,
        vocabulary: Sequence[str],
        seed: int,
        progress: bool,
        checkpoints: Path | None = None,
    ) -> "FittedTfidfLogReg":
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
        return FittedTfidfLogReg(
            pipeline, [{"fit_seconds": seconds, "iterations": float(regression.n_iter_[0])}]
        )


@dataclass(frozen=True)
class FittedTfidfLogReg:
    """The fitted scikit-learn pipeline over rows of word ids."""

    pipeline: Pipeline
    history: list[dict[str, float]] = field(default_factory=list)

    def logits(self, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        """scikit-learn's decision function."""
        return np.asarray(self.pipeline.decision_function(ids), dtype=np.float64)

    def log_model(self) -> None:
        """Log the pipeline in MLflow's scikit-learn flavour."""
        # The analyser is a function of ours, which only a pickle by reference can carry.
        mlflow.sklearn.log_model(
            self.pipeline,
            name="model",
            serialization_format="cloudpickle",
            pip_requirements=pinned("scikit-learn", "numpy", "scipy"),
        )

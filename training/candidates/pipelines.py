"""What candidates that are a scikit-learn pipeline over rows of word ids have in common."""

from collections.abc import Callable
from dataclasses import dataclass, field

import mlflow
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline
from tqdm import tqdm

from export.ngrams import id_ngrams
from training.candidates.base import Examples, pinned

Logits = Callable[[Pipeline, npt.NDArray[np.int32]], npt.NDArray[np.float64]]


@dataclass(frozen=True)
class FittedPipeline:
    """The fitted pipeline; ``logits_of`` is what the export compares its graph with, too.

    ``packages``: what the pipeline needs besides scikit-learn, numpy and scipy.
    """

    pipeline: Pipeline
    logits_of: Logits
    history: list[dict[str, float]] = field(default_factory=list)
    packages: tuple[str, ...] = ()

    def logits(self, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        """The framework's own log-odds of positive, (N,) float64."""
        return self.logits_of(self.pipeline, ids)

    def log_model(self) -> None:
        """Log the pipeline in MLflow's scikit-learn flavour."""
        # The analyser is a function of ours, which only a pickle by reference can carry.
        mlflow.sklearn.log_model(
            self.pipeline,
            name="model",
            serialization_format="cloudpickle",
            pip_requirements=pinned("scikit-learn", "numpy", "scipy", *self.packages),
        )


def tfidf_fitted(
    ids: npt.NDArray[np.int32], *, max_features: int, min_documents: int = 1, progress: bool
) -> tuple[TfidfVectorizer, csr_matrix]:
    """TF-IDF over the commonest words and pairs in (N, T) ids, and the rows, (N, features) float64."""
    vectoriser = TfidfVectorizer(
        analyzer=id_ngrams, min_df=min_documents, max_features=max_features, dtype=np.float64
    )
    return vectoriser, vectoriser.fit_transform(tqdm(ids, desc="tf-idf", unit=" texts", disable=not progress))


def loss_and_accuracy(logits: npt.NDArray[np.float64], examples: Examples) -> tuple[float, float]:
    """Mean log-loss and accuracy of these log-odds, each example counting as much as it weighs."""
    losses = np.logaddexp(0, np.where(examples.labels == 1, -logits, logits))
    hits = (logits > 0) == (examples.labels == 1)
    return (
        float(np.average(losses, weights=examples.weights)),
        float(np.average(hits, weights=examples.weights)),
    )

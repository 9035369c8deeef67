"""Hashed words and word pairs with a logistic regression by stochastic gradient descent (scikit-learn)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import Pipeline
from tqdm import tqdm

from export.hashed import HashedNgrams
from export.linear import linear_logits
from training.candidates.base import Examples, Report
from training.candidates.limits import ENDLESS, within
from training.candidates.pipelines import FittedPipeline, loss_and_accuracy
from training.candidates.words import ReadsWords

if TYPE_CHECKING:
    from optuna import Trial


@dataclass(frozen=True)
class HashedNgramsRegression(ReadsWords):
    """A table of 2 to the power of ``bits`` weights; ``penalty`` is the L2 penalty (scikit-learn's alpha).

    At most ``epochs`` passes; ``patience`` of them without a better validation loss are the last.
    """

    family: str = "hashed"
    vocabulary_size: int = 100_000
    max_tokens: int = 128
    bits: int = 20
    penalty: float = 7e-6
    epochs: int = 10
    patience: int = 2

    def __post_init__(self) -> None:
        within(
            self,
            vocabulary_size=(1, ENDLESS),
            max_tokens=(1, ENDLESS),
            bits=(4, 24),
            penalty=(1e-12, ENDLESS),
            epochs=(1, ENDLESS),
            patience=(1, ENDLESS),
        )

    def tuned(self, trial: "Trial") -> Self:
        """This candidate with hyperparameters drawn from its search space."""
        return replace(
            self,
            vocabulary_size=trial.suggest_int("vocabulary_size", 20_000, 200_000, log=True),
            bits=trial.suggest_int("bits", 16, 20),
            penalty=trial.suggest_float("penalty", 1e-7, 1e-4, log=True),
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
        """Pass over the rows until the validation loss stays; the best pass is kept."""
        hashing = HashedNgrams(1 << self.bits)
        rows, held_out = hashing.transform(train.ids), hashing.transform(validation.ids)
        model = SGDClassifier(loss="log_loss", alpha=self.penalty, random_state=seed)
        weights = train.weights.astype(np.float64)
        history: list[dict[str, float]] = []
        best = (np.zeros((1, hashing.size)), np.zeros(1))
        for epoch in tqdm(range(1, self.epochs + 1), desc="epochs", unit="epoch", disable=not progress):
            model.partial_fit(rows, train.labels, classes=[0, 1], sample_weight=weights)
            loss, accuracy = loss_and_accuracy(model.decision_function(rows), train)
            against, held_out_accuracy = loss_and_accuracy(model.decision_function(held_out), validation)
            history.append(
                {"loss": loss, "accuracy": accuracy, "val_loss": against, "val_accuracy": held_out_accuracy}
            )
            if report is not None:
                report(epoch, against)
            least = min(range(epoch), key=lambda number: history[number]["val_loss"])
            if least == epoch - 1:
                best = (model.coef_.copy(), model.intercept_.copy())
            elif epoch - 1 - least >= self.patience:
                break
        model.coef_, model.intercept_ = best
        return FittedPipeline(Pipeline([("hashing", hashing), ("regression", model)]), linear_logits, history)

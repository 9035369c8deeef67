"""TF-IDF over the commonest words and word pairs with gradient-boosted trees (LightGBM)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import lightgbm
import numpy as np
from lightgbm.callback import CallbackEnv
from sklearn.pipeline import Pipeline
from tqdm import tqdm

from export.trees import tree_logits
from training.candidates.base import Examples, Report
from training.candidates.limits import ENDLESS, within
from training.candidates.pipelines import FittedPipeline, tfidf_fitted
from training.candidates.words import ReadsWords

if TYPE_CHECKING:
    from optuna import Trial

OPENMP_DECIDES = 0
"""Threads: all cores, or what ``OMP_NUM_THREADS`` says; the trees are the same."""
ROUNDS_BETWEEN_REPORTS = 10
LEAST_GAIN = 1e-5
"""By so much the validation loss must fall to be better."""


@dataclass(frozen=True)
class TfidfLightGbm(ReadsWords):
    """At most ``trees`` of ``leaves`` each; ``patience`` trees without a better validation loss are the last.

    A leaf holds at least ``min_rows`` rows; each tree sees ``feature_share`` of ``max_features`` features.
    A hundred leaves take 7 kB of the bundle.
    """

    family: str = "trees"
    vocabulary_size: int = 30_000
    max_tokens: int = 128
    max_features: int = 5_000
    trees: int = 1_000
    leaves: int = 63
    learning_rate: float = 0.2
    min_rows: int = 20
    feature_share: float = 0.5
    ridge: float = 1.0
    patience: int = 30

    def __post_init__(self) -> None:
        within(
            self,
            vocabulary_size=(1, ENDLESS),
            max_tokens=(1, ENDLESS),
            max_features=(1, ENDLESS),
            trees=(1, ENDLESS),
            leaves=(2, ENDLESS),
            learning_rate=(1e-9, ENDLESS),
            min_rows=(1, ENDLESS),
            feature_share=(1e-9, 1),
            ridge=(0, ENDLESS),
            patience=(1, ENDLESS),
        )

    def tuned(self, trial: "Trial") -> Self:
        """This candidate with hyperparameters drawn from its search space; its bundle stays below 10 MB."""
        return replace(
            self,
            max_features=trial.suggest_int("max_features", 1_000, 10_000, log=True),
            leaves=trial.suggest_int("leaves", 7, 100, log=True),
            learning_rate=trial.suggest_float("learning_rate", 0.05, 0.5, log=True),
            min_rows=trial.suggest_int("min_rows", 5, 200, log=True),
            feature_share=trial.suggest_float("feature_share", 0.1, 1.0),
            ridge=trial.suggest_float("ridge", 0.01, 100.0, log=True),
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
        """Add trees until the validation loss stays; the best number of them is kept."""
        started = time.monotonic()
        vectoriser, rows = tfidf_fitted(train.ids, max_features=self.max_features, progress=progress)
        held_out = vectoriser.transform(validation.ids).astype(np.float32)
        losses: list[float] = []
        bar = tqdm(total=self.trees, desc="LightGBM", unit="tree", disable=not progress)

        def after_tree(env: CallbackEnv) -> None:
            losses.extend(result[2] for result in env.evaluation_result_list or ())
            bar.update()
            if report is not None and len(losses) % ROUNDS_BETWEEN_REPORTS == 0:
                report(len(losses), min(losses))

        stop = lightgbm.early_stopping(self.patience, min_delta=LEAST_GAIN, verbose=False)
        model = lightgbm.LGBMClassifier(
            n_estimators=self.trees,
            num_leaves=self.leaves,
            learning_rate=self.learning_rate,
            min_child_samples=self.min_rows,
            colsample_bytree=self.feature_share,
            reg_lambda=self.ridge,
            random_state=seed,
            n_jobs=OPENMP_DECIDES,
            deterministic=True,
            force_col_wise=True,
            verbosity=-1,
        )
        model.fit(
            rows.astype(np.float32),
            train.labels,
            sample_weight=train.weights,
            eval_X=held_out,
            eval_y=validation.labels,
            eval_sample_weight=[validation.weights],
            eval_metric="binary_logloss",
            callbacks=[after_tree, stop],
        )
        bar.close()
        pipeline = Pipeline([("tfidf", vectoriser), ("lightgbm", model)])
        figures = {"fit_seconds": time.monotonic() - started, "trees": float(model.best_iteration_)}
        return FittedPipeline(pipeline, tree_logits, [figures], packages=("lightgbm",))

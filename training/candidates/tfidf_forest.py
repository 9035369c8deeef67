"""TF-IDF over the commonest words and word pairs with a random forest (scikit-learn)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from tqdm import tqdm

from export.trees import tree_logits
from training.candidates.base import Examples, Report
from training.candidates.limits import ENDLESS, within
from training.candidates.pipelines import FittedPipeline, tfidf_fitted
from training.candidates.words import ReadsWords

if TYPE_CHECKING:
    from optuna import Trial

JOBS = 2


@dataclass(frozen=True)
class TfidfForest(ReadsWords):
    """``leaves`` of each of the ``trees``; a leaf holds at least ``min_rows`` rows.

    Each split is the best of ``split_share`` of the ``max_features`` features, drawn anew; each tree is grown
    on at most ``rows_per_tree`` rows, drawn with replacement. A hundred leaves take 7 kB of the bundle.
    """

    family: str = "trees"
    vocabulary_size: int = 30_000
    max_tokens: int = 128
    max_features: int = 5_000
    trees: int = 200
    leaves: int = 400
    min_rows: int = 3
    split_share: float = 0.1
    rows_per_tree: int = 100_000

    def __post_init__(self) -> None:
        within(
            self,
            vocabulary_size=(1, ENDLESS),
            max_tokens=(1, ENDLESS),
            max_features=(1, ENDLESS),
            trees=(1, ENDLESS),
            leaves=(2, ENDLESS),
            min_rows=(1, ENDLESS),
            split_share=(1e-9, 1),
            rows_per_tree=(1, ENDLESS),
        )

    def tuned(self, trial: "Trial") -> Self:
        """This candidate with hyperparameters drawn from its search space; its bundle stays below 10 MB."""
        return replace(
            self,
            max_features=trial.suggest_int("max_features", 1_000, 10_000, log=True),
            trees=trial.suggest_int("trees", 50, 300, log=True),
            leaves=trial.suggest_int("leaves", 50, 400, log=True),
            min_rows=trial.suggest_int("min_rows", 1, 30, log=True),
            split_share=trial.suggest_float("split_share", 0.01, 0.3, log=True),
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
        """Grow all trees; the validation rows are not needed."""
        started = time.monotonic()
        vectoriser, rows = tfidf_fitted(train.ids, max_features=self.max_features, progress=progress)
        if progress:
            tqdm.write(f"random forest on {rows.shape[0]:,} × {rows.shape[1]:,}")
        forest = RandomForestClassifier(
            n_estimators=self.trees,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=self.min_rows,
            max_features=self.split_share,
            max_samples=min(self.rows_per_tree, len(train)),
            n_jobs=JOBS,
            random_state=seed,
        )
        forest.fit(rows.astype(np.float32), train.labels, sample_weight=train.weights)
        pipeline = Pipeline([("tfidf", vectoriser), ("forest", forest)])
        return FittedPipeline(pipeline, tree_logits, [{"fit_seconds": time.monotonic() - started}])

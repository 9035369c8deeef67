"""A pretrained sentence encoder that stays as it is, with a logistic regression on its embeddings.

The role that the Universal Sentence Encoder (Cer et al. 2018) has in comparable systems; the encoder is
all-MiniLM-L6-v2, a BERT that was trained to embed sentences by the mean of its states.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import keras
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from export.text_graph import FIRST_WORD_ID
from export.transformer import ROWS_AT_ONCE
from training.candidates.base import Examples, Report
from training.candidates.pretrained import read_pretrained
from training.candidates.starting import initialise
from training.candidates.transformer import FittedTransformer, Transformer
from training.wordpieces import build_pieces

if TYPE_CHECKING:
    from optuna import Trial


@dataclass(frozen=True)
class SentenceEncoder:
    """Frozen encoder layers -> mean over the text -> logit.

    ``folder`` and ``layers`` are those of `Transformer`, whose network this is. The regression is fitted on
    ``rows`` draws from the training rows, by their weights; ``inverse_regularisation`` is scikit-learn's C.
    """

    family: str = "transformer"
    vocabulary_size: int = 10_000
    max_tokens: int = 64
    folder: str = ""
    layers: int = 6
    rows: int = 16_000
    inverse_regularisation: float = 0.03
    max_iterations: int = 1_000

    def vocabulary(self, normalised: Sequence[str], *, favoured: Sequence[str]) -> list[str]:
        """The pieces of words that the model is to know."""
        known = read_pretrained(self.folder).pieces
        return build_pieces(normalised, size=self.vocabulary_size, known=known, favoured=favoured)

    def tuned(self, trial: "Trial") -> Self:
        """Regularisation, and of which layer the states are read."""
        return replace(
            self,
            layers=trial.suggest_int("layers", max(self.layers - 3, 1), self.layers),
            inverse_regularisation=trial.suggest_float("inverse_regularisation", 1e-4, 10.0, log=True),
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
    ) -> FittedTransformer:
        """Embed the drawn rows once and fit the regression on them; the validation rows are not needed."""
        started = time.monotonic()
        keras.utils.set_random_seed(seed)
        pretrained = read_pretrained(self.folder)
        shape = Transformer(
            max_tokens=self.max_tokens, folder=self.folder, layers=self.layers, precision="float32"
        )
        network = shape.network(pretrained, words=FIRST_WORD_ID + len(vocabulary))
        initialise(network, pretrained, vocabulary)
        drawn = _drawn(train, rows=self.rows, seed=seed)
        embeddings = _embedded(network, drawn.ids, progress=progress)
        scaler = StandardScaler()
        scaled = scaler.fit_transform(embeddings, sample_weight=drawn.weights)
        regression = LogisticRegression(C=self.inverse_regularisation, max_iter=self.max_iterations)
        regression.fit(scaled, drawn.labels, sample_weight=drawn.weights)
        kernel = regression.coef_[0] / scaler.scale_
        bias = regression.intercept_ - kernel @ scaler.mean_
        network.get_layer("logit").set_weights([kernel[:, None], bias])
        figures = {
            "fit_seconds": time.monotonic() - started,
            "texts": float(len(drawn)),
            "iterations": float(regression.n_iter_[0]),
        }
        return FittedTransformer(network, [figures])


def _drawn(examples: Examples, *, rows: int, seed: int) -> Examples:
    """All rows where there are no more than ``rows``, else so many draws with replacement by their weights.

    A row then weighs as often as it was drawn.
    """
    if len(examples) <= rows:
        return examples
    chance = examples.weights.astype(np.float64)
    draws = np.random.default_rng(seed).choice(len(examples), size=rows, p=chance / chance.sum())
    found, times = np.unique(draws, return_counts=True)
    return Examples(examples.ids[found], examples.labels[found], times.astype(np.float32))


def _embedded(network: keras.Model, ids: npt.NDArray[np.int32], *, progress: bool) -> npt.NDArray[np.float64]:
    """What the last layer reads of (N, T) ids, (N, width) float64, texts of like length together."""
    encoder = keras.Model(network.input, network.get_layer("logit").input)
    lengths = (ids != 0).sum(axis=1)
    order = np.argsort(lengths, kind="stable")
    embedded = np.zeros((len(ids), encoder.output.shape[1]), dtype=np.float64)
    with tqdm(total=len(ids), desc="embedding", unit=" texts", disable=not progress) as bar:
        for start in range(0, len(order), ROWS_AT_ONCE):
            rows = order[start : start + ROWS_AT_ONCE]
            longest = max(int(lengths[rows].max()), 1)
            embedded[rows] = keras.ops.convert_to_numpy(encoder(ids[rows, :longest], training=False))
            bar.update(len(rows))
    return embedded

"""A bidirectional LSTM or GRU over learned word embeddings (Keras)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import keras
import mlflow
import numpy as np
import numpy.typing as npt
from keras import ops
from tqdm import tqdm

from export.recurrent import network_logits
from export.text_graph import FIRST_WORD_ID
from training.candidates.base import Examples, HyperparameterError, Report, pinned
from training.candidates.batches import Batch, LengthSortedBatches
from training.candidates.word_vectors import read_word_vectors
from training.candidates.words import ReadsWords

if TYPE_CHECKING:
    from optuna import Trial

CELLS = ("lstm", "gru")


@dataclass(frozen=True)
class BiLstm(ReadsWords):
    """Embedding -> bidirectional LSTM or GRU -> highest and mean state over the text -> logit.

    ``cell`` is one of `CELLS`. ``embeddings``: a text file of word vectors, GloVe's or word2vec's, as wide as
    ``embedding_width``, from which the words in it start; without one all words start at random.
    """

    family: str = "recurrent"
    vocabulary_size: int = 30_000
    max_tokens: int = 128
    embedding_width: int = 128
    units: int = 128
    dropout: float = 0.3
    learning_rate: float = 2e-3
    batch_size: int = 512
    epochs: int = 4
    patience: int = 1
    cell: str = "lstm"
    embeddings: str = ""

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise HyperparameterError(f"cell={self.cell}: must be {' or '.join(CELLS)}")

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
    ) -> "FittedBiLstm":
        """Train with Adam on a cosine schedule; keep the epoch with the least validation loss."""
        keras.utils.set_random_seed(seed)
        network = self.network(words=FIRST_WORD_ID + self.vocabulary_size)
        about = self._start_from_vectors(network, vocabulary, seed=seed) if self.embeddings else {}
        if progress and about:
            tqdm.write(f"{about['words_with_vectors']:.1%} of the vocabulary are in {self.embeddings}")
        batches = LengthSortedBatches(train, batch_size=self.batch_size, seed=seed)
        held_out = LengthSortedBatches(validation, batch_size=self.batch_size, seed=None)
        network.compile(
            keras.optimizers.Adam(
                keras.optimizers.schedules.CosineDecay(
                    self.learning_rate, len(batches) * self.epochs, alpha=0.05
                ),
                clipnorm=1.0,
            ),
            loss=keras.losses.BinaryCrossentropy(from_logits=True),
            weighted_metrics=[keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)],
        )
        history: list[dict[str, float]] = []
        best = network.get_weights()
        for epoch in range(1, self.epochs + 1):
            bar = tqdm(batches, desc=f"epoch {epoch}/{self.epochs}", unit="batch", disable=not progress)
            losses = _pass(bar, network.train_on_batch)
            against = _pass(held_out, network.test_on_batch)
            figures = losses | {f"val_{name}": value for name, value in against.items()}
            if progress:
                tqdm.write(", ".join(f"{name} {value:.4f}" for name, value in figures.items()))
            history.append(figures | about)
            if report:
                report(epoch, figures["val_loss"])
            least = min(range(len(history)), key=lambda number: history[number]["val_loss"])
            if least == len(history) - 1:
                best = network.get_weights()
            elif len(history) - 1 - least >= self.patience:
                break
        network.set_weights(best)
        return FittedBiLstm(network, history)

    def network(self, *, words: int) -> keras.Model:
        """The untrained network: int32 (N, T) ids -> float32 (N, 1) logits.

        The pooling leaves the padding out by itself. The states of both cells lie in (−1, 1), so one is added
        before the maximum: padding then counts as the lowest value there is.
        """
        ids = keras.Input((None,), dtype="int32", name="ids")
        embedded = keras.layers.Embedding(words, self.embedding_width, mask_zero=True)(ids)
        embedded = keras.layers.SpatialDropout1D(self.dropout)(embedded)
        cell = keras.layers.GRU if self.cell == "gru" else keras.layers.LSTM
        states = keras.layers.Bidirectional(cell(self.units, return_sequences=True))(embedded)
        token = ops.expand_dims(ops.cast(ops.not_equal(ids, 0), "float32"), -1)
        highest = ops.max((states + 1.0) * token, axis=1)
        mean = ops.sum(states * token, axis=1) / ops.maximum(ops.sum(token, axis=1), 1.0)
        pooled = keras.layers.Dropout(self.dropout)(keras.layers.Concatenate()([highest, mean]))
        return keras.Model(ids, keras.layers.Dense(1, name="logit")(pooled))

    def tuned(self, trial: "Trial") -> Self:
        """Cell, widths, dropout and how fast it learns; with 8-bit tables its bundle stays below 10 MB."""
        width = self.embedding_width
        if not self.embeddings:
            width = trial.suggest_int("embedding_width", 32, 192, step=32)
        return replace(
            self,
            embedding_width=width,
            vocabulary_size=trial.suggest_int("vocabulary_size", 8_000, 30_000, log=True),
            cell=trial.suggest_categorical("cell", CELLS),
            units=trial.suggest_int("units", 32, 192, step=32),
            dropout=trial.suggest_float("dropout", 0.0, 0.6),
            learning_rate=trial.suggest_float("learning_rate", 3e-4, 1e-2, log=True),
            batch_size=trial.suggest_int("batch_size", 128, 1024, log=True),
        )

    def _start_from_vectors(
        self, network: keras.Model, vocabulary: Sequence[str], *, seed: int
    ) -> dict[str, float]:
        """Put the file's vectors into the network; the share of the vocabulary that has one.

        Other words start at random, as far from zero as the file's.
        """
        vectors = read_word_vectors(Path(self.embeddings), vocabulary)
        width = vectors.vectors.shape[1]
        if width != self.embedding_width:
            raise HyperparameterError(
                f"embedding_width={self.embedding_width}: {self.embeddings} has {width} numbers a word"
            )
        (layer,) = (layer for layer in network.layers if isinstance(layer, keras.layers.Embedding))
        (table,) = layer.get_weights()
        given = vectors.vectors[vectors.found]
        if len(given):
            table = np.random.default_rng(seed).normal(0, given.std(), table.shape).astype(np.float32)
            table[FIRST_WORD_ID : FIRST_WORD_ID + len(vocabulary)][vectors.found] = given
            layer.set_weights([table])
        return {"words_with_vectors": vectors.coverage}


def _pass(batches: Iterable[Batch], step: Callable[..., dict[str, float]]) -> dict[str, float]:
    """Feed every batch to a step of Keras; its metrics, which are a batch's own, as means over all rows.

    Each row counts as much as it weighs.
    """
    sums = {"loss": 0.0, "accuracy": 0.0}
    weight = 0.0
    for ids, labels, weights in batches:
        figures = step(ids, labels, sample_weight=weights, return_dict=True)
        batch_weight = float(weights.sum())
        # Keras divides the weighted sum of losses by the rows, that of the hits by the weights.
        sums["loss"] += float(figures["loss"]) * len(ids)
        sums["accuracy"] += float(figures["accuracy"]) * batch_weight
        weight += batch_weight
    return {name: total / weight for name, total in sums.items()}


@dataclass(frozen=True)
class FittedBiLstm:
    """The trained network."""

    network: keras.Model
    history: list[dict[str, float]] = field(default_factory=list)

    def logits(self, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        """Keras's own inference."""
        return network_logits(self.network, ids)

    def log_model(self) -> None:
        """Log the network in MLflow's Keras flavour."""
        mlflow.keras.log_model(self.network, name="model", pip_requirements=pinned("keras", "numpy"))

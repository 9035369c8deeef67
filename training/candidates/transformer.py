"""A pretrained BERT, its vocabulary cut to that of tweets, fine-tuned as a whole (Keras)."""

import hashlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import keras
import mlflow
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from export.text_graph import FIRST_WORD_ID
from export.transformer import transformer_logits
from training.candidates.base import Examples, HyperparameterError, Report, pinned
from training.candidates.batches import Batch, LengthSortedBatches, with_repeats, without_some
from training.candidates.encoder import encoder
from training.candidates.limits import within
from training.candidates.pretrained import Pretrained, read_pretrained
from training.candidates.starting import initialise, mix_weights, started_from, take_weights
from training.checkpoints import Checkpoints, Progress
from training.wordpieces import build_pieces

if TYPE_CHECKING:
    from optuna import Trial

REPORT_STEPS = 500
VALIDATION_ROWS = 6000
SECONDS_BETWEEN_CHECKPOINTS = 240.0


@dataclass(frozen=True)
class Transformer:
    """Embedding -> ``layers`` encoder layers -> mean over the text -> logit.

    ``folder``: pretrained weights in Hugging Face's format; empty for the package `pretrained.PACKAGE`.
    ``start``: a registered transformer (``models:/tweet-sentiment/1``) whose vocabulary and weights take the
    place of the pretrained ones, to train it further with other rows or another rate. ``stay`` is the share
    that its weights have in those of the end, the mean of both (Wortsman et al., "Robust fine-tuning of
    zero-shot models", CVPR 2022): what was learned before is kept, and what is learned anew is less noisy.
    ``precision``: ``bfloat16`` computes in 16 bits with weights in 32. The learning rate rises over
    ``warmup`` batches, stays, and falls to zero over the last part ``cooldown`` of all batches, so that a run
    may be made longer or ended sooner on the way (Hu et al. 2024): stop it, resume it with other ``epochs``.
    A row that weighs more than ``heaviest`` is read several times an epoch, see `with_repeats`; each time
    without another ``token_dropout`` of its tokens.
    """

    family: str = "transformer"
    vocabulary_size: int = 10_000
    max_tokens: int = 64
    folder: str = ""
    start: str = ""
    stay: float = 0.0
    layers: int = 6
    dropout: float = 0.1
    token_dropout: float = 0.0
    learning_rate: float = 1.5e-4
    weight_decay: float = 0.01
    warmup: int = 500
    cooldown: float = 0.3
    batch_size: int = 128
    epochs: float = 1.0
    heaviest: float = 2.5
    precision: str = "bfloat16"

    def __post_init__(self) -> None:
        within(self, stay=(0, 1), token_dropout=(0, 0.9))
        if self.stay and not self.start:
            raise HyperparameterError(f"stay={self.stay}: there is nothing to keep without start=MODEL")

    def vocabulary(self, normalised: Sequence[str], *, favoured: Sequence[str]) -> list[str]:
        """The pieces of words that the model is to know; with ``start``, those of that model."""
        if self.start:
            return started_from(self.start).vocabulary
        known = read_pretrained(self.folder).pieces
        return build_pieces(normalised, size=self.vocabulary_size, known=known, favoured=favoured)

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
    ) -> "FittedTransformer":
        """Fine-tune with AdamW; the state after the last batch is the model."""
        keras.utils.set_random_seed(seed)
        train = with_repeats(train, heaviest=self.heaviest)
        pretrained = read_pretrained(self.folder)
        network = self.network(pretrained, words=FIRST_WORD_ID + len(vocabulary))
        start = started_from(self.start) if self.start else None
        if start:
            take_weights(network, start)
        else:
            initialise(network, pretrained, vocabulary)
        network.compile(
            keras.optimizers.AdamW(self.learning_rate, weight_decay=self.weight_decay, clipnorm=1.0),
            loss=keras.losses.BinaryCrossentropy(from_logits=True),
            weighted_metrics=[keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)],
            jit_compile=False,
        )
        network.optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
        kept = self._kept(checkpoints, train, vocabulary) if checkpoints else None
        state = kept.restore(network) if kept else Progress()
        if state.step >= self._steps(train):
            tqdm.write(
                f"{checkpoints}: this training was at its end before, after {state.step} steps: nothing is "
                "trained, and changed hyperparameters of the training have no effect",
                file=sys.stderr,
            )
        held_out = _some(validation, seed)
        self._train(network, train, held_out, state, kept, seed=seed, progress=progress, report=report)
        exact = replace(self, precision="float32").network(pretrained, words=FIRST_WORD_ID + len(vocabulary))
        exact.set_weights(network.get_weights())
        if start and self.stay:
            mix_weights(exact, start, share=self.stay)
        return FittedTransformer(exact, state.history)

    def network(self, pretrained: Pretrained, *, words: int) -> keras.Model:
        """The untrained network, see `encoder`."""
        config = pretrained.config
        if self.layers > config.num_hidden_layers:
            raise HyperparameterError(
                f"layers={self.layers}: the pretrained network has {config.num_hidden_layers}"
            )
        return encoder(
            config,
            words=words,
            layers=self.layers,
            max_tokens=self.max_tokens,
            dropout=self.dropout,
            precision=self.precision,
        )

    def tuned(self, trial: "Trial") -> Self:
        """How fast it learns and what it is held back by; the size stays."""
        return replace(
            self,
            learning_rate=trial.suggest_float("learning_rate", 2e-5, 5e-4, log=True),
            weight_decay=trial.suggest_float("weight_decay", 1e-3, 0.1, log=True),
            dropout=trial.suggest_float("dropout", 0.0, 0.2),
            token_dropout=trial.suggest_float("token_dropout", 0.0, 0.3),
            warmup=trial.suggest_int("warmup", 50, 1_000, log=True),
            cooldown=trial.suggest_float("cooldown", 0.1, 0.9),
            heaviest=trial.suggest_float("heaviest", 1.0, 5.0),
        )

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of a batch, of ``steps`` in all."""
        falling = max(round(steps * self.cooldown), 1)
        return self.learning_rate * min(1.0, (step + 1) / max(self.warmup, 1), (steps - step) / falling)

    def _batches(self, train: Examples) -> int:
        """Of an epoch."""
        return -(-len(train) // self.batch_size)

    def _steps(self, train: Examples) -> int:
        """Batches of the whole training."""
        return max(round(self._batches(train) * self.epochs), 1)

    def _train(
        self,
        network: keras.Model,
        train: Examples,
        validation: Examples,
        state: Progress,
        kept: Checkpoints | None,
        *,
        seed: int,
        progress: bool,
        report: Report | None,
    ) -> None:
        batches, steps = self._batches(train), self._steps(train)
        every = min(REPORT_STEPS, steps)
        bar = tqdm(initial=state.step, total=steps, unit="batch", disable=not progress)
        sums = np.zeros(3)
        started = time.monotonic() - state.seconds
        for ids, labels, weights in _from(state.step, steps, train, batch_size=self.batch_size, seed=seed):
            network.optimizer.learning_rate.assign(self.rate(state.step, steps))
            random = np.random.default_rng((seed, state.step))  # a resumed run draws the same
            some = without_some(ids, share=self.token_dropout, random=random) if self.token_dropout else ids
            figures = network.train_on_batch(some, labels, sample_weight=weights, return_dict=True)
            network.reset_metrics()
            sums += (figures["loss"] * len(ids), figures["accuracy"] * weights.sum(), weights.sum())
            state.step += 1
            state.seconds = time.monotonic() - started
            bar.update()
            if state.step % every == 0 or state.step == steps:
                loss, hits, weight = sums
                sums[:] = 0
                measured = {"loss": float(loss / weight), "accuracy": float(hits / weight)}
                measured |= _measured(network, validation)
                epoch = {"step": state.step, "epoch": state.step / batches, "seconds": state.seconds}
                state.history.append({**epoch, **measured})
                if progress:
                    tqdm.write(", ".join(f"{name} {value:.4f}" for name, value in measured.items()))
                if report:
                    report(state.step, measured["val_loss"])
            if kept and (kept.due() or state.step == steps):
                kept.save(network, state)
        bar.close()

    def _kept(self, folder: Path, train: Examples, vocabulary: Sequence[str]) -> Checkpoints:
        shape = f"{self.layers} layers, {self.max_tokens} tokens, batches of {self.batch_size}"
        digest = hashlib.sha256(train.ids.data)
        digest.update("\n".join(vocabulary).encode())
        return Checkpoints(
            folder,
            purpose=f"{shape}, data {digest.hexdigest()}",
            every_seconds=SECONDS_BETWEEN_CHECKPOINTS,
        )


@dataclass(frozen=True)
class FittedTransformer:
    """The trained network, in 32 bits."""

    network: keras.Model
    history: list[dict[str, float]] = field(default_factory=list)

    def logits(self, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        """Keras's own inference."""
        return transformer_logits(self.network, ids)

    def log_model(self) -> None:
        """Log the network in MLflow's Keras flavour."""
        mlflow.keras.log_model(self.network, name="model", pip_requirements=pinned("keras", "numpy"))


def _from(step: int, steps: int, train: Examples, *, batch_size: int, seed: int) -> Iterator[Batch]:
    """The batches of a run from one on: every epoch has its own order, which the seed decides alone."""
    per_epoch = -(-len(train) // batch_size)
    while step < steps:
        epoch = step // per_epoch
        batches = LengthSortedBatches(train, batch_size=batch_size, seed=(seed, epoch))
        for batch in batches.after(step - epoch * per_epoch):
            if step == steps:
                return
            yield batch
            step += 1


def _some(examples: Examples, seed: int) -> Examples:
    rows = np.random.default_rng(seed).permutation(len(examples))[:VALIDATION_ROWS]
    return Examples(examples.ids[rows], examples.labels[rows], examples.weights[rows])


def _measured(network: keras.Model, rows: Examples) -> dict[str, float]:
    """Loss and accuracy, each row counting as much as it weighs."""
    logits = transformer_logits(network, rows.ids)
    losses = np.logaddexp(0, np.where(rows.labels == 1, -logits, logits))
    return {
        "val_loss": float(np.average(losses, weights=rows.weights)),
        "val_accuracy": float(np.average((logits > 0) == rows.labels, weights=rows.weights)),
    }

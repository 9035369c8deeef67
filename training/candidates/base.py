"""What every candidate takes and gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from optuna import Trial


@dataclass(frozen=True)
class Examples:
    """Labelled texts as the text graph reads them.

    ``ids``: (N, T) int32, 0 is padding, 1 an unknown word. ``labels``: (N,) int8, 1 is positive.
    ``weights``: (N,) float32, how much a row counts in training.
    """

    ids: npt.NDArray[np.int32]
    labels: npt.NDArray[np.int8]
    weights: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.labels)


Report = Callable[[int, float], None]
"""Called with the number of a step and the validation log-loss so far; may raise to end the training."""


class HyperparameterError(Exception):
    """There is no such candidate, or a hyperparameter it does not have or cannot take."""


def pinned(*packages: str) -> list[str]:
    """What MLflow keeps with a model: these packages in the versions it was trained with."""
    return [f"{package}=={metadata.version(package)}" for package in packages]


class Fitted(Protocol):
    """A trained model."""

    @property
    def history(self) -> list[dict[str, float]]:
        """Metrics of each epoch, first to last; empty for a model that is fitted in one go."""

    def logits(self, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        """Log-odds of positive, (N,) float64, before calibration."""

    def log_model(self) -> None:
        """Log the model itself, under the name ``model``, in the active MLflow run."""


class Candidate(Protocol):
    """A kind of model with its hyperparameters as fields: each implementation is a frozen dataclass."""

    @property
    def family(self) -> str:
        """How the export reads texts and converts the model: one of `export.families.FAMILIES`."""

    @property
    def vocabulary_size(self) -> int:
        """The most words, or pieces of words, that the vocabulary keeps."""

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that the model reads."""

    def vocabulary(self, normalised: Sequence[str], *, favoured: Sequence[str]) -> list[str]:
        """What the model is to know of the normalised training texts.

        What occurs in the ``favoured`` texts, which are some of them, comes first.
        """

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
    ) -> Fitted:
        """Train on ids that stand for this vocabulary; the validation rows serve early stopping alone.

        A candidate that trains for hours keeps its state in the folder ``checkpoints`` and goes on from it.
        One that trains step by step calls ``report`` on the way, so that a hopeless training can be ended.
        """

    def tuned(self, trial: "Trial") -> Self:
        """This candidate with hyperparameters that the trial draws from the candidate's search space."""

"""Assessments as MLflow keeps them: two artefacts of the candidate's run, and the main figures as metrics."""

import io
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from mlflow import MlflowClient

from training.assessment.record import Assessment, Latency

ASSESSMENT_FILE = "assessment.json"
PREDICTIONS_FILE = "predictions.npz"
USUAL_TOKENS = 24
"""A tweet of ordinary length: what the budget for latency is about."""
NOT_TWEETS = frozenset({"imdb"})
"""Data sets that are measured to see how far a model of tweets carries; they count in no mean."""


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """A bundle's answers, (N,) each: ``datasets`` str, ``labels`` int8, ``probabilities`` float32."""

    datasets: npt.NDArray[np.str_]
    labels: npt.NDArray[np.int8]
    probabilities: npt.NDArray[np.float32]

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        """Whether each answer is the label, (N,) bool."""
        return np.asarray((self.probabilities >= 0.5) == (self.labels == 1))

    @property
    def of_tweets(self) -> "Predictions":
        """Those on rows of tweets; all where there are none."""
        tweets = ~np.isin(self.datasets, list(NOT_TWEETS))
        return self.part(tweets) if tweets.any() else self

    def part(self, mask: npt.NDArray[np.bool_]) -> "Predictions":
        """Those where ``mask``, (N,) bool, is true."""
        return Predictions(
            datasets=self.datasets[mask], labels=self.labels[mask], probabilities=self.probabilities[mask]
        )

    def accuracy(self) -> dict[str, float]:
        """By data set."""
        return {
            str(name): float(self.right[self.datasets == name].mean()) for name in np.unique(self.datasets)
        }


@dataclass(frozen=True, kw_only=True)
class Assessed:
    """All that is kept of one candidate's assessment."""

    record: Assessment
    test: Predictions
    validation: Predictions


def mean_accuracy(by_dataset: dict[str, float]) -> float:
    """Over the tweet sets, each counting alike; over all where there are no tweets."""
    tweets = [value for name, value in by_dataset.items() if name not in NOT_TWEETS]
    return float(np.mean(tweets or list(by_dataset.values())))


def usual_latency(record: Assessment) -> Latency:
    """That of the measured length nearest to a usual tweet."""
    return min(record.cost.latency, key=lambda latency: abs(latency.tokens - USUAL_TOKENS))


def keep(client: MlflowClient, assessed: Assessed) -> None:
    """Write the artefacts and metrics into the run that was assessed."""
    run_id = assessed.record.run_id
    with TemporaryDirectory() as folder:
        record, arrays = Path(folder) / ASSESSMENT_FILE, Path(folder) / PREDICTIONS_FILE
        record.write_bytes(msgspec.json.encode(assessed.record))
        np.savez_compressed(arrays, **_arrays(assessed.test), **_arrays(assessed.validation, "validation_"))
        # The record last: a run that has it has everything.
        client.log_artifact(run_id, str(arrays))
        client.log_artifact(run_id, str(record))
    for name, value in _metrics(assessed.record).items():
        client.log_metric(run_id, name, value)


def read_record(client: MlflowClient, run_id: str) -> Assessment | None:
    """A run's assessment; None where it has none, or one of an older format, which has to be made anew."""
    content = _artefact(client, run_id, ASSESSMENT_FILE)
    try:
        return None if content is None else msgspec.json.decode(content, type=Assessment)
    except msgspec.DecodeError:
        return None


def read(client: MlflowClient, run_id: str) -> Assessed | None:
    """A run's assessment with its predictions, or None."""
    record = read_record(client, run_id)
    content = None if record is None else _artefact(client, run_id, PREDICTIONS_FILE)
    if record is None or content is None:
        return None
    with np.load(io.BytesIO(content)) as arrays:
        return Assessed(
            record=record,
            test=_predictions(dict(arrays)),
            validation=_predictions(dict(arrays), "validation_"),
        )


def _arrays(predictions: Predictions, prefix: str = "") -> dict[str, Any]:
    return {
        f"{prefix}dataset": predictions.datasets.astype(np.str_),
        f"{prefix}label": predictions.labels.astype(np.int8),
        f"{prefix}probability": predictions.probabilities.astype(np.float32),
    }


def _predictions(arrays: dict[str, Any], prefix: str = "") -> Predictions:
    return Predictions(
        datasets=arrays[f"{prefix}dataset"],
        labels=arrays[f"{prefix}label"],
        probabilities=arrays[f"{prefix}probability"],
    )


def _metrics(record: Assessment) -> dict[str, float]:
    accuracy = {name: one.accuracy.value for name, one in record.sets.items()}
    return {
        **{f"assessed/{name}/accuracy": value for name, value in accuracy.items()},
        "assessed/mean/accuracy": mean_accuracy(accuracy),
        "assessed/mean/validation_accuracy": mean_accuracy(record.validation),
        "assessed/latency_p50_ms": usual_latency(record).p50,
        "assessed/bytes": record.cost.bytes,
    }


def _artefact(client: MlflowClient, run_id: str, name: str) -> bytes | None:
    if name not in {file.path for file in client.list_artifacts(run_id)}:
        return None
    with TemporaryDirectory() as folder:
        return Path(client.download_artifacts(run_id, name, folder)).read_bytes()

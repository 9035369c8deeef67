"""Tweets as the drift check sees them: the columns that the bundle gives, one row a tweet."""

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from function_app.predictor import Predictor
from training.data.records import NEGATIVE, POSITIVE

UNLABELLED = -1
NO_TOPIC = -1


@dataclass(frozen=True, kw_only=True)
class Scored:
    """N tweets, each column (N,).

    `probability` float32, P(positive); `tokens`, `unknown_tokens`, `characters` int64; `topic` int64,
    the cell, -1 where the bundle does not say; `foreign` bool; `truth` int8: 1 positive, 0 negative, -1 where
    there is no label or it is neutral.
    """

    probability: NDArray[np.float32]
    tokens: NDArray[np.int64]
    unknown_tokens: NDArray[np.int64]
    characters: NDArray[np.int64]
    topic: NDArray[np.int64]
    foreign: NDArray[np.bool_]
    truth: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.probability)

    @property
    def positive(self) -> NDArray[np.bool_]:
        """Which were called positive."""
        return self.probability >= 0.5

    def take(self, rows: NDArray[Any]) -> "Scored":
        """The given rows (indices or a mask), in this order."""
        return Scored(**{field.name: getattr(self, field.name)[rows] for field in fields(Scored)})


def joined(parts: Sequence[Scored]) -> Scored:
    """The rows of all parts, one after the other."""
    return Scored(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Scored)
        }
    )


def scored(predictor: Predictor, texts: Sequence[str], labels: Sequence[str], *, cache: Path) -> Scored:
    """The texts, scored by the bundle: read from the folder `cache` where it was done before.

    The file's name follows from the model's file and all texts; the texts themselves are not kept.
    """
    file = cache / f"{_fingerprint(predictor, texts)}.npz"
    columns = _read(file) or _columns(predictor, texts)
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".part.npz")
        np.savez_compressed(partial, allow_pickle=False, **columns)
        partial.replace(file)
    truth = np.array([{POSITIVE: 1, NEGATIVE: 0}.get(label, UNLABELLED) for label in labels], np.int8)
    return Scored(truth=truth, **columns)


def _columns(predictor: Predictor, texts: Sequence[str]) -> dict[str, NDArray[Any]]:
    scores = predictor.predict(texts)
    return {
        "probability": scores.probability,
        "tokens": scores.tokens,
        "unknown_tokens": scores.unknown_tokens,
        "characters": np.array([len(text) for text in texts], np.int64),
        "topic": np.full(len(texts), NO_TOPIC) if scores.topic is None else scores.topic,
        "foreign": np.zeros(len(texts), bool) if scores.foreign is None else scores.foreign.astype(bool),
    }


def _read(file: Path) -> dict[str, NDArray[Any]] | None:
    try:
        with np.load(file) as stored:
            return dict(stored)
    except (FileNotFoundError, zipfile.BadZipFile):
        return None


def _fingerprint(predictor: Predictor, texts: Sequence[str]) -> str:
    digest = hashlib.sha256(predictor.manifest.files["model.onnx"].sha256.encode())
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:24]

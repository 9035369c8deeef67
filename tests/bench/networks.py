"""Keras networks as people deploy them: texts through the shipped bundle's text graph, then ``predict``.

Their weights are random: what a network computes takes the same time whatever its weights are. Both read the
ids that the shipped model reads, so all that differs is what runs the network. Needs the training packages.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper

from export.text_graph import FIRST_WORD_ID, session
from tests.bench.float32 import prune
from training.candidates.bilstm import BiLstm
from training.candidates.pretrained import Config, Pretrained
from training.candidates.transformer import Transformer

ROWS_A_RUN = 64
"""`predict` is called once for all texts, padded to the longest, and runs so many of them at a time."""


class TextGraph:
    """The part of a bundle's graph that turns texts into ids, int32 (N, T), of which there are `words`."""

    def __init__(self, bundle: Path) -> None:
        manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
        self.words = FIRST_WORD_ID + int(manifest["graph"]["vocabulary_words"])
        model = onnx.load(bundle / "model.onnx")
        del model.graph.output[:]
        model.graph.output.append(helper.make_tensor_value_info("ids", TensorProto.INT32, ["N", "T"]))
        prune(model.graph)
        self._session = session(model)

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.int32]:
        """The ids of N texts, with as many columns as the longest needs."""
        return np.asarray(self._session.run(["ids"], {"text": np.array(texts, dtype=object)})[0])


class KerasModel:
    """Texts -> (N,) float32 by ``network.predict``."""

    def __init__(self, network: keras.Model, text_graph: TextGraph) -> None:
        self._network = network
        self._text_graph = text_graph

    def probability(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """A probability for each text, of one call."""
        ids = self._text_graph(texts)
        logits = self._network.predict(ids, batch_size=ROWS_A_RUN, verbose=0)[:, 0]
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def transformer(words: int) -> keras.Model:
    """The shipped network's shape: six layers, 384 wide, 64 tokens."""
    shape = Config(
        hidden_size=384,
        intermediate_size=1536,
        num_attention_heads=12,
        num_hidden_layers=6,
        max_position_embeddings=512,
    )
    return Transformer(precision="float32").network(Pretrained(shape, [], {}), words=words)


def bilstm(words: int) -> keras.Model:
    """The candidate ``bilstm``: 128 units each way over embeddings 128 wide."""
    return BiLstm().network(words=words)


NETWORKS: dict[str, Callable[[int], keras.Model]] = {"bilstm": bilstm, "transformer": transformer}


def keras_model(name: str, bundle: Path) -> KerasModel:
    """The named one of `NETWORKS` behind the text graph of a bundle."""
    text_graph = TextGraph(bundle)
    return KerasModel(NETWORKS[name](text_graph.words), text_graph)

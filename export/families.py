"""The families of models: how each reads texts and which conversion it takes."""

from collections.abc import Sequence

import onnx

from export.text_graph import TokenIds, word_ids
from export.wordpieces import piece_ids

LINEAR, TREES, HASHED = "linear", "trees", "hashed"
RECURRENT, TRANSFORMER = "recurrent", "transformer"
PIPELINES = (LINEAR, TREES, HASHED)
"""Families of scikit-learn pipelines over rows of word ids; the others are Keras networks."""
FAMILIES = (*PIPELINES, RECURRENT, TRANSFORMER)


def token_ids(family: str, vocabulary: Sequence[str], *, max_tokens: int) -> TokenIds:
    """What turns normalised texts into the ids that models of the family read."""
    return TokenIds(token_stage(family, vocabulary, max_tokens=max_tokens), max_tokens=max_tokens)


def token_stage(family: str, vocabulary: Sequence[str], *, max_tokens: int) -> onnx.ModelProto:
    """How models of the family read texts: ``normalised`` -> ``ids``, ``tokens``, ``unknown_tokens``."""
    stage = piece_ids if family == TRANSFORMER else word_ids
    return stage(vocabulary, max_tokens=max_tokens)

"""The families of models: how each reads texts and which conversion it takes."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnx

from export.text_graph import WordIds, word_ids
from export.wordpieces import PieceIds, piece_ids

LINEAR, RECURRENT, TRANSFORMER = "linear", "recurrent", "transformer"
FAMILIES = (LINEAR, RECURRENT, TRANSFORMER)


class TokenIds(Protocol):
    """A running stage of the text graph that turns normalised texts into ids."""

    def __call__(self, normalised: Sequence[str]) -> npt.NDArray[np.int32]:
        """The ids of N normalised texts, (N, max_tokens) int32, padded with 0 on the right."""


def token_ids(family: str, vocabulary: Sequence[str], *, max_tokens: int) -> TokenIds:
    """What turns normalised texts into the ids that models of the family read."""
    reader = PieceIds if family == TRANSFORMER else WordIds
    return reader(vocabulary, max_tokens=max_tokens)


def token_stage(family: str, vocabulary: Sequence[str], *, max_tokens: int) -> onnx.ModelProto:
    """The same as a stage of the graph: ``normalised`` -> ``ids``, ``tokens``, ``unknown_tokens``."""
    stage = piece_ids if family == TRANSFORMER else word_ids
    return stage(vocabulary, max_tokens=max_tokens)

"""Word ids and pairs of neighbouring word ids as numbered features, in Python and as parts of a graph.

Both leave out unknown words, padding, and pairs with either of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from export.errors import ExportError
from export.text_graph import FIRST_WORD_ID

PAIR_SHIFT = 32


def id_ngrams(ids: npt.NDArray[np.int32] | Sequence[int]) -> list[int]:
    """Word ids and pairs of neighbouring word ids of one text, unknown words and padding left out.

    A pair (a, b) is the number a · 2³² + b.

    >>> id_ngrams([5, 1, 7, 8, 0])
    [5, 7, 8, 30064771080]
    """
    row = [int(word) for word in ids]
    pairs = [
        (left << PAIR_SHIFT) + right
        for left, right in pairwise(row)
        if left >= FIRST_WORD_ID and right >= FIRST_WORD_ID
    ]
    return [word for word in row if word >= FIRST_WORD_ID] + pairs


@dataclass(frozen=True)
class Part:
    """Nodes of a graph with the constants that they read; parts meet by the names of values."""

    nodes: list[onnx.NodeProto]
    constants: list[onnx.TensorProto]


def neighbours() -> Part:
    """``ids: int32[N, T]`` -> ``words: int64[N, T]``, and ``left``, ``right``: int64[N, T - 1] of each pair.

    Also the constant ``columns``, the axis of positions.
    """
    return Part(
        [
            helper.make_node("Cast", ["ids"], ["words"], to=TensorProto.INT64),
            helper.make_node("Slice", ["words", "first", "before_last", "columns"], ["left"]),
            helper.make_node("Slice", ["words", "second", "end", "columns"], ["right"]),
        ],
        [
            integers("first", 0),
            integers("second", 1),
            integers("before_last", -1),
            integers("end", np.iinfo(np.int64).max),
            integers("columns", 1),
        ],
    )


def numbered_features(keys: Sequence[int]) -> Part:
    """``ids`` -> ``features: int64[N, 2T - 1]``: k + 1 where `id_ngrams` has ``keys[k]``, 0 anywhere else.

    Padding must stand on the right, as `word_ids` puts it: a word behind padding would count twice.
    """
    pairs = neighbours()
    return Part(
        [
            *pairs.nodes,
            helper.make_node("Mul", ["left", "pair_base"], ["left_high"]),
            helper.make_node("Add", ["left_high", "right"], ["pairs"]),
            helper.make_node("Concat", ["words", "pairs"], ["ngrams"], axis=1),
            helper.make_node(
                "LabelEncoder",
                ["ngrams"],
                ["features"],
                domain="ai.onnx.ml",
                keys_int64s=list(keys),
                values_int64s=list(range(1, len(keys) + 1)),
                default_int64=0,
            ),
        ],
        [*pairs.constants, integers("pair_base", 1 << PAIR_SHIFT)],
    )


def tfidf_norm(idf: npt.NDArray[np.float64], dtype: type[np.floating]) -> Part:
    """``features: int64[N, L]`` and the ``count: dtype[N, L]`` of each of them -> ``norm: dtype[N, 1]``.

    With f(i) the feature at position i and c(i) how often it occurs in the text, the L2 norm of the TF-IDF
    row is sqrt(Σ_i c(i) idf(f(i))²), because a feature that occurs c times stands at c positions. ``idf`` is
    (F + 1,) with 0 in front, for what is no feature.
    """
    return Part(
        [
            helper.make_node("Gather", ["idf_squared", "features"], ["idf_squares"]),
            helper.make_node("Mul", ["count", "idf_squares"], ["squares"]),
            helper.make_node("ReduceSum", ["squares", "columns"], ["norm_squared"], keepdims=1),
            # A text without a single known word has norm 0.
            helper.make_node("Max", ["norm_squared", "tiny"], ["positive_norm_squared"]),
            helper.make_node("Sqrt", ["positive_norm_squared"], ["norm"]),
        ],
        [floats("idf_squared", idf**2, dtype), floats("tiny", np.array(1e-12), dtype)],
    )


def keys_and_idf(vectoriser: TfidfVectorizer) -> tuple[list[int], npt.NDArray[np.float64]]:
    """The features of a fitted TF-IDF vectoriser and (F + 1,) their idf, 0 in front for what is none.

    Raises `ExportError` for a set-up that `tfidf_norm` does not cover.
    """
    weighted = vectoriser.use_idf and vectoriser.smooth_idf
    if vectoriser.norm != "l2" or vectoriser.sublinear_tf or not weighted:
        raise ExportError("the graph needs TF-IDF with norm='l2', use_idf, smooth_idf and plain counts")
    return feature_keys(vectoriser), np.concatenate([[0.0], vectoriser.idf_])


def feature_keys(vectoriser: CountVectorizer) -> list[int]:
    """What the features of a fitted vectoriser (counts or TF-IDF) stand for, in their order.

    Raises `ExportError` for one that does not count what `id_ngrams` finds.
    """
    if vectoriser.analyzer is not id_ngrams or vectoriser.binary:
        raise ExportError("the graph needs counts or TF-IDF of id_ngrams, and these not binary")
    features = sorted(vectoriser.vocabulary_.items(), key=lambda item: item[1])
    return [int(key) for key, _ in features]


def integers(name: str, *values: int) -> onnx.TensorProto:
    """A constant of type int64[K]."""
    return numpy_helper.from_array(np.array(values, dtype=np.int64), name)


def floats(name: str, values: npt.ArrayLike, dtype: type[np.floating] = np.float32) -> onnx.TensorProto:
    """A constant of the values' shape."""
    return numpy_helper.from_array(np.asarray(values, dtype=dtype), name)

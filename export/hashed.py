"""Hashed words and word pairs with a logistic regression: one table of weights and no list of pairs.

The hash of a pair (a, b) of word ids is (a · `FACTOR` + b) mod size, that of a word b is b mod size, in whole
numbers, the same in numpy and in the graph. Different pairs may share a weight (Weinberger et al. 2009).
"""

from typing import Self

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper
from scipy.sparse import csr_array, vstack
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline

from export.ngrams import floats, integers, neighbours
from export.text_graph import FIRST_WORD_ID, model_of

FACTOR = 2_654_435_761
"""2³² divided by the golden ratio, to the next prime (Knuth 1998, 6.4): it spreads ids that lie close."""
ROWS_AT_ONCE = 32_768


class HashedNgrams(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Counts of hashed words and pairs as a scikit-learn transformer; it has nothing to learn."""

    def __init__(self, size: int) -> None:
        self.size = size

    def fit(self, ids: npt.NDArray[np.int32], labels: object = None) -> Self:
        """Nothing to do."""
        return self

    def transform(self, ids: npt.NDArray[np.int32]) -> csr_array:
        """(N, T) int32 ids -> (N, size) float32 counts; unknown words and padding are left out."""
        starts = range(0, max(len(ids), 1), ROWS_AT_ONCE)
        return vstack([self._counts(ids[start : start + ROWS_AT_ONCE]) for start in starts], format="csr")

    def _counts(self, ids: npt.NDArray[np.int32]) -> csr_array:
        words = ids.astype(np.int64)
        left, right = words[:, :-1], words[:, 1:]
        # scikit-learn takes indices of 32 bits only.
        places = (np.concatenate([words, left * FACTOR + right], axis=1) % self.size).astype(np.int32)
        known = words >= FIRST_WORD_ID
        there = np.concatenate([known, known[:, :-1] & known[:, 1:]], axis=1)
        ends = np.concatenate([[0], there.sum(axis=1).cumsum()]).astype(np.int32)
        ones = np.ones(ends[-1], dtype=np.float32)
        counts = csr_array((ones, places[there], ends), shape=(len(ids), self.size))
        counts.sum_duplicates()
        return counts


def hashed_graph(pipeline: Pipeline) -> onnx.ModelProto:
    """The stage ``ids: int32[N, T]`` -> ``logit: float32[N]`` of `HashedNgrams` and a linear model.

    The table of weights is (size + 1, 1) with 0 in front, for what is no word or pair.
    """
    hashing, model = pipeline[0], pipeline[-1]
    pairs = neighbours()
    return model_of(
        "hashed",
        [
            *pairs.nodes,
            helper.make_node("Mul", ["left", "factor"], ["left_spread"]),
            helper.make_node("Add", ["left_spread", "right"], ["pairs"]),
            helper.make_node("Concat", ["words", "pairs"], ["ngrams"], axis=1),
            helper.make_node("Mod", ["ngrams", "size"], ["places"]),
            helper.make_node("Add", ["places", "one"], ["rows"]),
            helper.make_node("GreaterOrEqual", ["words", "first_word"], ["known"]),
            helper.make_node("Slice", ["known", "first", "before_last", "columns"], ["left_known"]),
            helper.make_node("Slice", ["known", "second", "end", "columns"], ["right_known"]),
            helper.make_node("And", ["left_known", "right_known"], ["both_known"]),
            helper.make_node("Concat", ["known", "both_known"], ["there"], axis=1),
            helper.make_node("Where", ["there", "rows", "nowhere"], ["features"]),
            helper.make_node("Gather", ["weight", "features"], ["weights"]),
            helper.make_node("ReduceSum", ["weights", "positions"], ["sum"], keepdims=0),
            helper.make_node("Add", ["sum", "intercept"], ["logit"]),
        ],
        inputs=[helper.make_tensor_value_info("ids", TensorProto.INT32, ["N", "T"])],
        outputs=[helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["N"])],
        constants=[
            *pairs.constants,
            integers("factor", FACTOR),
            integers("size", hashing.size),
            integers("one", 1),
            integers("first_word", FIRST_WORD_ID),
            integers("nowhere", 0),
            integers("positions", 1, 2),
            floats("weight", np.concatenate([[0.0], model.coef_[0]])[:, None]),
            floats("intercept", model.intercept_[:1]),
        ],
    )

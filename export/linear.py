"""TF-IDF over word and word-pair ids with logistic regression, as a graph whose scores equal scikit-learn's.

scikit-learn's dense row of all features would cost hundreds of kilobytes a tweet. With f(i) the feature at
position i, c(i) how often it occurs in the text, w the coefficients and b the intercept, the same score is

    logit = Σ_i w(f(i)) idf(f(i)) / sqrt(Σ_i c(i) idf(f(i))²) + b

because a feature that occurs c times stands at c positions (L2 norm, plain term counts, smoothed idf).
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.pipeline import Pipeline

from export.errors import ExportError
from export.text_graph import FIRST_WORD_ID, model_of

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


def linear_graph(pipeline: Pipeline) -> onnx.ModelProto:
    """The stage ``ids: int32[N, T]`` -> ``logit: float32[N]`` of a fitted TF-IDF and regression.

    Raises `ExportError` for a vectoriser set-up that the graph's formula does not cover.
    """
    vectoriser, regression = pipeline[0], pipeline[-1]
    if vectoriser.norm != "l2" or vectoriser.sublinear_tf or vectoriser.binary or not vectoriser.smooth_idf:
        raise ExportError("the linear graph needs TF-IDF with norm='l2', smooth_idf and plain counts")
    features = sorted(vectoriser.vocabulary_.items(), key=lambda item: item[1])
    keys = [int(key) for key, _ in features]
    idf = np.concatenate([[0.0], vectoriser.idf_])
    weight = np.concatenate([[0.0], regression.coef_[0] * vectoriser.idf_])

    nodes = [
        helper.make_node("Cast", ["ids"], ["words"], to=TensorProto.INT64),
        helper.make_node("Slice", ["words", "first", "before_last", "columns"], ["left"]),
        helper.make_node("Slice", ["words", "second", "end", "columns"], ["right"]),
        helper.make_node("Mul", ["left", "pair_base"], ["left_high"]),
        helper.make_node("Add", ["left_high", "right"], ["pairs"]),
        helper.make_node("Concat", ["words", "pairs"], ["ngrams"], axis=1),
        helper.make_node(
            "LabelEncoder",
            ["ngrams"],
            ["features"],
            domain="ai.onnx.ml",
            keys_int64s=keys,
            values_int64s=list(range(1, len(keys) + 1)),
            default_int64=0,
        ),
        helper.make_node("Gather", ["weight", "features"], ["weights"]),
        helper.make_node("ReduceSum", ["weights", "columns"], ["dot"], keepdims=0),
        helper.make_node("Unsqueeze", ["features", "columns"], ["as_row"]),
        helper.make_node("Unsqueeze", ["features", "depth"], ["as_column"]),
        helper.make_node("Equal", ["as_row", "as_column"], ["same"]),
        helper.make_node("Cast", ["same"], ["same_float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["same_float", "depth"], ["count"], keepdims=0),
        helper.make_node("Gather", ["idf_squared", "features"], ["idf_squares"]),
        helper.make_node("Mul", ["count", "idf_squares"], ["squares"]),
        helper.make_node("ReduceSum", ["squares", "columns"], ["norm_squared"], keepdims=0),
        # A text without a single known word has norm 0 and dot 0.
        helper.make_node("Max", ["norm_squared", "tiny"], ["positive_norm_squared"]),
        helper.make_node("Sqrt", ["positive_norm_squared"], ["norm"]),
        helper.make_node("Div", ["dot", "norm"], ["scaled"]),
        helper.make_node("Add", ["scaled", "intercept"], ["logit"]),
    ]

    def integers(name: str, *values: int) -> onnx.TensorProto:
        return numpy_helper.from_array(np.array(values, dtype=np.int64), name)

    def floats(name: str, values: npt.NDArray[np.float64]) -> onnx.TensorProto:
        return numpy_helper.from_array(np.asarray(values, dtype=np.float32), name)

    return model_of(
        "linear",
        nodes,
        inputs=[helper.make_tensor_value_info("ids", TensorProto.INT32, ["N", "T"])],
        outputs=[helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["N"])],
        constants=[
            integers("first", 0),
            integers("second", 1),
            integers("before_last", -1),
            integers("end", np.iinfo(np.int64).max),
            integers("columns", 1),
            integers("depth", 2),
            integers("pair_base", 1 << PAIR_SHIFT),
            floats("weight", weight),
            floats("idf_squared", idf**2),
            floats("tiny", np.array(1e-12)),
            floats("intercept", regression.intercept_[:1]),
        ],
    )

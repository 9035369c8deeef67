"""Linear models of word and word-pair ids, as graphs whose scores equal scikit-learn's.

scikit-learn's dense row of all features would cost hundreds of kilobytes a tweet. With f(i) the feature at
position i, w the coefficients and b the intercept, naive Bayes on counts and regression on TF-IDF are

    logit = Σ_i w(f(i)) + b    and    logit = Σ_i w(f(i)) idf(f(i)) / norm + b

because a feature that occurs c times stands at c positions; the norm is that of `tfidf_norm`.
"""

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline

from export.ngrams import (
    Part,
    feature_keys,
    floats,
    id_ngrams,
    integers,
    keys_and_idf,
    numbered_features,
    tfidf_norm,
)
from export.text_graph import model_of

# Pickles of models that were logged before look for `id_ngrams` here.
__all__ = ["id_ngrams", "linear_graph", "linear_logits"]


def linear_logits(pipeline: Pipeline, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """scikit-learn's own logits of (N, T) ids, (N,) float64, of a pipeline that ends in a linear model."""
    model = pipeline[-1]
    if isinstance(model, MultinomialNB):
        joint = model.predict_joint_log_proba(pipeline[:-1].transform(ids))
        return np.asarray(joint[:, 1] - joint[:, 0], dtype=np.float64)
    return np.asarray(pipeline.decision_function(ids), dtype=np.float64)


def linear_graph(pipeline: Pipeline) -> onnx.ModelProto:
    """The stage ``ids: int32[N, T]`` -> ``logit: float32[N]`` of a fitted vectoriser and linear model.

    These are counts with `MultinomialNB`, or TF-IDF with a logistic regression. Raises `ExportError` for a
    vectoriser set-up that the graph's formula does not cover.
    """
    vectoriser, model = pipeline[0], pipeline[-1]
    if isinstance(model, MultinomialNB):
        keys = feature_keys(vectoriser)
        weight = model.feature_log_prob_[1] - model.feature_log_prob_[0]
        intercept = model.class_log_prior_[1:] - model.class_log_prior_[:1]
        scaling = Part([helper.make_node("Identity", ["dot"], ["scaled"])], [])
    else:
        keys, idf = keys_and_idf(vectoriser)
        weight, intercept = model.coef_[0] * idf[1:], model.intercept_[:1]
        scaling = _by_norm(idf)
    features = numbered_features(keys)
    return model_of(
        "linear",
        [
            *features.nodes,
            helper.make_node("Gather", ["weight", "features"], ["weights"]),
            helper.make_node("ReduceSum", ["weights", "columns"], ["dot"], keepdims=0),
            *scaling.nodes,
            helper.make_node("Add", ["scaled", "intercept"], ["logit"]),
        ],
        inputs=[helper.make_tensor_value_info("ids", TensorProto.INT32, ["N", "T"])],
        outputs=[helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["N"])],
        constants=[
            *features.constants,
            *scaling.constants,
            floats("weight", np.concatenate([[0.0], weight])),
            floats("intercept", intercept),
        ],
    )


def _by_norm(idf: npt.NDArray[np.float64]) -> Part:
    """``dot`` and ``features`` -> ``scaled``. How often a feature occurs is counted among the positions."""
    norm = tfidf_norm(idf, np.float32)
    return Part(
        [
            helper.make_node("Unsqueeze", ["features", "columns"], ["as_row"]),
            helper.make_node("Unsqueeze", ["features", "depth"], ["as_column"]),
            helper.make_node("Equal", ["as_row", "as_column"], ["same"]),
            helper.make_node("Cast", ["same"], ["same_float"], to=TensorProto.FLOAT),
            helper.make_node("ReduceSum", ["same_float", "depth"], ["count"], keepdims=0),
            *norm.nodes,
            helper.make_node("Squeeze", ["norm", "columns"], ["norm_of_text"]),
            helper.make_node("Div", ["dot", "norm_of_text"], ["scaled"]),
        ],
        [*norm.constants, integers("depth", 2)],
    )

"""TF-IDF of words and pairs with an ensemble of trees, as a graph that takes the same turns at every node.

A value that falls on the other side of a threshold changes the score by a leap, so both sides compare the
same numbers: TF-IDF in float64, as scikit-learn computes it, rounded to float32; and thresholds rounded down
to float32, which sends every float32 the same way.
"""

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline

from export.ensembles import LEAF, Tree, boosted_trees, forest_trees
from export.ngrams import Part, floats, integers, keys_and_idf, numbered_features, tfidf_norm
from export.text_graph import model_of

LEAST_PROBABILITY = 1e-3
"""A forest's P(positive) is kept so far from 0 and 1, where its log-odds have no end."""


def tree_logits(pipeline: Pipeline, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """The log-odds by scikit-learn's or LightGBM's own prediction of (N, T) ids, (N,) float64.

    The pipeline is a TF-IDF vectoriser and a `RandomForestClassifier` or an `LGBMClassifier`.
    """
    features = pipeline[0].transform(ids).astype(np.float32)
    if isinstance(pipeline[-1], RandomForestClassifier):
        share = pipeline[-1].predict_proba(features)[:, 1]
        share = np.clip(share, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
        return np.asarray(np.log(share) - np.log(1 - share), dtype=np.float64)
    return np.asarray(pipeline[-1].booster_.predict(features, raw_score=True), dtype=np.float64)


def tree_graph(pipeline: Pipeline) -> onnx.ModelProto:
    """The stage ``ids: int32[N, T]`` -> ``logit: float32[N]`` of a pipeline as `tree_logits` takes it.

    Raises `ExportError` for a vectoriser set-up that the graph's formula does not cover.
    """
    vectoriser, model = pipeline[0], pipeline[-1]
    row = _dense_tfidf(*keys_and_idf(vectoriser))
    if isinstance(model, RandomForestClassifier):
        trees, link = forest_trees(model), _log_odds()
    else:
        trees = boosted_trees(model.booster_.dump_model())
        link = Part([helper.make_node("Identity", ["sum"], ["logit"])], [])
    return model_of(
        "trees",
        [
            *row.nodes,
            _ensemble(trees),
            helper.make_node("Squeeze", ["sums", "columns"], ["sum"]),
            *link.nodes,
        ],
        inputs=[helper.make_tensor_value_info("ids", TensorProto.INT32, ["N", "T"])],
        outputs=[helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["N"])],
        constants=[*row.constants, *link.constants],
    )


def _dense_tfidf(keys: list[int], idf: npt.NDArray[np.float64]) -> Part:
    """``ids`` -> ``row: float32[N, F + 1]``; column 0 is of what is no feature, and 0."""
    features, norm = numbered_features(keys), tfidf_norm(idf, np.float64)
    return Part(
        [
            *features.nodes,
            helper.make_node("Shape", ["features"], ["texts"], start=0, end=1),
            helper.make_node("Shape", ["features"], ["positions"]),
            helper.make_node("Concat", ["texts", "width"], ["row_shape"], axis=0),
            helper.make_node("ConstantOfShape", ["row_shape"], ["zeros"]),
            helper.make_node("Expand", ["one", "positions"], ["ones"]),
            helper.make_node(
                "ScatterElements", ["zeros", "features", "ones"], ["counts"], axis=1, reduction="add"
            ),
            helper.make_node("GatherElements", ["counts", "features"], ["count_float"], axis=1),
            helper.make_node("Cast", ["count_float"], ["count"], to=TensorProto.DOUBLE),
            *norm.nodes,
            helper.make_node("Gather", ["idf", "features"], ["idf_here"]),
            helper.make_node("Mul", ["count", "idf_here"], ["scaled"]),
            helper.make_node("Div", ["scaled", "norm"], ["value"]),
            helper.make_node("Cast", ["value"], ["value_float"], to=TensorProto.FLOAT),
            # A feature that occurs again brings the same value again.
            helper.make_node(
                "ScatterElements", ["zeros", "features", "value_float"], ["row"], axis=1, reduction="max"
            ),
        ],
        [
            *features.constants,
            *norm.constants,
            integers("width", len(idf)),
            floats("one", np.array([1.0])),
            floats("idf", idf, np.float64),
        ],
    )


def _ensemble(trees: list[Tree]) -> onnx.NodeProto:
    """``row`` -> ``sums: float32[N, 1]``, the sum of one leaf of each tree."""
    sizes = [len(tree.feature) for tree in trees]
    tree_ids = np.repeat(np.arange(len(trees)), sizes)
    node_ids = np.concatenate([np.arange(size) for size in sizes])
    feature = np.concatenate([tree.feature for tree in trees])
    leaf = feature == LEAF
    return helper.make_node(
        "TreeEnsembleRegressor",
        ["row"],
        ["sums"],
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function="SUM",
        post_transform="NONE",
        nodes_treeids=tree_ids.tolist(),
        nodes_nodeids=node_ids.tolist(),
        nodes_featureids=np.where(leaf, 0, feature + 1).tolist(),
        nodes_modes=np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        nodes_values=np.where(leaf, 0, np.concatenate([tree.threshold for tree in trees])).tolist(),
        nodes_truenodeids=np.where(leaf, 0, np.concatenate([tree.left for tree in trees])).tolist(),
        nodes_falsenodeids=np.where(leaf, 0, np.concatenate([tree.right for tree in trees])).tolist(),
        target_treeids=tree_ids[leaf].tolist(),
        target_nodeids=node_ids[leaf].tolist(),
        target_ids=np.zeros(leaf.sum(), dtype=np.int64).tolist(),
        target_weights=np.concatenate([tree.value for tree in trees])[leaf].tolist(),
    )


def _log_odds() -> Part:
    """``sum``, a probability -> ``logit``."""
    return Part(
        [
            helper.make_node("Clip", ["sum", "least", "most"], ["share"]),
            helper.make_node("Sub", ["certainty", "share"], ["other_share"]),
            helper.make_node("Log", ["share"], ["log_share"]),
            helper.make_node("Log", ["other_share"], ["log_other_share"]),
            helper.make_node("Sub", ["log_share", "log_other_share"], ["logit"]),
        ],
        [
            floats("least", np.array(LEAST_PROBABILITY)),
            floats("most", np.array(1 - LEAST_PROBABILITY)),
            floats("certainty", np.array(1.0)),
        ],
    )

"""The fitted trees of a random forest (scikit-learn) or of gradient boosting (LightGBM), in one form."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import RandomForestClassifier

LEAF = -1
"""The feature of a node that is a leaf."""


@dataclass(frozen=True)
class Tree:
    """A tree of K nodes, the root first. A text goes left where its value of ``feature`` is <= ``threshold``.

    ``feature``, ``left`` and ``right``: (K,) int64, `LEAF` at leaves. ``threshold``: (K,) float32.
    ``value``: (K,) float64, what a leaf adds to the sum over all trees.
    """

    feature: npt.NDArray[np.int64]
    threshold: npt.NDArray[np.float32]
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]


def forest_trees(forest: RandomForestClassifier) -> list[Tree]:
    """Trees whose leaves sum up to the forest's P(positive)."""
    grown = [estimator.tree_ for estimator in forest.estimators_]
    return [
        Tree(
            feature=np.where(tree.children_left == LEAF, LEAF, tree.feature),
            threshold=rounded_down(tree.threshold),
            left=tree.children_left,
            right=tree.children_right,
            # Of each class the share, (K, 1, 2).
            value=tree.value[:, 0, 1] / tree.value[:, 0].sum(axis=1) / len(grown),
        )
        for tree in grown
    ]


def boosted_trees(dump: dict[str, Any]) -> list[Tree]:
    """Trees whose leaves sum up to the log-odds, from ``Booster.dump_model()`` of LightGBM."""
    return [_boosted_tree(tree["tree_structure"]) for tree in dump["tree_info"]]


def _boosted_tree(root: dict[str, Any]) -> Tree:
    nodes = [root]
    children: list[tuple[int, int]] = []
    for node in nodes:  # grows on the way
        if "split_feature" in node:
            children.append((len(nodes), len(nodes) + 1))
            nodes += [node["left_child"], node["right_child"]]
        else:
            children.append((LEAF, LEAF))
    left, right = np.array(children, dtype=np.int64).T
    return Tree(
        feature=np.array([node.get("split_feature", LEAF) for node in nodes], dtype=np.int64),
        threshold=rounded_down(np.array([node.get("threshold", 0.0) for node in nodes])),
        left=left,
        right=right,
        value=np.array([node.get("leaf_value", 0.0) for node in nodes]),
    )


def rounded_down(thresholds: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """The largest float32 numbers that are not greater: every float32 stays on its side of the threshold."""
    nearest = thresholds.astype(np.float32)
    below = np.nextafter(nearest, np.float32(-np.inf))
    return np.where(nearest > thresholds, below, nearest)

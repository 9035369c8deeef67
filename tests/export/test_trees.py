"""The graph takes the turns that scikit-learn and LightGBM take in their trees."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline

from export.ensembles import LEAF, boosted_trees, forest_trees, rounded_down
from export.errors import ExportError
from export.ngrams import id_ngrams
from export.text_graph import session
from export.trees import LEAST_PROBABILITY, tree_graph, tree_logits

WORDS = 12


def texts(rows, *, seed):
    """Texts of 0 to 9 words with padding on the right; 1 is an unknown word."""
    random = np.random.default_rng(seed)
    ids = random.integers(1, WORDS, size=(rows, 9)).astype(np.int32)
    ids[np.arange(9) >= random.integers(0, 10, rows)[:, None]] = 0
    return ids


def model_of(kind):
    if kind == "forest":
        return RandomForestClassifier(n_estimators=7, max_leaf_nodes=20, random_state=1)
    return LGBMClassifier(n_estimators=9, num_leaves=8, min_child_samples=5, verbosity=-1, n_jobs=1)


@cache
def fitted(kind, **vectoriser):
    ids = texts(600, seed=3)
    random = np.random.default_rng(4)
    labels = (ids == 5).any(axis=1) ^ (ids[:, 0] == 7) ^ (random.random(600) < 0.2)
    # Values that lie close together, so that thresholds do.
    tfidf = TfidfVectorizer(analyzer=id_ngrams, **vectoriser)
    features = tfidf.fit_transform(ids).astype(np.float32)
    model = model_of(kind).fit(features, labels, sample_weight=random.uniform(0.1, 5, 600))
    pipeline = Pipeline([("tfidf", tfidf), ("trees", model)])
    return pipeline, session(tree_graph(pipeline))


@pytest.fixture(params=["forest", "boosting"])
def kind(request):
    return request.param


def test_thousands_of_texts_take_the_same_turns(kind):
    pipeline, graph = fitted(kind)
    ids = texts(4000, seed=9)
    np.testing.assert_allclose(graph.run(None, {"ids": ids})[0], tree_logits(pipeline, ids), atol=2e-6)


@given(st.lists(st.lists(st.integers(1, WORDS + 1), max_size=30), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_texts_of_any_length_score_as_in_the_framework(found):
    ids = np.zeros((len(found), max(1, *map(len, found))), dtype=np.int32)
    for row, text in enumerate(found):
        ids[row, : len(text)] = text
    for each in ("forest", "boosting"):
        pipeline, graph = fitted(each)
        np.testing.assert_allclose(graph.run(None, {"ids": ids})[0], tree_logits(pipeline, ids), atol=2e-6)


def test_a_score_depends_neither_on_padding_nor_on_the_batch(kind):
    _, graph = fitted(kind)
    ids = texts(60, seed=5)
    together = graph.run(None, {"ids": np.pad(ids, ((0, 0), (0, 40)))})[0]
    alone = [graph.run(None, {"ids": row[None, : max(1, (row != 0).sum())]})[0][0] for row in ids]
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_leaves_of_a_forest_sum_up_to_its_probability(kind):
    pipeline, _ = fitted(kind)
    row = pipeline[0].transform(texts(50, seed=6)).astype(np.float32).toarray()
    if kind == "forest":
        trees, expected = forest_trees(pipeline[-1]), pipeline[-1].predict_proba(row)[:, 1]
    else:
        trees = boosted_trees(pipeline[-1].booster_.dump_model())
        expected = pipeline[-1].booster_.predict(row, raw_score=True)
    np.testing.assert_allclose([walked(trees, values) for values in row], expected, atol=1e-9)


def walked(trees, values):
    total = 0.0
    for tree in trees:
        node = 0
        while tree.feature[node] != LEAF:
            turn = values[tree.feature[node]] <= tree.threshold[node]
            node = tree.left[node] if turn else tree.right[node]
        total += tree.value[node]
    return total


def test_a_forest_that_is_certain_keeps_a_finite_score():
    ids = np.array([[5], [6]] * 20, dtype=np.int32)
    tfidf = TfidfVectorizer(analyzer=id_ngrams)
    model = RandomForestClassifier(n_estimators=3, random_state=1)
    pipeline = Pipeline([("tfidf", tfidf), ("trees", model)]).fit(ids, [0, 1] * 20)
    most = np.log(1 - LEAST_PROBABILITY) - np.log(LEAST_PROBABILITY)
    found = session(tree_graph(pipeline)).run(None, {"ids": ids[:2]})[0]
    np.testing.assert_allclose(found, [-most, most], rtol=1e-4)
    np.testing.assert_allclose(found, tree_logits(pipeline, ids[:2]), rtol=1e-5)


def test_a_tree_without_a_split_is_one_leaf():
    ids = texts(30, seed=2)
    model = LGBMClassifier(n_estimators=2, min_child_samples=100, verbosity=-1, n_jobs=1)
    tfidf = TfidfVectorizer(analyzer=id_ngrams)
    model.fit(tfidf.fit_transform(ids).astype(np.float32), np.arange(30) % 3 == 0)
    pipeline = Pipeline([("tfidf", tfidf), ("trees", model)])
    found = session(tree_graph(pipeline)).run(None, {"ids": ids})[0]
    np.testing.assert_allclose(found, tree_logits(pipeline, ids), atol=1e-6)
    assert np.ptp(found) == 0


@given(st.floats(-10, 10), st.floats(-10, 10, width=32))
def test_a_rounded_threshold_sends_every_float32_the_same_way(threshold, value):
    rounded = rounded_down(np.array([threshold]))[0]
    assert (np.float32(value) <= rounded) == (value <= threshold)
    assert rounded <= threshold


def test_a_vectoriser_that_the_formula_does_not_cover_is_refused():
    with pytest.raises(ExportError, match="TF-IDF"):
        fitted("forest", sublinear_tf=True)

"""The linear graph gives scikit-learn's scores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline

from export.errors import ExportError
from export.linear import linear_graph, linear_logits
from export.ngrams import id_ngrams
from export.text_graph import session

WORDS = 12


def rows():
    random = np.random.default_rng(3)
    ids = random.integers(0, WORDS, size=(200, 9)).astype(np.int32)
    return ids, (ids == 5).any(axis=1) ^ (random.random(200) < 0.2)


def fitted(**vectoriser):
    tfidf = TfidfVectorizer(**{"analyzer": id_ngrams} | vectoriser)
    return Pipeline([("tfidf", tfidf), ("regression", LogisticRegression(C=10))]).fit(*rows())


def naive_bayes(**vectoriser):
    counts = CountVectorizer(**{"analyzer": id_ngrams, "max_features": 60} | vectoriser)
    weights = np.random.default_rng(4).uniform(0.1, 10, 200)
    model = Pipeline([("counts", counts), ("model", MultinomialNB(alpha=0.5))])
    return model.fit(*rows(), model__sample_weight=weights)


PIPELINES = {"regression": fitted(), "naive_bayes": naive_bayes()}
SESSIONS = {name: session(linear_graph(pipeline)) for name, pipeline in PIPELINES.items()}

# WORDS and WORDS + 1 never occur in training: known words without a weight. Padding stands on the right.
batches = st.lists(st.lists(st.integers(1, WORDS + 1), max_size=20), min_size=1, max_size=6)


@given(batches)
@settings(max_examples=100, deadline=None)
def test_any_texts_score_as_in_scikit_learn(texts):
    ids = np.zeros((len(texts), max(1, *map(len, texts))), dtype=np.int32)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = text
    regression = PIPELINES["regression"]
    np.testing.assert_allclose(linear_logits(regression, ids), regression.decision_function(ids), atol=0)
    for name, pipeline in PIPELINES.items():
        found = SESSIONS[name].run(["logit"], {"ids": ids})[0]
        np.testing.assert_allclose(found, linear_logits(pipeline, ids), atol=5e-6)


def test_the_logit_of_naive_bayes_is_that_of_its_probability():
    ids, _ = rows()
    pipeline = PIPELINES["naive_bayes"]
    probability = 1 / (1 + np.exp(-linear_logits(pipeline, ids)))
    np.testing.assert_allclose(probability, pipeline.predict_proba(ids)[:, 1], atol=1e-12)


@pytest.mark.parametrize("name", PIPELINES)
def test_padding_does_not_change_a_score(name):
    ids = np.array([[5, 5, 7, 3]], dtype=np.int32)
    padded = np.pad(ids, ((0, 0), (0, 30)))
    alone, among = (SESSIONS[name].run(["logit"], {"ids": rows})[0] for rows in (ids, padded))
    np.testing.assert_allclose(alone, among, atol=1e-6)


@pytest.mark.parametrize(
    "other", [{"norm": "l1"}, {"sublinear_tf": True}, {"binary": True}, {"smooth_idf": False}]
)
def test_a_vectoriser_that_the_formula_does_not_cover_is_refused(other):
    with pytest.raises(ExportError, match="TF-IDF"):
        linear_graph(fitted(**other))


@pytest.mark.parametrize("other", [{"binary": True}, {"analyzer": list}])
def test_counts_of_anything_but_the_features_of_the_graph_are_refused(other):
    with pytest.raises(ExportError, match="id_ngrams"):
        linear_graph(naive_bayes(**other))

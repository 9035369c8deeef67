"""The linear graph gives scikit-learn's scores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from export.errors import ExportError
from export.linear import id_ngrams, linear_graph
from export.text_graph import session

WORDS = 12


def fitted(**vectoriser):
    random = np.random.default_rng(3)
    ids = random.integers(0, WORDS, size=(200, 9)).astype(np.int32)
    labels = (ids == 5).any(axis=1) ^ (random.random(200) < 0.2)
    pipeline = Pipeline(
        [
            ("tfidf", TfidfVectorizer(analyzer=id_ngrams, **vectoriser)),
            ("regression", LogisticRegression(C=10)),
        ]
    )
    return pipeline.fit(ids, labels)


PIPELINE = fitted()
SESSION = session(linear_graph(PIPELINE))

# WORDS and WORDS + 1 never occur in training: known words without a weight. Padding stands on the right.
batches = st.lists(st.lists(st.integers(1, WORDS + 1), max_size=20), min_size=1, max_size=6)


@given(batches)
@settings(max_examples=100, deadline=None)
def test_any_texts_score_as_in_scikit_learn(texts):
    ids = np.zeros((len(texts), max(1, *map(len, texts))), dtype=np.int32)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = text
    np.testing.assert_allclose(
        SESSION.run(["logit"], {"ids": ids})[0], PIPELINE.decision_function(ids), atol=2e-6
    )


def test_padding_does_not_change_a_score():
    ids = np.array([[5, 5, 7, 3]], dtype=np.int32)
    padded = np.pad(ids, ((0, 0), (0, 30)))
    alone, among = (SESSION.run(["logit"], {"ids": rows})[0] for rows in (ids, padded))
    np.testing.assert_allclose(alone, among, atol=1e-6)


@pytest.mark.parametrize(
    "other", [{"norm": "l1"}, {"sublinear_tf": True}, {"binary": True}, {"smooth_idf": False}]
)
def test_a_vectoriser_that_the_formula_does_not_cover_is_refused(other):
    with pytest.raises(ExportError, match="TF-IDF"):
        linear_graph(fitted(**other))

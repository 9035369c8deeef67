"""The hashed graph finds the weights that scikit-learn finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from export import hashed
from export.hashed import HashedNgrams, hashed_graph
from export.linear import linear_logits
from export.ngrams import id_ngrams
from export.quantisation import quantise_tables
from export.text_graph import session

WORDS = 200_000


def fitted(size):
    random = np.random.default_rng(3)
    ids = random.integers(0, 12, size=(200, 9)).astype(np.int32)
    labels = (ids == 5).any(axis=1) ^ (random.random(200) < 0.2)
    return Pipeline([("hashing", HashedNgrams(size)), ("regression", LogisticRegression())]).fit(ids, labels)


# So small a table that many words and pairs share a weight.
PIPELINE = fitted(61)
SESSION = session(hashed_graph(PIPELINE))


@given(st.lists(st.lists(st.integers(1, WORDS), max_size=20), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_any_texts_score_as_in_scikit_learn(texts):
    ids = np.zeros((len(texts), max(1, *map(len, texts))), dtype=np.int32)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = text
    np.testing.assert_allclose(SESSION.run(None, {"ids": ids})[0], linear_logits(PIPELINE, ids), atol=1e-5)


def test_unknown_words_and_padding_make_neither_words_nor_pairs():
    ids = np.array([[5, 1, 7, 8, 0, 0]], dtype=np.int32)
    counts = HashedNgrams(1 << 20).transform(ids)
    assert counts.sum() == len(id_ngrams(ids[0])) == 4
    padded = np.pad(ids, ((0, 0), (0, 30)))
    np.testing.assert_array_equal(HashedNgrams(1 << 20).transform(padded).toarray(), counts.toarray())
    alone, among = (SESSION.run(None, {"ids": rows})[0] for rows in (ids, padded))
    np.testing.assert_allclose(alone, among, atol=1e-6)
    empty = np.zeros((1, 3), dtype=np.int32)
    assert SESSION.run(None, {"ids": empty})[0][0] == pytest.approx(PIPELINE[-1].intercept_[0])


def test_the_order_of_a_pair_counts():
    there, back = (np.array([row], dtype=np.int32) for row in ([5, 9], [9, 5]))
    hashing = HashedNgrams(1 << 20)
    assert (hashing.transform(there) != hashing.transform(back)).nnz == 2


def test_common_pairs_seldom_share_a_place():
    """Of K pairs spread at random over M places, about K/2M of them meet an earlier one."""
    left, right = np.meshgrid(np.arange(2, 302), np.arange(2, 302))
    pairs = np.stack([left.ravel(), right.ravel()], axis=1).astype(np.int32)
    size = 1 << 20
    places = HashedNgrams(size).transform(pairs).sum(axis=0)
    used = np.count_nonzero(places[302:])
    assert len(pairs) - used < 1.2 * len(pairs) ** 2 / (2 * size)


def test_rows_are_the_same_in_one_piece_or_in_several(monkeypatch):
    ids = np.random.default_rng(1).integers(0, 9, size=(50, 7)).astype(np.int32)
    whole = HashedNgrams(97).transform(ids).toarray()
    monkeypatch.setattr(hashed, "ROWS_AT_ONCE", 8)
    np.testing.assert_array_equal(HashedNgrams(97).transform(ids).toarray(), whole)


def test_eight_bits_shrink_the_table_to_a_quarter_and_move_a_weight_by_half_a_step():
    exact = hashed_graph(fitted(1 << 16))
    small = quantise_tables(exact)
    assert small.ByteSize() < 0.26 * exact.ByteSize()
    step = max(np.abs(tensor).max() for tensor in tables(exact)) / 127
    ids = np.random.default_rng(1).integers(0, 12, size=(50, 9)).astype(np.int32)
    change = session(small).run(None, {"ids": ids})[0] - session(exact).run(None, {"ids": ids})[0]
    ngrams = np.array([len(id_ngrams(row)) for row in ids])
    assert (np.abs(change) <= ngrams * step / 2 * 1.001).all()
    assert np.abs(change).max() > 0


def tables(model):
    found = [numpy_helper.to_array(tensor) for tensor in model.graph.initializer]
    return [table for table in found if table.ndim == 2]

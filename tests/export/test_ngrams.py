"""Words and pairs are numbered by the graph as Python finds them."""

import doctest

import numpy as np
import pytest
from onnx import TensorProto, helper
from sklearn.feature_extraction.text import TfidfVectorizer

from export import ngrams
from export.errors import ExportError
from export.ngrams import PAIR_SHIFT, id_ngrams, keys_and_idf, numbered_features
from export.text_graph import model_of, session


def numbers(keys, ids):
    part = numbered_features(keys)
    graph = model_of(
        "features",
        part.nodes,
        inputs=[helper.make_tensor_value_info("ids", TensorProto.INT32, ["N", "T"])],
        outputs=[helper.make_tensor_value_info("features", TensorProto.INT64, ["N", "L"])],
        constants=part.constants,
    )
    return session(graph).run(None, {"ids": np.array(ids, dtype=np.int32)})[0]


def test_every_position_of_a_word_or_pair_gets_its_number_and_all_else_zero():
    keys = [7, (7 << PAIR_SHIFT) + 8, 200_000]
    assert numbers(keys, [[7, 8, 7, 8], [1, 7, 200_000, 0]]).tolist() == [
        [1, 0, 1, 0, 2, 0, 2],
        [0, 1, 3, 0, 0, 0, 0],
    ]


def test_the_graph_finds_what_python_finds():
    random = np.random.default_rng(1)
    ids = random.integers(1, 6, size=(200, 8)).astype(np.int32)
    ids[np.arange(8) >= random.integers(0, 9, 200)[:, None]] = 0
    keys = sorted({key for row in ids for key in id_ngrams(row)})
    for row, found in zip(ids, numbers(keys, ids), strict=True):
        assert sorted(keys[number - 1] for number in found if number) == sorted(id_ngrams(row))


@pytest.mark.parametrize(
    "other", [{"use_idf": False}, {"smooth_idf": False}, {"norm": "l1"}, {"sublinear_tf": True}]
)
def test_another_weighting_than_the_graph_knows_is_refused(other):
    usual = TfidfVectorizer(analyzer=id_ngrams).fit([[5, 6]])
    assert len(keys_and_idf(usual)[0]) == 3
    with pytest.raises(ExportError, match="the graph needs TF-IDF with"):
        keys_and_idf(TfidfVectorizer(analyzer=id_ngrams, **other).fit([[5, 6]]))


def test_one_token_makes_no_pair():
    assert numbers([5], [[5]]).tolist() == [[1]]


def test_the_examples_in_the_docstrings_hold():
    result = doctest.testmod(ngrams)
    assert result.attempted > 0
    assert result.failed == 0

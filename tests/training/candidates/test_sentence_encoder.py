"""The encoder stays as it was pretrained, and the last layer is the regression on its embeddings."""

from dataclasses import replace

import numpy as np
import pytest

from export.text_graph import session
from export.transformer import transformer_graph
from tests.tiny_bert import LAYERS, write_tiny_bert
from training.candidates import Examples, SentenceEncoder, Transformer
from training.candidates.base import HyperparameterError
from training.candidates.pretrained import read_pretrained
from training.candidates.sentence_encoder import _drawn
from training.candidates.starting import initialise

VOCABULARY = ["late", "a", "b", "##s", "happy"]
GOOD, BAD = 6, 2


@pytest.fixture(scope="module")
def candidate(tmp_path_factory) -> SentenceEncoder:
    folder = write_tiny_bert(tmp_path_factory.mktemp("bert"), words=("late", "happy"))
    return SentenceEncoder(folder=str(folder), layers=LAYERS, max_tokens=8, inverse_regularisation=1.0)


def examples(rows: int, seed: int) -> Examples:
    """Texts of a word that decides among others that do not."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, rows).astype(np.int8)
    ids = random.integers(3, 6, (rows, 4)).astype(np.int32)
    ids[np.arange(rows), random.integers(0, 4, rows)] = np.where(labels, GOOD, BAD)
    return Examples(ids, labels, np.ones(rows, dtype=np.float32))


@pytest.fixture(scope="module")
def fitted(candidate):
    train = examples(300, seed=1)
    return candidate.fit(train, train, vocabulary=VOCABULARY, seed=3, progress=False)


def test_it_learns_which_word_is_good(fitted):
    unseen = examples(200, seed=2)
    assert ((fitted.logits(unseen.ids) > 0) == unseen.labels).mean() > 0.95
    assert fitted.history[0]["texts"] == 300


def test_the_encoder_is_the_pretrained_one(candidate, fitted):
    pretrained = read_pretrained(candidate.folder)
    shape = Transformer(max_tokens=8, layers=LAYERS, precision="float32")
    network = shape.network(pretrained, words=2 + len(VOCABULARY))
    initialise(network, pretrained, VOCABULARY)
    for before, after in zip(network.layers, fitted.network.layers, strict=True):
        if before.name != "logit":
            for weight, kept in zip(before.get_weights(), after.get_weights(), strict=True):
                np.testing.assert_array_equal(weight, kept)


def test_its_graph_is_the_transformers(fitted):
    ids = examples(50, seed=5).ids
    found = session(transformer_graph(fitted.network)).run(["logit"], {"ids": ids})[0]
    np.testing.assert_allclose(found, fitted.logits(ids), atol=1e-4)


def test_the_same_seed_gives_the_same_scores(candidate, fitted):
    train = examples(300, seed=1)
    again = candidate.fit(train, train, vocabulary=VOCABULARY, seed=3, progress=False)
    np.testing.assert_allclose(again.logits(train.ids), fitted.logits(train.ids), atol=1e-5)


def test_more_layers_than_were_pretrained_are_refused(candidate):
    train = examples(20, seed=1)
    with pytest.raises(HyperparameterError, match=f"has {LAYERS}"):
        replace(candidate, layers=LAYERS + 1).fit(train, train, vocabulary=VOCABULARY, seed=3, progress=False)


def test_rows_are_drawn_by_their_weight_and_count_as_often_as_they_were():
    rows = examples(400, seed=4)
    heavy = np.arange(400) < 40
    weighted = Examples(rows.ids, rows.labels, np.where(heavy, 9.0, 1.0).astype(np.float32))
    drawn = _drawn(weighted, rows=200, seed=1)
    assert len(drawn) <= 200
    assert drawn.weights.sum() == 200
    # Half of all weight is on a tenth of the rows: of 200 draws, 100 with a standard deviation of 7.
    numbered = Examples(np.arange(400, dtype=np.int32)[:, None], rows.labels, weighted.weights)
    found = _drawn(numbered, rows=200, seed=1)
    assert abs(found.weights[found.ids[:, 0] < 40].sum() - 100) < 4 * 7
    assert _drawn(weighted, rows=400, seed=1) is weighted

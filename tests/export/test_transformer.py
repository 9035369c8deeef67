"""The graph of fused operators gives Keras's scores, whatever the padding."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from export.errors import ExportError
from export.text_graph import session
from export.transformer import transformer_graph, transformer_logits
from tests.tiny_bert import write_tiny_bert
from training.candidates import Transformer
from training.candidates.pretrained import read_pretrained

WORDS = 40


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    keras.utils.set_random_seed(1)
    folder = write_tiny_bert(tmp_path_factory.mktemp("bert"))
    return Transformer(layers=2, max_tokens=20, precision="float32").network(
        read_pretrained(str(folder)), words=WORDS
    )


@pytest.fixture(scope="module")
def running(network):
    return session(transformer_graph(network))


def texts_of(*lengths, width):
    random = np.random.default_rng(2)
    ids = np.zeros((len(lengths), width), dtype=np.int32)
    for row, length in enumerate(lengths):
        ids[row, :length] = random.integers(1, WORDS, length)
    return ids


def test_texts_of_any_length_score_as_in_keras(network, running):
    ids = texts_of(0, 1, 2, 5, 11, 20, width=20)
    found = running.run(["logit"], {"ids": ids})[0]
    np.testing.assert_allclose(found, transformer_logits(network, ids), atol=1e-5)
    assert np.ptp(found) > 0.01


def test_padding_and_company_do_not_change_a_score(running):
    ids = texts_of(4, 9, 17, width=20)
    together = running.run(["logit"], {"ids": ids})[0]
    alone = [running.run(["logit"], {"ids": row[None, : np.count_nonzero(row)]})[0][0] for row in ids]
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_attention_is_one_operator_a_layer(network):
    operators = [node.op_type for node in transformer_graph(network).graph.node]
    assert operators.count("MultiHeadAttention") == 2
    assert operators.count("LayerNormalization") == 5
    assert "Softmax" not in operators


def test_the_same_network_converts_to_the_same_bytes(network):
    first, second = (transformer_graph(network).SerializeToString() for _ in range(2))
    assert first == second


def test_a_network_described_and_made_again_converts_the_same(network):
    again = keras.Model.from_config(network.get_config())
    again.set_weights(network.get_weights())
    assert transformer_graph(again).SerializeToString() == transformer_graph(network).SerializeToString()


def test_a_network_of_another_kind_is_refused():
    ids = keras.Input((None,), dtype="int32")
    pooled = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(5, 2, name="words")(ids))
    with pytest.raises(ExportError, match="no transformer"):
        transformer_graph(keras.Model(ids, keras.layers.Dense(1)(pooled)))


def test_fewer_layers_make_a_smaller_graph(network, tmp_path):
    folder = write_tiny_bert(tmp_path)
    shallow = replace(Transformer(), layers=1, max_tokens=20, precision="float32").network(
        read_pretrained(str(folder)), words=WORDS
    )
    operators = [node.op_type for node in transformer_graph(shallow).graph.node]
    assert operators.count("MultiHeadAttention") == 1

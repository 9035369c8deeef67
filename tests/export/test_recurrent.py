"""The converted network gives Keras's scores, whatever the padding."""

import keras
import numpy as np
import pytest

from export.errors import ExportError
from export.recurrent import network_logits, recurrent_graph
from export.text_graph import session
from training.candidates import BiLstm
from training.candidates.bilstm import CELLS

WORDS = 40


@pytest.fixture(scope="module", params=CELLS)
def network(request):
    keras.utils.set_random_seed(1)
    network = BiLstm(embedding_width=8, units=6, cell=request.param).network(words=WORDS)
    # Biases start at zero, where an exchange of theirs would not be seen.
    random = np.random.default_rng(3)
    network.set_weights([random.normal(0, 0.4, array.shape) for array in network.get_weights()])
    return network


@pytest.fixture(scope="module")
def running(network):
    return session(recurrent_graph(network))


def texts_of(*lengths, width):
    random = np.random.default_rng(2)
    ids = np.zeros((len(lengths), width), dtype=np.int32)
    for row, length in enumerate(lengths):
        ids[row, :length] = random.integers(1, WORDS, length)
    return ids


def logits_of(running, ids):
    return running.run(["logit"], {"ids": ids, "tokens": (ids != 0).sum(axis=1).astype(np.int64)})[0]


def test_texts_of_any_length_score_as_in_keras(network, running):
    ids = texts_of(0, 1, 2, 5, 11, 12, width=12)
    np.testing.assert_allclose(logits_of(running, ids), network_logits(network, ids), atol=1e-6)


def test_padding_does_not_change_a_score(running):
    ids = texts_of(4, width=4)
    np.testing.assert_allclose(
        logits_of(running, ids), logits_of(running, np.pad(ids, ((0, 0), (0, 50)))), atol=1e-7
    )


@pytest.mark.parametrize(("cell", "operator"), [("lstm", "LSTM"), ("gru", "GRU")])
def test_there_is_one_recurrent_operator_and_no_loop(cell, operator):
    network = BiLstm(embedding_width=8, units=6, cell=cell).network(words=WORDS)
    operators = [node.op_type for node in recurrent_graph(network).graph.node]
    assert operators.count(operator) == 1
    assert not ({"LSTM", "GRU", "Loop", "Scan"} - {operator}) & set(operators)


def test_a_gru_of_another_kind_is_refused():
    ids = keras.Input((None,), dtype="int32")
    cell = keras.layers.GRU(3, return_sequences=True, reset_after=False)
    states = keras.layers.Bidirectional(cell)(keras.layers.Embedding(5, 2)(ids))
    pooled = keras.layers.GlobalAveragePooling1D()(states)
    with pytest.raises(ExportError, match="reset_after"):
        recurrent_graph(keras.Model(ids, keras.layers.Dense(1)(pooled)))


def test_the_same_network_converts_to_the_same_bytes(network):
    first, second = (recurrent_graph(network).SerializeToString() for _ in range(2))
    assert first == second


def test_a_network_without_lstm_is_refused():
    ids = keras.Input((None,), dtype="int32")
    pooled = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(5, 2)(ids))
    with pytest.raises(ExportError, match="LSTM"):
        recurrent_graph(keras.Model(ids, keras.layers.Dense(1)(pooled)))

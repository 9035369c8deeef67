"""Matrices in 8 bits score nearly the same, the same for a text alone and in company, on any processor."""

import numpy as np
import onnx
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from export.matrices import LARGEST_PAIR, best_range, quantise_matrices, quantised_columns
from export.text_graph import join, model_of, normalisation, session, word_ids

WIDTH = 128
WORDS = [f"w{number}" for number in range(60)]
RANDOM = np.random.default_rng(5)
TEXTS = [" ".join(RANDOM.choice(WORDS, RANDOM.integers(1, 15))) for _ in range(80)]


def two_dense_layers() -> onnx.ModelProto:
    """text -> ids -> embeddings -> dense -> relu -> dense -> mean: as in the middle of a transformer."""
    constants = {
        "table": RANDOM.normal(size=(62, WIDTH)),
        "first": RANDOM.normal(size=(WIDTH, WIDTH)) / 10,
        "bias": RANDOM.normal(size=WIDTH),
        "second": RANDOM.normal(size=(WIDTH, WIDTH)) / 10,
        "last": RANDOM.normal(size=(WIDTH, 1)),
    }
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["embedded"]),
        helper.make_node("MatMul", ["embedded", "first"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["active"]),
        helper.make_node("MatMul", ["active", "second"], ["changed"]),
        helper.make_node("MatMul", ["changed", "last"], ["each"]),
        helper.make_node("ReduceMax", ["each", "axes"], ["logit"], keepdims=0),
    ]
    model = model_of(
        "dense",
        nodes,
        inputs=[helper.make_tensor_value_info("ids", TensorProto.INT32, ["N", "T"])],
        outputs=[helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["N"])],
        constants=[
            *(numpy_helper.from_array(array.astype(np.float32), name) for name, array in constants.items()),
            numpy_helper.from_array(np.array([1, 2]), "axes"),
        ],
    )
    return join(join(normalisation(), word_ids(WORDS, max_tokens=16), "normalised"), model, "ids")


EXACT = two_dense_layers()
SMALL = quantise_matrices(EXACT, TEXTS)


def logits(model, texts):
    return session(model).run(["logit"], {"text": np.array(texts, dtype=object)})[0]


def test_the_scores_are_nearly_those_of_the_exact_graph():
    exact, small = logits(EXACT, TEXTS), logits(SMALL, TEXTS)
    assert 0 < np.abs(exact - small).max() < 0.03 * np.ptp(exact)


def test_a_text_scores_the_same_alone_and_in_company():
    same_length = [text for text in TEXTS if len(text.split()) == 8]
    assert len(same_length) > 1
    np.testing.assert_array_equal(logits(SMALL, same_length), [logits(SMALL, [t])[0] for t in same_length])
    # This toy reads its padding, so in company of other lengths each text needs the longest beside it.
    longest = max(TEXTS, key=lambda text: len(text.split()))
    few = TEXTS[:20]
    np.testing.assert_array_equal(
        logits(SMALL, [*few, longest])[:-1], [logits(SMALL, [text, longest])[0] for text in few]
    )


def test_large_matrices_are_int8_with_their_bias_and_small_ones_stay():
    operators = [node.op_type for node in SMALL.graph.node]
    assert operators.count("MatMulIntegerToFloat") == 2
    assert operators.count("QuantizeLinear") == 2
    assert operators.count("MatMul") == 1
    assert len(SMALL.SerializeToString()) < 0.6 * len(EXACT.SerializeToString())
    names = {tensor.name for tensor in SMALL.graph.initializer}
    assert not {"dense/first", "dense/second"} & names


def test_a_graph_without_large_matrices_stays_as_it_is():
    graph = normalisation()
    assert quantise_matrices(graph, TEXTS).SerializeToString() == graph.SerializeToString()


@given(st.integers(0, 2**32), st.integers(1, 9), st.sampled_from([1.0, 30.0]))
@settings(max_examples=60, deadline=None)
def test_pairs_of_weights_never_overflow_16_bits(seed, rows, tail):
    random = np.random.default_rng(seed)
    matrix = (random.normal(size=(rows, 4)) * random.choice([1.0, tail], (rows, 4))).astype(np.float32)
    matrix[:, 0] = 1.0
    weights, scale = quantised_columns(matrix)
    padded = np.vstack([weights, np.zeros((rows % 2, 4), dtype=np.int8)]).astype(int)
    assert np.abs(padded[0::2] + padded[1::2]).max() <= LARGEST_PAIR
    steps = weights - matrix.astype(float) / scale
    assert np.abs(steps).max() <= 0.5 + 1e-4


def test_a_column_of_zeros_stays_one():
    weights, scale = quantised_columns(np.zeros((4, 2), dtype=np.float32))
    assert not weights.any()
    assert np.isfinite(scale).all()


def test_the_range_leaves_out_extremes_where_finer_steps_gain_more():
    values = np.random.default_rng(1).normal(size=200_000).astype(np.float32)
    low, high = best_range(values)
    assert values.min() < low < -3
    assert 3 < high < values.max()


def test_the_range_keeps_extremes_that_would_cost_more_than_they_take():
    values = np.random.default_rng(1).normal(size=200_000).astype(np.float32)
    values[:50] = 60.0
    assert best_range(values)[1] == 60.0


def test_the_range_holds_zero():
    assert best_range(np.array([2.0, 3.0], dtype=np.float32)) == (0.0, 3.0)


def test_channels_that_are_many_times_larger_cost_the_others_little():
    even = two_dense_layers()
    uneven = onnx.ModelProto()
    uneven.CopyFrom(even)
    factors = np.ones(WIDTH, dtype=np.float32)
    factors[::40] = 100.0
    # The same function of the text: a few channels are larger, and what reads them is smaller.
    for tensor in uneven.graph.initializer:
        if tensor.name.endswith("table"):
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor) * factors, tensor.name))
        if tensor.name.endswith("first"):
            tensor.CopyFrom(
                numpy_helper.from_array(numpy_helper.to_array(tensor) / factors[:, None], tensor.name)
            )
    error = [
        float(
            np.sqrt(np.square(logits(quantise_matrices(graph, TEXTS), TEXTS) - logits(graph, TEXTS)).mean())
        )
        for graph in (even, uneven)
    ]
    assert error[1] < 4 * error[0]

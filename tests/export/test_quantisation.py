"""8-bit tables: small, close, and only where they are worth it."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.quantisation import SMALLEST_TABLE, quantise_tables
from export.text_graph import model_of, session


def lookup(table):
    return model_of(
        "lookup",
        [
            helper.make_node("Gather", ["table", "ids"], ["first"]),
            helper.make_node("Gather", ["table", "ids"], ["second"]),
            helper.make_node("Add", ["first", "second"], ["twice"]),
        ],
        inputs=[helper.make_tensor_value_info("ids", TensorProto.INT64, ["N"])],
        outputs=[helper.make_tensor_value_info("twice", TensorProto.FLOAT, ["N", "D"])],
        constants=[numpy_helper.from_array(table, "table")],
    )


def test_a_large_table_shrinks_to_a_quarter_and_stays_within_half_a_step():
    table = np.random.default_rng(1).normal(size=(2000, 64)).astype(np.float32)
    table[0] = 0
    exact = lookup(table)
    small = quantise_tables(exact)
    onnx.checker.check_model(small)
    assert small.ByteSize() < 0.3 * exact.ByteSize()
    ids = np.arange(2000)
    change = np.abs(session(small).run(None, {"ids": ids})[0] - 2 * table)
    steps = np.abs(table).max(axis=1, keepdims=True) / 127
    assert (change <= steps * 1.0001).all()
    assert (change[0] == 0).all()


def test_the_given_model_and_small_tables_stay_as_they_are():
    table = np.ones((SMALLEST_TABLE // 2 - 1, 2), dtype=np.float32)
    exact = lookup(table)
    before = exact.SerializeToString()
    assert quantise_tables(exact).SerializeToString() == before
    assert exact.SerializeToString() == before

"""The same computation gives the same bytes, whatever a converter called its parts."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from export.canonical import canonical
from export.text_graph import model_of, session


def sum_of_both(*, number, backwards=False, shared=False, spare=False, bias=2.0):
    """x -> (relu(x) + bias) * (x + bias), with a converter's numbers in its names."""

    def name(word):
        return f"{word}__{number}"

    constants = [numpy_helper.from_array(np.float32(bias), name("first"))]
    second = name("first")
    if not shared:
        second = name("second")
        constants.append(helper.make_tensor(second, TensorProto.FLOAT, [], [bias]))
    nodes = [
        helper.make_node("Relu", ["x"], [name("relu")], name("Relu")),
        helper.make_node("Add", ["x", second], [name("plain")], name("Add")),
        helper.make_node("Add", [name("relu"), name("first")], [name("positive")], name("Add_b")),
        helper.make_node("Mul", [name("positive"), name("plain")], ["y"], name("Mul")),
    ]
    if spare:
        nodes.insert(0, helper.make_node("Neg", ["x"], [name("unused")]))
    if backwards:
        nodes[:3] = nodes[1], nodes[0], nodes[2]
        constants.reverse()
    return model_of(
        name("graph"),
        nodes,
        inputs=[helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N"])],
        outputs=[helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N"])],
        constants=constants,
    )


PLAIN = canonical(sum_of_both(number=1)).SerializeToString()


@pytest.mark.parametrize(
    "other",
    [
        {"number": 2},
        {"number": 1, "backwards": True},
        {"number": 1, "shared": True},
        {"number": 1, "spare": True},
    ],
    ids=str,
)
def test_names_order_sharing_and_spare_nodes_leave_no_trace(other):
    assert sum_of_both(**other).SerializeToString() != sum_of_both(number=1).SerializeToString()
    assert canonical(sum_of_both(**other)).SerializeToString() == PLAIN


def test_another_constant_gives_other_bytes():
    assert canonical(sum_of_both(number=1, bias=3.0)).SerializeToString() != PLAIN


def test_it_still_computes_the_same():
    model = canonical(sum_of_both(number=9, backwards=True, spare=True))
    onnx.checker.check_model(model)
    x = np.array([-3, 0, 5], dtype=np.float32)
    np.testing.assert_array_equal(session(model).run(["y"], {"x": x})[0], (np.maximum(x, 0) + 2) * (x + 2))

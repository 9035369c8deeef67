"""A Keras network with a bidirectional GRU over word ids, written as a graph from its weights.

tf2onnx makes a Loop of a GRU, which is slow, so the operator GRU is written at once. Keras resets the state
behind the recurrent product (``reset_after``), which the operator calls ``linear_before_reset``; both have
the gates in the order update, reset, new. As in `export.recurrent`, the lengths do what the mask does.
"""

import keras
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.canonical import canonical
from export.errors import ExportError
from export.text_graph import PADDING_ID, model_of


def has_gru(network: keras.Model) -> bool:
    """Whether a bidirectional GRU carries the sequence."""
    return any(_is_gru(layer) for layer in network.layers)


def gru_graph(network: keras.Model) -> onnx.ModelProto:
    """The stage ``ids: int32[N, T], tokens: int64[N]`` -> ``logit: float32[N]``.

    ``network`` is that of `training.candidates.bilstm` with the cell ``gru``. Raises `ExportError` when a
    part of it is missing or there are two.
    """
    table = _only(network, keras.layers.Embedding).get_weights()[0]
    recurrent = _only(network, keras.layers.Bidirectional)
    forward, backward = recurrent.forward_layer, recurrent.backward_layer
    if not (_is_gru(recurrent) and forward.reset_after and forward.use_bias):
        raise ExportError("only a bidirectional GRU with bias and reset_after can be written as an operator")
    kernels, recurrent_kernels, biases = zip(forward.get_weights(), backward.get_weights(), strict=True)
    kernel, bias = _only(network, keras.layers.Dense).get_weights()
    arrays = {
        "table": table,
        "kernels": np.stack([part.T for part in kernels]),
        "recurrent_kernels": np.stack([part.T for part in recurrent_kernels]),
        "biases": np.stack([part.ravel() for part in biases]),
        "kernel": kernel,
        "bias": bias,
        "padding": np.array(PADDING_ID, dtype=np.int32),
        "one": np.array(1, dtype=np.float32),
        "along_text": np.array([1]),
        "last": np.array([-1]),
        "both_directions": np.array([0, 0, -1]),
    }
    constants = [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in arrays.items()]
    return canonical(
        model_of(
            "gru",
            _nodes(units=forward.units),
            inputs=[
                helper.make_tensor_value_info("ids", TensorProto.INT32, ["N", "T"]),
                helper.make_tensor_value_info("tokens", TensorProto.INT64, ["N"]),
            ],
            outputs=[helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["N"])],
            constants=constants,
        )
    )


def _nodes(*, units: int) -> list[onnx.NodeProto]:
    """Embedding, GRU, and the highest and the mean state over what is not padding."""
    make = helper.make_node
    return [
        make("Cast", ["tokens"], ["lengths"], to=TensorProto.INT32),
        make("Gather", ["table", "ids"], ["embedded"]),
        make("Transpose", ["embedded"], ["sequence"], perm=[1, 0, 2]),
        make(
            "GRU",
            ["sequence", "kernels", "recurrent_kernels", "biases", "lengths"],
            ["by_direction"],
            hidden_size=units,
            direction="bidirectional",
            linear_before_reset=1,
        ),
        make("Transpose", ["by_direction"], ["by_text"], perm=[2, 0, 1, 3]),
        make("Reshape", ["by_text", "both_directions"], ["states"]),
        make("Equal", ["ids", "padding"], ["absent"]),
        make("Not", ["absent"], ["there"]),
        make("Cast", ["there"], ["there_float"], to=TensorProto.FLOAT),
        make("Unsqueeze", ["there_float", "last"], ["token"]),
        make("Add", ["states", "one"], ["above_zero"]),
        make("Mul", ["above_zero", "token"], ["above_zero_kept"]),
        make("ReduceMax", ["above_zero_kept", "along_text"], ["highest"], keepdims=0),
        make("Mul", ["states", "token"], ["kept"]),
        make("ReduceSum", ["kept", "along_text"], ["total"], keepdims=0),
        make("ReduceSum", ["there_float", "along_text"], ["counted"], keepdims=1),
        make("Max", ["counted", "one"], ["count"]),
        make("Div", ["total", "count"], ["mean"]),
        make("Concat", ["highest", "mean"], ["pooled"], axis=1),
        make("MatMul", ["pooled", "kernel"], ["product"]),
        make("Add", ["product", "bias"], ["logit_column"]),
        make("Reshape", ["logit_column", "last"], ["logit"]),
    ]


def _is_gru(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, keras.layers.Bidirectional) and isinstance(layer.forward_layer, keras.layers.GRU)


def _only(network: keras.Model, kind: type) -> keras.layers.Layer:
    found = [layer for layer in network.layers if isinstance(layer, kind)]
    if len(found) != 1:
        raise ExportError(f"the network has {len(found)} layers {kind.__name__}; it must have one")
    return found[0]

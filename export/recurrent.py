"""A Keras network with LSTM layers over word ids, converted by tf2onnx; one with a GRU is `export.gru`'s.

In training a mask hides the padding. Converted with its mask an LSTM becomes a slow Loop; without it, the
operator LSTM, whose input ``sequence_lens`` says the same as the mask: the backward direction starts at each
text's last token. So the mask is taken off for the conversion and the lengths are wired in afterwards. The
network must read the LSTM's whole sequence and leave the padding out itself, as `training.candidates.bilstm`
does with its pooling: what stands at padded positions is not the same in Keras and in onnxruntime.
"""

from functools import partial

import keras
import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper

from export.canonical import canonical
from export.errors import ExportError
from export.gru import gru_graph, has_gru
from export.text_graph import IR_VERSION, OPSETS, PADDING_ID, set_opsets

TF2ONNX_OPSET = 18
ROWS_AT_ONCE = 4096


def recurrent_graph(network: keras.Model) -> onnx.ModelProto:
    """The stage ``ids: int32[N, T], tokens: int64[N]`` -> ``logit: float32[N]``.

    ``network`` maps int32 (N, T) ids to float32 (N, 1) logits. Raises `ExportError` if the conversion left
    anything but LSTM operators to carry the sequence, or when it cannot be written for a GRU.
    """
    if has_gru(network):
        return gru_graph(network)
    model = _converted(_without_mask(network))
    graph = model.graph
    recurrent = [node for node in graph.node if node.op_type == "LSTM"]
    other = sorted({node.op_type for node in graph.node} & {"Loop", "Scan", "If", "ReverseSequence"})
    if not recurrent or other:
        raise ExportError(f"tf2onnx left {other or 'no LSTM'} in the graph; only an LSTM takes lengths")
    for node in recurrent:
        node.input[4] = "lengths"
    graph.node.insert(0, helper.make_node("Cast", ["tokens"], ["lengths"], to=TensorProto.INT32))
    del graph.input[:]
    graph.input.append(helper.make_tensor_value_info("ids", TensorProto.INT32, ["N", "T"]))
    graph.input.append(helper.make_tensor_value_info("tokens", TensorProto.INT64, ["N"]))
    graph.node.append(helper.make_node("Reshape", [graph.output[0].name, "flat"], ["logit"]))
    graph.initializer.append(helper.make_tensor("flat", TensorProto.INT64, [1], [-1]))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["N"]))
    return canonical(model)


def network_logits(
    network: keras.Model, ids: npt.NDArray[np.int32], *, rows_at_once: int = ROWS_AT_ONCE
) -> npt.NDArray[np.float64]:
    """Keras's own logits of (N, T) ids, (N,) float64, in inference mode, texts of like length together."""
    lengths = (ids != PADDING_ID).sum(axis=1)
    logits = np.zeros(len(ids), dtype=np.float64)
    order = np.argsort(lengths, kind="stable")
    for start in range(0, len(order), rows_at_once):
        rows = order[start : start + rows_at_once]
        longest = max(int(lengths[rows].max()), 1)
        found = network(ids[rows, :longest], training=False)
        logits[rows] = keras.ops.convert_to_numpy(found)[:, 0]
    return logits


def _without_mask(network: keras.Model) -> keras.Model:
    config = network.get_config()
    for layer in config["layers"]:
        if layer["class_name"] == "Embedding":
            layer["config"]["mask_zero"] = False
        for node in layer["inbound_nodes"]:
            node["kwargs"].pop("mask", None)
    twin = keras.Model.from_config(config)
    twin.set_weights(network.get_weights())
    return twin


def _converted(network: keras.Model) -> onnx.ModelProto:
    import tensorflow as tf
    import tf2onnx
    from onnx import version_converter

    if keras.backend.backend() != "tensorflow":
        raise ExportError("tf2onnx needs Keras on TensorFlow: set KERAS_BACKEND=tensorflow for the export")
    signature = [tf.TensorSpec([None, None], tf.int32, name="ids")]

    call = tf.function(partial(network, training=False), input_signature=signature)
    model, _ = tf2onnx.convert.from_function(call, input_signature=signature, opset=TF2ONNX_OPSET)
    model = version_converter.convert_version(model, OPSETS[""])
    model.ir_version = IR_VERSION
    set_opsets(model)
    return model

"""A Keras network of BERT's encoder layers, written as a graph of onnxruntime's fused operators.

The graph is built from the weights, layer by layer, in the form that a converter and an optimiser would have
to find again: ``MultiHeadAttention`` and ``Gelu`` of the domain com.microsoft. Its ``SkipLayerNormalization``
is not used: on a CPU it takes more than twice as long as a sum and ``LayerNormalization``.
The network's layers are known by their names, which `training.candidates.transformer` gives them.
"""

import keras
import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.canonical import canonical
from export.errors import ExportError
from export.recurrent import network_logits
from export.text_graph import PADDING_ID, model_of

FUSED = "com.microsoft"
SPECIAL = 2
"""The last rows of the table of words, which stand before every text: [CLS] and [SEP]."""
ROWS_AT_ONCE = 128
"""Of Keras's own inference: a layer's attention takes rows · heads · tokens² numbers."""


def transformer_logits(network: keras.Model, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """Keras's own logits of (N, T) ids, (N,) float64, so few texts at once that memory stays small."""
    return network_logits(network, ids, rows_at_once=ROWS_AT_ONCE)


class _Graph:
    """Nodes and constants, each value named by where it comes from."""

    def __init__(self, network: keras.Model) -> None:
        self.layers = {layer.name: layer for layer in network.layers}
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, values: npt.NDArray[np.generic]) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def weights(self, layer: str) -> list[str]:
        """The layer's weights as constants."""
        arrays = self.layers[layer].get_weights()
        return [self.constant(f"{layer}_{number}", array) for number, array in enumerate(arrays)]

    def node(
        self, operator: str, inputs: list[str], output: str, *, domain: str = "", **given: int | float | str
    ) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **given))  # type: ignore[arg-type]
        return output

    def dense(self, layer: str, value: str) -> str:
        kernel, bias = self.weights(layer)
        return self.node("Add", [self.node("MatMul", [value, kernel], f"{layer}_product"), bias], layer)

    def normalised_sum(self, layer: str, residual: str, change: str) -> str:
        total = self.node("Add", [residual, change], f"{layer}_sum")
        return self.normalised(layer, total)

    def normalised(self, layer: str, value: str) -> str:
        epsilon = float(self.layers[layer].epsilon)
        inputs = [value, *self.weights(layer)]
        return self.node("LayerNormalization", inputs, layer, axis=-1, epsilon=epsilon)


def transformer_graph(network: keras.Model) -> onnx.ModelProto:
    """The stage ``ids: int32[N, T]`` -> ``logit: float32[N]``.

    ``network`` maps int32 (N, T) ids to float32 (N, 1) logits. Raises `ExportError` when its layers are not
    those of `training.candidates.transformer`.
    """
    graph = _Graph(network)
    try:
        encoded, mask = _embedded(graph)
        layers = sum(name.startswith("heads_") for name in graph.layers)
        for number in range(max(layers, 1)):
            encoded = _encoder_layer(graph, number, encoded, mask)
        _pooled(graph, encoded, mask)
    except KeyError as error:
        raise ExportError(f"the network has no layer {error}: it is no transformer of ours") from error
    return canonical(
        model_of(
            "transformer",
            graph.nodes,
            inputs=[helper.make_tensor_value_info("ids", TensorProto.INT32, ["N", "T"])],
            outputs=[helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["N"])],
            constants=list(graph.constants.values()),
        )
    )


def _embedded(graph: _Graph) -> tuple[str, str]:
    """The embedded text behind its prefix (N, S, width) and the mask of what is there (N, S) int32."""
    (table,) = graph.weights("words")
    rows = graph.layers["words"].get_weights()[0].shape[0]
    special = np.arange(rows - SPECIAL, rows, dtype=np.int32)
    shape = graph.node("Shape", ["ids"], "texts", start=0, end=1)
    shape = graph.node("Concat", [shape, graph.constant("prefix", np.array([SPECIAL]))], "prefixes", axis=0)
    before = graph.node("Expand", [graph.constant("special", special), shape], "before")
    whole = graph.node("Concat", [before, "ids"], "whole", axis=1)
    padding = graph.constant("padding", np.array(PADDING_ID, dtype=np.int32))
    there = graph.node("Not", [graph.node("Equal", [whole, padding], "absent")], "there")
    mask = graph.node("Cast", [there], "mask", to=TensorProto.INT32)
    (places,) = graph.weights("positions")
    length = graph.node("Shape", [whole], "length", start=1, end=2)
    start, axis = graph.constant("start", np.array([0])), graph.constant("axis", np.array([0]))
    positions = graph.node("Slice", [places, start, length, axis], "places")
    total = graph.node("Add", [graph.node("Gather", [table, whole], "embeddings"), positions], "placed")
    return graph.normalised("embedded", total), mask


def _encoder_layer(graph: _Graph, number: int, value: str, mask: str) -> str:
    _, heads, _ = graph.layers[f"heads_{number}"].target_shape
    parts = [graph.dense(f"{name}_{number}", value) for name in ("query", "key", "value")]
    read = graph.node(
        "MultiHeadAttention", [*parts, "", mask], f"read_{number}", domain=FUSED, num_heads=heads
    )
    value = graph.normalised_sum(f"attended_{number}", value, graph.dense(f"attention_{number}", read))
    hidden = graph.node("Gelu", [graph.dense(f"hidden_{number}", value)], f"active_{number}", domain=FUSED)
    return graph.normalised_sum(f"encoded_{number}", value, graph.dense(f"output_{number}", hidden))


def _pooled(graph: _Graph, value: str, mask: str) -> None:
    """The mean over what is there, and its logit."""
    last, tokens = graph.constant("last", np.array([-1])), graph.constant("tokens_axis", np.array([1]))
    there = graph.node("Cast", [mask], "there_float", to=TensorProto.FLOAT)
    weights = graph.node("Unsqueeze", [there, last], "weights")
    total = graph.node(
        "ReduceSum", [graph.node("Mul", [value, weights], "kept"), tokens], "total", keepdims=0
    )
    count = graph.node("ReduceSum", [there, tokens], "count", keepdims=1)
    logit = graph.dense("logit", graph.node("Div", [total, count], "mean"))
    graph.nodes[-1].output[0] = "logit_column"
    graph.node("Reshape", ["logit_column", last], logit)

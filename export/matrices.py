"""Matrices in 8 bits: what a dense layer reads becomes uint8 by a fixed scale, its weights int8 by column.

The scales of the activations are fixed at the export, from texts. Scales that follow the data, one for all
that is computed at once, would let a text's score depend on the others in its batch.

A few channels of a transformer's activations are many times larger than the others, and a scale that holds
them is too coarse for the rest. So each channel is divided by a factor of its own, by which the weights that
read it are multiplied: most of the unevenness goes from what is hard to round to what is easy to round (after
Xiao et al. 2023, "SmoothQuant").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.text_graph import chunks, session

SMALLEST_MATRIX = 10_000
"""Numbers from which a matrix is worth the trouble."""
LARGEST_WEIGHT = 127
LARGEST_PAIR = 128
"""Weights that stand one above the other may add up to this much: 255 · 128 is the most that 16 bits hold.

Processors without VNNI add such pairs in 16 bits and cut off what is beyond; within the bound, all processors
give the same score.
"""
EVENING = 0.7
"""Power of a channel's largest activation that it is divided by; see `training/NOTES.md`."""
SMALLEST_CHANNEL = 1e-5
CLIPPED_SHARES = (0.0, 1e-5, 1e-4, 1e-3)

Floats = npt.NDArray[np.float32]


def quantise_matrices(model: onnx.ModelProto, texts: Sequence[str]) -> onnx.ModelProto:
    """A copy of the whole graph (``text`` in) in which large constant matrices that a MatMul reads are int8.

    ``texts`` are what the ranges of the activations are taken from; they should be like those to come.
    """
    small = onnx.ModelProto()
    small.CopyFrom(model)
    graph = small.graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    products = {node.output[0]: node for node in graph.node if _is_large_product(node, constants)}
    if not products:
        return small
    sums = {node.input[0]: node for node in graph.node if _is_with_bias(node, products, constants)}
    added = {node.output[0] for node in sums.values()}
    read = sorted({node.input[0] for node in products.values()})
    rounded = {value: _rounding(rows) for value, rows in _seen(model, read, texts).items()}
    nodes: list[onnx.NodeProto] = []
    replaced: set[str] = set()
    for node in graph.node:
        if node.output[0] not in products:
            nodes.extend([] if node.output[0] in added else [node])
            continue
        value, matrix = node.input
        rounding, output = rounded[value], node.output[0]
        if value not in replaced:
            graph.initializer.extend(_activation_constants(value, rounding))
            given = [f"{value}_evened", f"{value}_scale", f"{value}_zero"]
            nodes.append(helper.make_node("Mul", [value, f"{value}_evening"], given[:1]))
            nodes.append(helper.make_node("QuantizeLinear", given, [f"{value}_uint8"]))
        evened = numpy_helper.to_array(constants[matrix]) * rounding.factors[:, None]
        weights, scale = quantised_columns(evened)
        graph.initializer.append(numpy_helper.from_array(weights, f"{output}_int8"))
        graph.initializer.append(numpy_helper.from_array(scale, f"{output}_scale"))
        replaced |= {value, matrix}
        inputs = [f"{value}_uint8", f"{output}_int8", f"{value}_scale", f"{output}_scale", f"{value}_zero"]
        if output in sums:
            inputs += ["", sums[output].input[1]]
            output = sums[output].output[0]
        nodes.append(helper.make_node("MatMulIntegerToFloat", inputs, [output], domain="com.microsoft"))
    del graph.node[:]
    graph.node.extend(nodes)
    kept = [tensor for tensor in graph.initializer if tensor.name not in replaced]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    return small


def quantised_columns(matrix: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """The matrix (K, M) as int8 and a scale for each column, (M,) float32."""
    rows = matrix if len(matrix) % 2 == 0 else np.vstack([matrix, np.zeros_like(matrix[:1])])
    pairs = np.abs(rows[0::2] + rows[1::2]).max(axis=0)
    # Half a step each is what rounding may add to a pair.
    scale = np.maximum(np.abs(matrix).max(axis=0) / LARGEST_WEIGHT, pairs / (LARGEST_PAIR - 1))
    scale = np.maximum(scale, 1e-12).astype(np.float32)
    return np.rint(matrix / scale).astype(np.int8), scale


def _is_large_product(node: onnx.NodeProto, constants: dict[str, onnx.TensorProto]) -> bool:
    if node.op_type != "MatMul" or node.input[1] not in constants:
        return False
    matrix = constants[node.input[1]]
    return len(matrix.dims) == 2 and int(np.prod(matrix.dims)) >= SMALLEST_MATRIX


def _is_with_bias(
    node: onnx.NodeProto, products: dict[str, onnx.NodeProto], constants: dict[str, onnx.TensorProto]
) -> bool:
    """Whether the node adds a constant row to a product that nobody else can read (a dense layer's bias)."""
    return node.op_type == "Add" and node.input[0] in products and node.input[1] in constants


@dataclass(frozen=True)
class _Rounding:
    """How an activation becomes uint8: divided by ``factors``, (K,) float32, then cut into 255 steps."""

    factors: Floats
    scale: float
    zero: int


def _rounding(rows: Floats) -> _Rounding:
    factors = channel_factors(rows)
    low, high = best_range((rows / factors).ravel())
    scale = max((high - low) / 255, 1e-12)
    return _Rounding(factors, scale, int(np.clip(np.rint(-low / scale), 0, 255)))


def channel_factors(rows: Floats) -> Floats:
    """What each channel of (R, K) activations is divided by, (K,) float32, and its weights multiplied by."""
    largest = np.maximum(np.abs(rows).max(axis=0), SMALLEST_CHANNEL)
    return np.asarray(largest**EVENING, dtype=np.float32)


def _activation_constants(name: str, rounding: _Rounding) -> list[onnx.TensorProto]:
    return [
        numpy_helper.from_array(1 / rounding.factors, f"{name}_evening"),
        numpy_helper.from_array(np.array(rounding.scale, dtype=np.float32), f"{name}_scale"),
        numpy_helper.from_array(np.array(rounding.zero, dtype=np.uint8), f"{name}_zero"),
    ]


def _seen(model: onnx.ModelProto, names: Sequence[str], texts: Sequence[str]) -> dict[str, Floats]:
    """What each activation was on these texts: (R, K), a row for each place of each text."""
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    del watched.graph.output[:]
    watched.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names
    )
    running = session(watched)
    seen: dict[str, list[Floats]] = {name: [] for name in names}
    for rows in chunks(sorted(texts, key=len), 16):
        for name, values in zip(names, running.run(names, {"text": rows}), strict=True):
            seen[name].append(np.asarray(values).reshape(-1, np.shape(values)[-1]))
    return {name: np.concatenate(values) for name, values in seen.items()}


def best_range(values: Floats) -> tuple[float, float]:
    """Of the ranges that leave out some of the extremes, the one with the least mean squared error."""
    ordered = np.sort(values)
    best, least = (0.0, 0.0), np.inf
    for share in CLIPPED_SHARES:
        cut = int(share * len(ordered))
        low, high = min(float(ordered[cut]), 0.0), max(float(ordered[len(ordered) - 1 - cut]), 0.0)
        step = max((high - low) / 255, 1e-12)
        error = float(np.square(np.clip(np.rint((values - low) / step), 0, 255) * step + low - values).mean())
        if error < least:
            best, least = (low, high), error
    return best

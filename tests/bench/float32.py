"""The shipped graph in 32 bits: the same weights as the 8-bit file holds, written out as float32.

It undoes what `export.quantisation` and `export.matrices` do, operator by operator. What rounding has lost
stays lost, so the scores differ a little from those of the network before it was rounded; the operators and
their sizes are the same, and so is the time.
"""

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

Constants = dict[str, npt.NDArray[np.generic]]


def unrounded(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of the model whose tables and matrices are float32. What is not in 8 bits stays as it is."""
    large = onnx.ModelProto()
    large.CopyFrom(model)
    graph = large.graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    makers = {name: node for node in graph.node for name in node.output}
    made: list[onnx.TensorProto] = []
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        if node.op_type == "MatMulIntegerToFloat":
            nodes.extend(_product(node, constants, made))
        elif (rounded := _rounded_lookup(node, makers)) is not None:
            nodes.append(_lookup(node.output[0], rounded, constants, made))
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.extend(made)
    prune(graph)
    onnx.checker.check_model(large)
    return large


def prune(graph: onnx.GraphProto) -> None:
    """Take away the nodes and constants that no output needs."""
    wanted = {value.name for value in graph.output}
    nodes: list[onnx.NodeProto] = []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            nodes.append(node)
            wanted.update(node.input)
    constants = [tensor for tensor in graph.initializer if tensor.name in wanted]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes[::-1])
    graph.initializer.extend(constants)


def _product(
    node: onnx.NodeProto, constants: Constants, made: list[onnx.TensorProto]
) -> list[onnx.NodeProto]:
    """The product of float32: each channel's factor goes back from the activation into the weights."""
    rounded, weights, _, scale, *rest = node.input
    value, output = rounded.removesuffix("_uint8"), node.output[0]
    factors = np.asarray(1 / constants[f"{value}_evening"], np.float32)
    matrix = constants[weights].astype(np.float32) * constants[scale] / factors[:, None]
    made.append(numpy_helper.from_array(matrix.astype(np.float32), f"{output}_matrix"))
    bias = rest[2] if len(rest) > 2 else ""
    product = f"{output}_product" if bias else output
    nodes = [helper.make_node("MatMul", [value, f"{output}_matrix"], [product])]
    return nodes + ([helper.make_node("Add", [product, bias], [output])] if bias else [])


def _rounded_lookup(node: onnx.NodeProto, makers: dict[str, onnx.NodeProto]) -> onnx.NodeProto | None:
    """The Gather from an int8 table whose rows the node multiplies by their scales; None for other nodes."""
    output = node.output[0]
    if node.op_type != "Mul" or node.input[0] != f"{output}_float":
        return None
    return makers[makers[f"{output}_float"].input[0]]


def _lookup(
    output: str, rounded: onnx.NodeProto, constants: Constants, made: list[onnx.TensorProto]
) -> onnx.NodeProto:
    """The Gather from the table in float32."""
    table, rows = rounded.input
    name = table.removesuffix("_int8")
    made.append(numpy_helper.from_array(constants[table] * constants[f"{name}_scale"], f"{output}_table"))
    return helper.make_node("Gather", [f"{output}_table", rows], [output])

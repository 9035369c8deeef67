"""Tables in 8 bits: one of V rows and D columns becomes V·D int8 and a scale for each row.

A table of a single column has one scale for all of it.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALLEST_TABLE = 10_000
"""Numbers (rows times columns) from which a table is worth the trouble."""


def quantise_tables(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of the model in which each large float table that a Gather reads is int8 with scales.

    Symmetric, so that a zero stays zero; the error of an entry is at most half its scale.
    """
    small = onnx.ModelProto()
    small.CopyFrom(model)
    graph = small.graph
    tables = {tensor.name: tensor for tensor in graph.initializer}
    nodes: list[onnx.NodeProto] = []
    quantised: set[str] = set()
    for node in graph.node:
        table = tables.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or table.data_type != TensorProto.FLOAT or len(table.dims) != 2:
            nodes.append(node)
            continue
        values = numpy_helper.to_array(table)
        if values.size < SMALLEST_TABLE:
            nodes.append(node)
            continue
        if table.name not in quantised:
            shared = 0 if values.shape[1] == 1 else 1
            scale = np.maximum(np.abs(values).max(axis=shared, keepdims=True) / 127, 1e-12).astype(np.float32)
            rounded = np.rint(values / scale).astype(np.int8)
            graph.initializer.append(numpy_helper.from_array(rounded, f"{table.name}_int8"))
            graph.initializer.append(numpy_helper.from_array(scale, f"{table.name}_scale"))
            quantised.add(table.name)
        rows, target, scale_of = node.input[1], node.output[0], f"{table.name}_scale"
        nodes.append(helper.make_node("Gather", [f"{table.name}_int8", rows], [f"{target}_int8"]))
        if values.shape[1] > 1:
            scale_of = f"{target}_scale"
            nodes.append(helper.make_node("Gather", [f"{table.name}_scale", rows], [scale_of]))
        nodes += [
            helper.make_node("Cast", [f"{target}_int8"], [f"{target}_float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{target}_float", scale_of], [target]),
        ]
    del graph.node[:]
    graph.node.extend(nodes)
    kept = [tensor for tensor in graph.initializer if tensor.name not in quantised]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    return small

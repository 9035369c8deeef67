"""The same network converted twice gives the same bytes.

A converter numbers its names with a counter of the process, and shares equal constants one time and not the
next. Here the order of nodes follows from how they hang together, names follow from that order, and constants
that are equal are one.
"""

from collections.abc import Iterable

import onnx
from onnx import numpy_helper


def canonical(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with nodes, names and constants in an order that depends on what it computes alone.

    The names of inputs and outputs stay; nodes that no output needs, documentation and the shapes of values
    between nodes go. The model must not hold control flow (nodes with graphs of their own).
    """
    graph = model.graph
    fixed = {value.name for value in (*graph.input, *graph.output)}
    constants = {tensor.name: _plain(tensor) for tensor in graph.initializer}
    names: dict[str, str] = {"": "", **{name: name for name in fixed}}
    known: dict[bytes, str] = {}
    nodes: list[onnx.NodeProto] = []
    initializers: list[onnx.TensorProto] = []
    for node in _needed(graph):
        for name in node.input:
            if name not in names:
                tensor = constants[name]
                content = tensor.SerializeToString()
                if content not in known:
                    known[content] = f"constant_{len(known)}"
                    tensor.name = known[content]
                    initializers.append(tensor)
                names[name] = known[content]
        for place, name in enumerate(node.output):
            names.setdefault(name, f"value_{len(nodes)}_{place}")
        nodes.append(_renamed(node, names, f"{node.op_type}_{len(nodes)}"))
    fresh = onnx.helper.make_graph(nodes, "network", graph.input, graph.output, initializers)
    return onnx.helper.make_model(fresh, opset_imports=model.opset_import, ir_version=model.ir_version)


def _needed(graph: onnx.GraphProto) -> Iterable[onnx.NodeProto]:
    """The nodes that the outputs need, each behind those it reads: depth first, from the first output on."""
    makers = {name: node for node in graph.node for name in node.output if name}
    ordered: dict[int, onnx.NodeProto] = {}

    def visit(node: onnx.NodeProto) -> None:
        if id(node) not in ordered:
            for name in node.input:
                if name in makers:
                    visit(makers[name])
            ordered[id(node)] = node

    for output in graph.output:
        visit(makers[output.name])
    return ordered.values()


def _plain(tensor: onnx.TensorProto) -> onnx.TensorProto:
    return numpy_helper.from_array(numpy_helper.to_array(tensor))


def _renamed(node: onnx.NodeProto, names: dict[str, str], name: str) -> onnx.NodeProto:
    fresh = onnx.NodeProto(name=name, op_type=node.op_type, domain=node.domain)
    fresh.input.extend(names[value] for value in node.input)
    fresh.output.extend(names[value] for value in node.output)
    fresh.attribute.extend(sorted(node.attribute, key=lambda attribute: attribute.name))
    return fresh

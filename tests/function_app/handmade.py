"""A small bundle made by hand: a graph that adds up the weights of a few words, so no training is needed."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

VERSION = "handmade-1"
WEIGHTS = {
    "love": 2.0,
    "happy": 2.0,
    "wonderful": 2.5,
    "thanks": 1.0,
    "good": 1.5,
    "great": 2.0,
    "not": -1.5,
    "hate": -2.5,
    "awful": -2.5,
    "late": -1.0,
    "worst": -3.0,
    "waiting": -0.5,
}
BIAS = 0.1
SCORE_COUNTS = (60, 30, 10, 10, 10, 10, 10, 20, 50, 40)


def model_bytes(bias: float = BIAS) -> bytes:
    """The graph: lower case, punctuation to spaces, split, look each word up, sum, sigmoid."""
    text, integer, real = TensorProto.STRING, TensorProto.INT64, TensorProto.FLOAT

    def strings(name: str, value: str) -> onnx.TensorProto:
        return helper.make_tensor(name, text, [1], [value.encode()])

    words = list(WEIGHTS)
    lookup = {"domain": "ai.onnx.ml", "keys_strings": words}
    nodes = [
        helper.make_node("StringLower", ["text"], ["lower"], domain="ai.onnx.contrib"),
        helper.make_node(
            "StringRegexReplace", ["lower", "pattern", "space"], ["plain"], domain="ai.onnx.contrib"
        ),
        helper.make_node("StringSplit", ["plain"], ["words", "tokens"]),
        helper.make_node(
            "LabelEncoder",
            ["words"],
            ["weights"],
            **lookup,
            values_floats=list(WEIGHTS.values()),
            default_float=0.0,
        ),
        helper.make_node("ReduceSum", ["weights", "last"], ["sum"], keepdims=0),
        helper.make_node("Add", ["sum", "bias"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["probability"]),
        helper.make_node(
            "LabelEncoder", ["words"], ["known"], **lookup, values_int64s=[1] * len(words), default_int64=0
        ),
        helper.make_node("ReduceSum", ["known", "last"], ["known_tokens"], keepdims=0),
        helper.make_node("Sub", ["tokens", "known_tokens"], ["unknown_tokens"]),
    ]
    graph = helper.make_graph(
        nodes,
        "handmade",
        [helper.make_tensor_value_info("text", text, ["N"])],
        [
            helper.make_tensor_value_info("probability", real, ["N"]),
            helper.make_tensor_value_info("tokens", integer, ["N"]),
            helper.make_tensor_value_info("unknown_tokens", integer, ["N"]),
        ],
        [
            strings("pattern", r"[^\p{L}\p{N}]+"),
            strings("space", " "),
            helper.make_tensor("last", integer, [1], [1]),
            helper.make_tensor("bias", real, [1], [bias]),
        ],
    )
    domains = {"": 20, "ai.onnx.contrib": 1, "ai.onnx.ml": 4}
    opsets = [helper.make_opsetid(domain, version) for domain, version in domains.items()]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()


def reference() -> dict[str, object]:
    """A reference profile with ten bins of equal width."""
    return {
        "rows": sum(SCORE_COUNTS),
        "score": {
            "edges": [float(edge) for edge in np.linspace(0, 1, 11).round(1)],
            "counts": list(SCORE_COUNTS),
        },
        "positive_rate": 0.52,
        "unknown_token_rate": 0.4,
        "characters": {"mean": 80.0},
        "tokens": {"mean": 14.0},
    }


def write_bundle(folder: Path, *, version: str = VERSION, bias: float = BIAS) -> Path:
    """Writes a whole bundle into `folder` and returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"model.onnx": model_bytes(bias), "reference.json": json.dumps(reference()).encode()}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    write_manifest(folder, version=version, files=files)
    return folder


def write_manifest(folder: Path, *, files: dict[str, bytes], version: str = VERSION, **more: object) -> None:
    """Writes a manifest that vouches for `files`; `more` replaces or adds fields."""
    manifest = {
        "version": version,
        "created": "2026-01-01T00:00:00Z",
        "candidate": "handmade",
        "labels": ["negative", "positive"],
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in files.items()
        },
        "text": {"max_tokens": 64},
        "metrics": {"held_out": {"accuracy": 0.9}},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest | more))

"""The text graph: raw tweets in, tokens and token ids out, as ONNX.

Training runs the very graph that is later part of the bundle, so there is no second tokeniser that could
differ. It is made of two stages that are composed with a model's own graph:

* `normalisation`: ``text: string[N]`` -> ``normalised: string[N]``, tokens separated by whitespace;
* `word_ids`: ``normalised`` -> ``ids: int32[N, T]`` and the counts of tokens.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import TensorProto, compose, helper

from export.rewriting import AFTER_LOWER_CASE, BEFORE_LOWER_CASE, SAME_MEANING, Rule
from function_app.extensions import extension_library

OPSETS = {"": 20, "ai.onnx.ml": 3, "ai.onnx.contrib": 1, "com.microsoft": 1}
IR_VERSION = 9
PADDING_ID = 0
UNKNOWN_ID = 1
FIRST_WORD_ID = 2


def model_of(
    name: str,
    nodes: Sequence[onnx.NodeProto],
    *,
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    constants: Sequence[onnx.TensorProto] = (),
) -> onnx.ModelProto:
    """A model of the house's opsets from nodes, typed inputs and outputs and constants."""
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    model = helper.make_model(graph, ir_version=IR_VERSION)
    set_opsets(model)
    return model


def strings(name: str, values: Iterable[str]) -> onnx.TensorProto:
    """A constant of type string[K]."""
    encoded = [value.encode() for value in values]
    return TensorProto(name=name, data_type=TensorProto.STRING, dims=[len(encoded)], string_data=encoded)


def join(first: onnx.ModelProto, second: onnx.ModelProto, *names: str) -> onnx.ModelProto:
    """One model in which ``second`` reads the outputs ``names`` of ``first``; all outputs stay outputs."""
    kept = [value.name for value in first.graph.output]
    apart = compose.add_prefix(
        second, f"{second.graph.name}/", rename_inputs=False, rename_outputs=False, inplace=False
    )
    merged = compose.merge_models(
        first,
        apart,
        io_map=[(name, name) for name in names],
        outputs=[*kept, *(value.name for value in second.graph.output)],
    )
    merged.ir_version = IR_VERSION
    set_opsets(merged)
    return merged


def set_opsets(model: onnx.ModelProto) -> None:
    """Declare the house's operator sets, each once, whatever a converter or a merge has left."""
    del model.opset_import[:]
    model.opset_import.extend(helper.make_opsetid(domain, version) for domain, version in OPSETS.items())


def session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """A one-thread CPU session with the extension operators."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.register_custom_ops_library(extension_library())
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def normalisation() -> onnx.ModelProto:
    """The stage ``text: string[N]`` -> ``normalised: string[N]`` (rules: `export.rewriting`)."""
    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []

    def rewrite(rules: Sequence[Rule], source: str) -> str:
        for rule in rules:
            number = len(nodes)
            pattern, replacement, target = f"pattern_{number}", f"replacement_{number}", f"text_{number}"
            constants.extend([strings(pattern, [rule.pattern]), strings(replacement, [rule.replacement])])
            nodes.append(
                helper.make_node(
                    "StringRegexReplace", [source, pattern, replacement], [target], domain="ai.onnx.contrib"
                )
            )
            source = target
        return source

    mixed = rewrite(BEFORE_LOWER_CASE, "text")
    nodes.append(helper.make_node("StringLower", [mixed], ["lower"], domain="ai.onnx.contrib"))
    nodes.append(helper.make_node("Identity", [rewrite(AFTER_LOWER_CASE, "lower")], ["normalised"]))
    return model_of(
        "normalisation",
        nodes,
        inputs=[helper.make_tensor_value_info("text", TensorProto.STRING, ["N"])],
        outputs=[helper.make_tensor_value_info("normalised", TensorProto.STRING, ["N"])],
        constants=constants,
    )


def word_ids(vocabulary: Sequence[str], *, max_tokens: int) -> onnx.ModelProto:
    """The stage ``normalised: string[N]`` -> ids of its first ``max_tokens`` tokens.

    Outputs: ``ids: int32[N, T]`` with T the longest text of the batch, at least 1 (0 is padding, 1 an unknown
    word, ``vocabulary[k]`` is k + 2), ``tokens: int64[N]`` (at most ``max_tokens``) and
    ``unknown_tokens: int64[N]`` among these. Spellings that `SAME_MEANING` puts under a token of the
    vocabulary get that token's id.
    """
    ids = {word: FIRST_WORD_ID + index for index, word in enumerate(vocabulary)}
    for token, spellings in SAME_MEANING.items():
        if token in ids:
            ids.update(dict.fromkeys(spellings, ids[token]))
    nodes = [
        helper.make_node("StringSplit", ["normalised"], ["words", "all_tokens"]),
        helper.make_node("Min", ["all_tokens", "max_tokens"], ["tokens"]),
        helper.make_node("Slice", ["words", "zero", "max_tokens", "one"], ["first_words"]),
        helper.make_node(
            "LabelEncoder",
            ["first_words"],
            ["word_ids_64"],
            domain="ai.onnx.ml",
            keys_strings=["", *ids],
            values_int64s=[PADDING_ID, *ids.values()],
            default_int64=UNKNOWN_ID,
        ),
        # A batch of empty texts has no columns; a column of padding more changes no score.
        helper.make_node("Pad", ["word_ids_64", "one_column"], ["padded"], mode="constant"),
        helper.make_node("Cast", ["padded"], ["ids"], to=TensorProto.INT32),
        helper.make_node("Equal", ["word_ids_64", "unknown"], ["is_unknown"]),
        helper.make_node("Cast", ["is_unknown"], ["unknown_64"], to=TensorProto.INT64),
        helper.make_node("ReduceSum", ["unknown_64", "one"], ["unknown_tokens"], keepdims=0),
    ]
    constants = [
        helper.make_tensor("zero", TensorProto.INT64, [1], [0]),
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
        helper.make_tensor("max_tokens", TensorProto.INT64, [1], [max_tokens]),
        helper.make_tensor("one_column", TensorProto.INT64, [4], [0, 0, 0, 1]),
        helper.make_tensor("unknown", TensorProto.INT64, [], [UNKNOWN_ID]),
    ]
    return token_stage_of("word_ids", nodes, constants)


def token_stage_of(
    name: str, nodes: Sequence[onnx.NodeProto], constants: Sequence[TensorProto]
) -> onnx.ModelProto:
    """A stage ``normalised`` -> ``ids`` (N, T) int32, ``tokens`` and ``unknown_tokens`` (N,) int64."""
    info = helper.make_tensor_value_info
    return model_of(
        name,
        nodes,
        inputs=[info("normalised", TensorProto.STRING, ["N"])],
        outputs=[
            info("ids", TensorProto.INT32, ["N", "T"]),
            info("tokens", TensorProto.INT64, ["N"]),
            info("unknown_tokens", TensorProto.INT64, ["N"]),
        ],
        constants=constants,
    )


def chunks(texts: Sequence[str], size: int) -> Iterator[npt.NDArray[np.object_]]:
    """The texts as object arrays of at most ``size`` rows, as onnxruntime takes them."""
    for start in range(0, len(texts), size):
        yield np.array(texts[start : start + size], dtype=object)


class Normaliser:
    """Runs the normalisation stage: texts -> texts whose tokens are separated by whitespace.

    >>> Normaliser()(["LOVED it!!! :)) @you &amp; me https://example.com"])[0].split()
    ['loved', 'it', '!!', ':)', '_user_', '&', 'me', '_url_']
    """

    def __init__(self) -> None:
        self._session = session(normalisation())

    def __call__(self, texts: Sequence[str], *, chunk: int = 4096) -> list[str]:
        """Normalise N texts; the answer has N texts in the same order."""
        normalised: list[str] = []
        for rows in chunks(texts, chunk):
            normalised.extend(self._session.run(["normalised"], {"text": rows})[0])
        return normalised


class TokenIds:
    """Runs a stage ``normalised`` -> ``ids``, such as that of `word_ids`, on normalised texts."""

    def __init__(self, stage: onnx.ModelProto, *, max_tokens: int) -> None:
        self.max_tokens = max_tokens
        self._session = session(stage)

    def __call__(self, normalised: Sequence[str], *, chunk: int = 4096) -> npt.NDArray[np.int32]:
        """The ids of N normalised texts, (N, max_tokens) int32, padded with 0 on the right."""
        ids = np.zeros((len(normalised), self.max_tokens), dtype=np.int32)
        start = 0
        for rows in chunks(normalised, chunk):
            found = self._session.run(["ids"], {"normalised": rows})[0][:, : self.max_tokens]
            ids[start : start + len(rows), : found.shape[1]] = found
            start += len(rows)
        return ids


def known_share(ids: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """Share of each text's tokens that the vocabulary holds, (N,) float64; 0 for a text without tokens."""
    tokens = (ids != PADDING_ID).sum(axis=1)
    unknown = (ids == UNKNOWN_ID).sum(axis=1)
    return np.asarray((tokens - unknown) / np.maximum(tokens, 1), dtype=np.float64)

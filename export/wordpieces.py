"""The stage of the text graph for models that read pieces of words (Wu et al. 2016, as in BERT)."""

import json
from collections.abc import Sequence

import onnx
from onnx import TensorProto, helper

from export.rewriting import SAME_MEANING
from export.text_graph import FIRST_WORD_ID, PADDING_ID, UNKNOWN_ID, token_stage_of

CONTINUED = "##"
"""What a piece begins with that continues a word."""
UNKNOWN_PIECE = "[UNK]"
MAX_WORD = 100
"""Characters from which a word is one unknown piece."""


def piece_ids(pieces: Sequence[str], *, max_tokens: int) -> onnx.ModelProto:
    """The stage ``normalised: string[N]`` -> ids of its first ``max_tokens`` pieces.

    Inputs and outputs are those of `export.text_graph.word_ids`: ``pieces[k]`` has the id k + 2. A word is
    cut from its start on, each time after the longest piece that fits; what cannot be cut is one unknown
    piece at its end.
    """
    ids = {piece: FIRST_WORD_ID + index for index, piece in enumerate(pieces)}
    for token, spellings in SAME_MEANING.items():
        if token in ids:
            ids.update(dict.fromkeys(spellings, ids[token]))
    # The tokeniser wants each piece's number, but gives the pieces themselves.
    numbers = {piece: number for number, piece in enumerate([UNKNOWN_PIECE, *ids])}
    nodes = [
        helper.make_node(
            "WordpieceTokenizer",
            ["normalised", "a_row_a_text"],
            ["pieces", "splits", "begins", "ends"],
            domain="ai.onnx.contrib",
            vocab=json.dumps(numbers),
            suffix_indicator=CONTINUED,
            unknown_token=UNKNOWN_PIECE,
            max_input_chars_per_word=MAX_WORD,
        ),
        helper.make_node(
            "LabelEncoder",
            ["pieces"],
            ["flat"],
            domain="ai.onnx.ml",
            keys_strings=list(ids),
            values_int64s=list(ids.values()),
            default_int64=UNKNOWN_ID,
        ),
        helper.make_node("Sub", ["ends", "begins"], ["all_tokens"]),
        helper.make_node("Min", ["all_tokens", "max_tokens"], ["tokens"]),
        # Row by row from the flat run: what is beyond a row's end reads the padding behind it all.
        helper.make_node("Concat", ["flat", "padding"], ["flat_and_padding"], axis=0),
        helper.make_node("Concat", ["tokens", "one"], ["widths"], axis=0),
        helper.make_node("ReduceMax", ["widths"], ["width"], keepdims=0),
        helper.make_node("Range", ["none", "width", "step"], ["columns"]),
        helper.make_node("Unsqueeze", ["tokens", "one"], ["tokens_column"]),
        helper.make_node("Less", ["columns", "tokens_column"], ["inside"]),
        helper.make_node("Unsqueeze", ["begins", "one"], ["begins_column"]),
        helper.make_node("Add", ["begins_column", "columns"], ["places"]),
        helper.make_node("Where", ["inside", "places", "last"], ["read"]),
        helper.make_node("Gather", ["flat_and_padding", "read"], ["ids_64"], axis=0),
        helper.make_node("Cast", ["ids_64"], ["ids"], to=TensorProto.INT32),
        helper.make_node("Equal", ["ids_64", "unknown"], ["is_unknown"]),
        helper.make_node("Cast", ["is_unknown"], ["unknown_64"], to=TensorProto.INT64),
        helper.make_node("ReduceSum", ["unknown_64", "one"], ["unknown_tokens"], keepdims=0),
    ]
    constants = [
        helper.make_tensor("a_row_a_text", TensorProto.INT64, [0], []),
        helper.make_tensor("max_tokens", TensorProto.INT64, [1], [max_tokens]),
        helper.make_tensor("padding", TensorProto.INT64, [1], [PADDING_ID]),
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
        helper.make_tensor("none", TensorProto.INT64, [], [0]),
        helper.make_tensor("step", TensorProto.INT64, [], [1]),
        helper.make_tensor("last", TensorProto.INT64, [], [-1]),
        helper.make_tensor("unknown", TensorProto.INT64, [], [UNKNOWN_ID]),
    ]
    return token_stage_of("piece_ids", nodes, constants)

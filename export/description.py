"""What a text is like, whatever the model makes of it: what it is about, and whether it is English.

Both come from the normalised text and small tables alone, so that every bundle can say them, and drift can
tell another topic or another language from a model that has grown unsure.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.languages import ENGLISH, OTHERS
from export.text_graph import chunks, model_of, session
from export.topics import NO_TOPICS, Topics

WORDS_READ = 128
"""Words at the start of a text that describe it."""

MIN_WORDS = 3
"""A text in Latin letters with fewer words is not judged: "la la" is no language."""

MIN_OTHER_WORDS = 2
MIN_OTHER_LETTERS = 3
"""A text in other letters with fewer is not judged: a face like ツ is no language."""

_LATIN_WORD = r"[a-z\x{c0}-\x{24f}\x{1e00}-\x{1eff}].*"
_OTHER_SCRIPT = (
    r"\x{370}-\x{1dff}\x{1f00}-\x{1fff}\x{2e80}-\x{2fff}\x{3005}-\x{3007}\x{3031}-\x{d7ff}\x{f900}-\x{fdff}"
    r"\x{fe70}-\x{fefc}\x{ff66}-\x{ffdc}\x{20000}-\x{3ffff}"
)


def description(topics: Topics) -> onnx.ModelProto:
    """The stage ``normalised: string[N]`` -> ``topic: int64[N]``, ``foreign: int64[N]``.

    ``topic`` is the cell whose scores the text's words add up to the most (the first of equal ones), and K,
    the number of cells, for a text without a word of the topics' vocabulary. All sums are of whole numbers,
    so that neither the batch nor the machine can change a cell.

    ``foreign`` is 1 if a text of at least 3 words has at least 2 function words of other languages and more
    of them than of English ones, or if most of its letters, and at least 3, are not Latin.
    """
    words, table = _word_table(topics)
    cells = len(topics.cells)
    info = helper.make_tensor_value_info
    make = helper.make_node
    nodes = [
        make("StringSplit", ["normalised"], ["all_words", "count"]),
        make("Slice", ["all_words", "zero", "words_read", "one"], ["words"]),
        make(
            "LabelEncoder",
            ["words"],
            ["rows"],
            domain="ai.onnx.ml",
            keys_strings=words,
            values_int64s=list(range(1, len(words) + 1)),
            default_int64=0,
        ),
        make("Gather", ["table", "rows"], ["entries_int8"]),
        make("Cast", ["entries_int8"], ["entries"], to=TensorProto.INT32),
        make("ReduceSum", ["entries", "one"], ["sums"], keepdims=0),
        make("Split", ["sums", "columns"], ["scores", "known", "english", "other"], axis=1),
        make("ArgMax", ["scores"], ["best"], axis=1, keepdims=1),
        make("Greater", ["known", "none"], ["is_known"]),
        make("Where", ["is_known", "best", "no_cell"], ["cell"]),
        make("Reshape", ["cell", "flat"], ["topic"]),
        make("StringLength", ["words"], ["lengths"], domain="ai.onnx.contrib"),
        *_letters("latin", _LATIN_WORD),
        *_letters("script", f".*[{_OTHER_SCRIPT}].*"),
        make("Greater", ["other", "english"], ["more_other_words"]),
        make("GreaterOrEqual", ["other", "min_other_words"], ["enough_other_words"]),
        make("GreaterOrEqual", ["latin_words", "min_words"], ["enough_words"]),
        make("And", ["more_other_words", "enough_other_words"], ["other_words"]),
        make("And", ["other_words", "enough_words"], ["by_words"]),
        make("Greater", ["script_letters", "latin_letters"], ["more_other_letters"]),
        make("GreaterOrEqual", ["script_letters", "min_other_letters"], ["enough_other_letters"]),
        make("And", ["more_other_letters", "enough_other_letters"], ["by_letters"]),
        make("Or", ["by_words", "by_letters"], ["is_foreign"]),
        make("Cast", ["is_foreign"], ["foreign_column"], to=TensorProto.INT64),
        make("Reshape", ["foreign_column", "flat"], ["foreign"]),
    ]

    def integers(name: str, *values: int, kind: type[np.signedinteger] = np.int64) -> onnx.TensorProto:
        return numpy_helper.from_array(np.array(values, dtype=kind), name)

    return model_of(
        "description",
        nodes,
        inputs=[info("normalised", TensorProto.STRING, ["N"])],
        outputs=[info("topic", TensorProto.INT64, ["N"]), info("foreign", TensorProto.INT64, ["N"])],
        constants=[
            integers("zero", 0),
            integers("one", 1),
            integers("flat", -1),
            integers("words_read", WORDS_READ),
            integers("columns", cells, 1, 1, 1),
            integers("none", 0, kind=np.int32),
            integers("no_cell", cells),
            integers("min_other_words", MIN_OTHER_WORDS, kind=np.int32),
            integers("min_words", MIN_WORDS),
            integers("min_other_letters", MIN_OTHER_LETTERS),
            numpy_helper.from_array(table, "table"),
        ],
    )


class ForeignTexts:
    """Runs the part of the stage that tells the language of normalised texts.

    >>> ForeignTexts()(["the crew was great", "la tripulación fue muy amable"]).tolist()
    [0, 1]
    """

    def __init__(self) -> None:
        self._session = session(description(NO_TOPICS))

    def __call__(self, normalised: Sequence[str], *, chunk: int = 1024) -> npt.NDArray[np.int64]:
        """1 for each of N normalised texts that is judged not to be English, else 0; (N,) int64."""
        found = [
            self._session.run(["foreign"], {"normalised": rows})[0] for rows in chunks(normalised, chunk)
        ]
        return np.concatenate([np.zeros(0, np.int64), *found])


def _word_table(topics: Topics) -> tuple[list[str], npt.NDArray[np.int8]]:
    """V words, and (V + 1, K + 3) int8: each word's score for each cell, and marks for whether the topics,
    English and other languages have it; row 0 is for any other word."""
    others = frozenset().union(*OTHERS.values())
    words = sorted({*topics.words, *ENGLISH, *others})
    row_of = {word: row for row, word in enumerate(words, start=1)}
    cells = len(topics.cells)
    table = np.zeros((len(words) + 1, cells + 3), dtype=np.int8)
    for column, listed in enumerate((topics.words, ENGLISH, others), start=cells):
        table[[row_of[word] for word in listed], column] = 1
    table[[row_of[word] for word in topics.words], :cells] = topics.scores
    return words, table


def _letters(name: str, pattern: str) -> list[onnx.NodeProto]:
    """Nodes that count, as columns (N, 1) int64, the words that match, and the letters of these words."""
    make = helper.make_node
    return [
        make("RegexFullMatch", ["words"], [f"is_{name}"], pattern=pattern),
        make("Cast", [f"is_{name}"], [f"{name}_marks"], to=TensorProto.INT64),
        make("ReduceSum", [f"{name}_marks", "one"], [f"{name}_words"], keepdims=1),
        make("Mul", [f"{name}_marks", "lengths"], [f"{name}_lengths"]),
        make("ReduceSum", [f"{name}_lengths", "one"], [f"{name}_letters"], keepdims=1),
    ]

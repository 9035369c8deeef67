"""Words start from the vectors of a file, and a bad file is named with its line."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from export.text_graph import FIRST_WORD_ID
from training.candidates import BiLstm, Examples
from training.candidates.base import HyperparameterError
from training.candidates.hyperparameters import named_candidate, with_word_vectors
from training.candidates.word_vectors import WordVectorsError, read_word_vectors, vector_width

LINES = ("the 0.5 -1 2", "late 1 1 1", "été 3 2 1", ". . . 9 9 9", "<user> 4 4 4", ":( 5 5 5", "late 8 8 8")


def written(folder: Path, *lines: str, header: str = "") -> Path:
    path = folder / "vectors.txt"
    path.write_text(
        "".join(f"{line}\n" for line in ([header] if header else []) + list(lines)), encoding="utf-8"
    )
    return path


@pytest.mark.parametrize("header", ["", "7 3"], ids=["as GloVe", "as word2vec"])
def test_the_words_of_a_file_have_its_vectors(tmp_path, header):
    path = written(tmp_path, *LINES, header=header)
    assert vector_width(path) == 3
    words = ["late", "early", "été", "_user_", "_sad_", "7"]
    vectors = read_word_vectors(path, words)
    assert vectors.found.tolist() == [True, False, True, True, True, False]
    assert vectors.coverage == pytest.approx(4 / 6)
    np.testing.assert_array_equal(
        vectors.vectors, [[1, 1, 1], [0, 0, 0], [3, 2, 1], [4, 4, 4], [5, 5, 5], [0, 0, 0]]
    )


def test_word2vecs_space_at_the_end_of_a_line_is_no_number(tmp_path):
    path = written(tmp_path, "late 1 2 ", "soon 3 4 ", header="2 2")
    np.testing.assert_array_equal(read_word_vectors(path, ["soon"]).vectors, [[3, 4]])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("the 1 2 3", "late 1 2"), "line 2: 2 numbers"),
        (("the 1 2 3", "early 1 2 3", "late 1 2 3 4"), "line 3: 4 numbers"),
        (("the 1 2 3", "late 1 2 x"), "line 2: .*'x'"),
        (("the 1 2 3", "late 1 nan 3"), "line 2: a number is not finite"),
        (("only words here", "late 1 2"), "line 1"),
        (("the", "late"), "line 1: no numbers"),
        ((), "no word vectors"),
    ],
)
def test_a_bad_line_is_named(tmp_path, lines, said):
    with pytest.raises(WordVectorsError, match=said):
        read_word_vectors(written(tmp_path, *lines), ["late"])


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WordVectorsError, match=r"missing\.txt"):
        read_word_vectors(tmp_path / "missing.txt", ["late"])


def test_word2vecs_binary_format_is_refused(tmp_path):
    path = tmp_path / "vectors.bin"
    numbers = np.arange(3, dtype=np.float32).tobytes()
    path.write_bytes(b"2 3\n" + b"the " + numbers + b"\nlate " + numbers + b"\n")
    with pytest.raises(WordVectorsError, match="line 2"):
        read_word_vectors(path, ["late"])


@pytest.fixture
def candidate(tmp_path) -> BiLstm:
    return BiLstm(
        vocabulary_size=4,
        embedding_width=3,
        units=4,
        epochs=1,
        learning_rate=0.0,
        embeddings=str(written(tmp_path, *LINES)),
    )


def fitted(candidate: BiLstm):
    ids = np.full((4, 2), FIRST_WORD_ID, dtype=np.int32)
    rows = Examples(ids, np.array([0, 1, 0, 1], dtype=np.int8), np.ones(4, dtype=np.float32))
    return candidate.fit(rows, rows, vocabulary=["early", "late", "the"], seed=1, progress=False)


def test_a_network_starts_from_the_vectors_and_says_how_many_words_have_one(candidate):
    # Not a step is taken with a rate of zero.
    trained = fitted(candidate)
    (layer,) = (layer for layer in trained.network.layers if isinstance(layer, keras.layers.Embedding))
    table = layer.get_weights()[0]
    np.testing.assert_array_equal(table[FIRST_WORD_ID + 1 : FIRST_WORD_ID + 3], [[1, 1, 1], [0.5, -1, 2]])
    assert np.abs(table[FIRST_WORD_ID]).max() > 0
    assert trained.history[0]["words_with_vectors"] == pytest.approx(2 / 3)


def test_vectors_of_another_width_are_refused(candidate):
    with pytest.raises(HyperparameterError, match="has 3 numbers"):
        fitted(replace(candidate, embedding_width=5))


def test_the_command_line_takes_the_width_from_the_file(tmp_path):
    path = written(tmp_path, *LINES)
    candidate = named_candidate("bilstm", with_word_vectors("bilstm", {"cell": "gru"}, path))
    assert candidate == BiLstm(cell="gru", embeddings=str(path), embedding_width=3)
    with pytest.raises(HyperparameterError, match="tfidf_logreg has no word vectors; bilstm"):
        with_word_vectors("tfidf_logreg", {}, path)


def test_another_cell_is_refused():
    with pytest.raises(HyperparameterError, match="cell=rnn: must be lstm or gru"):
        named_candidate("bilstm", {"cell": "rnn"})

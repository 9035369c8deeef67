"""The wordpiece stage cuts words as BERT does, row by row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.text_graph import FIRST_WORD_ID, UNKNOWN_ID, Normaliser, TokenIds, known_share, session
from export.wordpieces import piece_ids
from training.candidates.pretrained import cut

PIECES = ["_happy_", "_user_", "air", "##line", "##s", "late", "a", "##a", "b", "##b", "don't", "!"]
TO_IDS = TokenIds(piece_ids(PIECES, max_tokens=6), max_tokens=6)
RUNNING = session(piece_ids(PIECES, max_tokens=6))


def pieces_of(text):
    names = {FIRST_WORD_ID + number: piece for number, piece in enumerate(PIECES)} | {UNKNOWN_ID: "?"}
    return [names[number] for number in TO_IDS([text])[0] if number]


@pytest.mark.parametrize(
    ("text", "pieces"),
    {
        "airlines late !": ["air", "##line", "##s", "late", "!"],
        "don't airb": ["don't", "air", "##b"],
        "airx late": ["air", "?", "late"],
        "привет": ["?"],
        "_user_ :) 😀": ["_user_", "_happy_", "_happy_"],
        "  ": [],
        "": [],
        "a a a a a a a a": ["a"] * 6,
        "aaaaaaaa late": ["a", "##a", "##a", "##a", "##a", "##a"],
        "b" * 101: ["?"],
    }.items(),
)
def test_a_text_is_cut_into_the_longest_pieces(text, pieces):
    assert pieces_of(text) == pieces


@given(st.lists(st.text("abirlnes '", max_size=20), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_text_reads_the_same_in_company_and_as_the_vocabulary_was_counted(texts):
    together = TO_IDS(texts)
    for text, row in zip(texts, together, strict=True):
        np.testing.assert_array_equal(row, TO_IDS([text])[0])
        cuts = [cut(word, dict.fromkeys(PIECES, 0)) for word in text.split()]
        if all(cuts):
            assert pieces_of(text) == [piece for pieces in cuts for piece in pieces][:6]
        else:
            assert UNKNOWN_ID in row or len(row.nonzero()[0]) == 6


def test_a_batch_is_as_wide_as_its_longest_text_and_counts_what_it_kept():
    texts = np.array(["a zz a", "", "a a a a a a a zz"], dtype=object)
    ids, tokens, unknown = RUNNING.run(["ids", "tokens", "unknown_tokens"], {"normalised": texts})
    assert ids.shape == (3, 6)
    assert tokens.tolist() == [3, 0, 6]
    assert unknown.tolist() == [1, 0, 0]
    only_empty = RUNNING.run(["ids"], {"normalised": np.array(["", ""], dtype=object)})[0]
    assert only_empty.tolist() == [[0], [0]]


def test_foreign_writing_is_unknown():
    ids = TO_IDS(Normaliser()(["это ужасно", "搭乘 體驗", "late airline"]))
    assert known_share(ids).tolist() == [0, 0, 1]

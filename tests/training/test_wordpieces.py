"""The vocabulary of pieces holds what tweets are made of, and every word can be cut into it."""

from hypothesis import given
from hypothesis import strategies as st

from training.candidates.pretrained import cut
from training.vocabulary import ALWAYS
from training.wordpieces import build_pieces

KNOWN = ["delay", "##ed", "##ing", "encyclopaedia", "##air", "air"]
TEXTS = ["so late :) again"] * 9 + ["delayed"] * 4 + ["delaying"] * 4 + ["airair"] * 3 + ["zebra"]
PIECES = build_pieces(TEXTS, size=120, known=KNOWN)


def test_frequent_words_are_whole_and_others_are_cut_into_known_pieces():
    least = len(build_pieces([], size=1000, known=KNOWN))
    small = build_pieces(TEXTS, size=least + 4, known=KNOWN)
    assert small[least:] == ["again", "late", "so", "delay"]
    assert "encyclopaedia" not in PIECES
    assert "zebra" not in PIECES


def test_it_keeps_to_its_size_and_holds_nothing_twice():
    for size in (84, 90, 1000):
        pieces = build_pieces(TEXTS, size=size, known=KNOWN)
        assert len(pieces) <= size
        assert len(set(pieces)) == len(pieces)


def test_tokens_of_meaning_are_always_there_and_their_spellings_are_not():
    assert set(ALWAYS) <= set(PIECES)
    assert ":)" not in PIECES


def test_the_order_of_the_texts_does_not_matter():
    assert build_pieces(TEXTS[::-1], size=120, known=KNOWN) == PIECES


def test_words_of_favoured_texts_come_first():
    few = build_pieces([*TEXTS, *["skylark"] * 3], size=91, known=KNOWN, favoured=["skylark"] * 3)
    assert "skylark" in few


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=30))
def test_every_word_of_letters_and_digits_can_be_cut(word):
    pieces = cut(word, dict.fromkeys(PIECES, 0))
    assert "".join(piece.removeprefix("##") for piece in pieces) == word

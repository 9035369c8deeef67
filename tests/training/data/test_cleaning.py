"""Texts are mended where they were damaged, and left alone where they were not."""

import doctest

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data import clean, cleaning


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [
        ("it was “fine”".encode().decode("latin-1"), "it was “fine”"),
        ("crème brûlée ♥".encode().decode("cp1252"), "crème brûlée ♥"),
        ("late \x96 again", "late – again"),
        ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3"),
        ("&amp;quot;soon&amp;quot;", '"soon"'),
        ("you &amp;amp;amp; me", "you & me"),
        ("ca&#102;&eacute; &#x1F600;", "café 😀"),
        ("one\x00two\x07\x7f three\ufeff", "onetwo three"),
        ("  out of breath \n", "out of breath"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("half a \ud83d pair", "half a  pair"),
        ("&nbsp;", ""),
    ],
)
def test_damage_is_mended(damaged, mended):
    assert clean([damaged]).tolist() == [mended]


@pytest.mark.parametrize(
    "text",
    [
        "café — déjà vu, naïve",
        "I ♥ this 👩‍👩‍👧 so much ❤️",
        "see http://example.com/?a=1&copy=2&lt=3",
        "AT&T, R&B & Q&A; fish &chips",
        "それは良い",
        "ÃÂ is how it starts",
    ],
)
def test_sound_texts_are_left_alone(text):
    assert clean([text]).tolist() == [text]


def test_the_index_of_a_series_stays():
    texts = pd.Series([" a ", "b&amp;c"], index=[7, 3])
    assert clean(texts).to_dict() == {7: "a", 3: "b&c"}


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_left_holds_no_control_characters_and_no_space_at_its_ends(text):
    (cleaned,) = clean([text])
    assert cleaned == cleaned.strip()
    assert not any(ord(character) < 32 and character not in "\t\n\r" for character in cleaned)
    assert not any(127 <= ord(character) < 160 for character in cleaned)


def test_the_examples_in_the_docstrings_hold():
    result = doctest.testmod(cleaning)
    assert result.attempted > 0
    assert result.failed == 0

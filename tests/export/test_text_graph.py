"""What the text graph makes of tweets, alone and in company."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.text_graph import FIRST_WORD_ID, UNKNOWN_ID, Normaliser, TokenIds, known_share, word_ids

ROOT = Path(__file__).resolve().parents[2]
NORMALISER = Normaliser()

CASES = {
    "Lost my bag AGAIN": "lost my bag again",
    "it’s bad, don`t fly": "it's bad , don't fly",
    "thx @SkylarkAir! https://example.com/x?y=1": "thx _user_ ! _url_",
    "see www.example.com now": "see _url_ now",
    "sooooo goooood!!!!": "soo good !!",
    "why??? ok... hm": "why ?? ok .. hm",
    "a &amp; b &lt;3 &amp;lt;3 &quot;c&quot; don&#39;t": "a & b <3 <3 c don't",
    "great :) bad :-( meh :/ :D": "great :) bad :-( meh :/ :d",
    ":)))) :(((": ":) :(",
    "row 12345, 10/10": "row _number_ , 10 / 10",
    "😡😡 ❤️ 👍🏽": "😡 😡 ❤ 👍",
    "#late #fail": "# late # fail",
    "'quoted' rock'n'roll": "' quoted ' rock'n'roll",
    "tab\there\nand\u00a0there\u200b.": "tab here and there .",
    "ÉCOLE Привет": "école привет",
    "": "",
    " \n\t ": "",
}


@pytest.mark.parametrize("text", CASES, ids=repr)
def test_a_tweet_becomes_these_tokens(text):
    assert NORMALISER([text])[0].split() == CASES[text].split()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)))
@settings(max_examples=60, deadline=None)
def test_a_text_reads_the_same_alone_and_in_a_batch(texts):
    assert NORMALISER(texts) == [NORMALISER([text])[0] for text in texts]


def test_spellings_of_one_meaning_share_an_id_and_others_are_unknown():
    to_ids = TokenIds(word_ids(["_happy_", "_angry_", "flight"], max_tokens=6), max_tokens=6)
    ids = to_ids(NORMALISER(["flight :) :-D 😀 =)", "😡 >:( 🤬 flight", "zzz flight", ""]))
    happy, angry, flight = (FIRST_WORD_ID + n for n in range(3))
    assert ids.tolist() == [
        [flight, happy, happy, happy, happy, 0],
        [angry, angry, angry, flight, 0, 0],
        [UNKNOWN_ID, flight, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
    ]
    assert known_share(ids).tolist() == [1.0, 1.0, 0.5, 0.0]


def test_a_long_text_is_cut_after_max_tokens():
    to_ids = TokenIds(word_ids(["a"], max_tokens=3), max_tokens=3)
    assert to_ids(NORMALISER(["a a b a a", "b"])).tolist() == [[2, 2, 1], [1, 0, 0]]


def test_chunks_do_not_change_the_answer():
    texts = [f"tweet {'very ' * (n % 7)} long {n}" for n in range(50)]
    to_ids = TokenIds(word_ids(["tweet", "very", "long"], max_tokens=12), max_tokens=12)
    normalised = NORMALISER(texts)
    assert NORMALISER(texts, chunk=7) == normalised
    np.testing.assert_array_equal(to_ids(normalised, chunk=7), to_ids(normalised))


@pytest.mark.parametrize("imports", ["import tensorflow", "pass"])
def test_the_text_graph_works_whatever_was_imported_before(imports):
    # TensorFlow's own RE2 used to disable every rule, silently.
    program = (
        f"{imports}\nfrom export.text_graph import Normaliser\n"
        "assert Normaliser()(['LOVED it!!!! @you'])[0].split() == ['loved', 'it', '!!', '_user_']"
    )
    subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, timeout=120, capture_output=True, text=True
    )

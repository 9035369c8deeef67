"""Scrambled texts: the same letters and signs, no longer the same words."""

import numpy as np

from training.data import scrambled

TEXTS = ["_user_ i love this !! _url_", "so much for being on time ...", "été 12 : 30pm", ""]


def test_letters_change_places_and_all_else_stays():
    for before, after in zip(TEXTS, scrambled(TEXTS, rng=np.random.default_rng(1)), strict=True):
        assert sorted(before) == sorted(after)
        assert [one for one in before if not "a" <= one <= "z"] == [
            one for one in after if not "a" <= one <= "z"
        ]
        assert [len(word) for word in before.split(" ")] == [len(word) for word in after.split(" ")]
    assert before == after == ""


def test_tokens_that_stand_for_links_and_names_are_left_whole():
    (after,) = scrambled(TEXTS[:1], rng=np.random.default_rng(2))
    words = after.split(" ")
    assert (words[0], words[-1]) == ("_user_", "_url_")
    assert words[1:4] != ["i", "love", "this"]


def test_the_seed_alone_decides():
    first, again, other = (scrambled(TEXTS, rng=np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert first == again != other

"""A slice holds what its name says."""

import numpy as np
import pytest

from export.slices import SLICES, members, members_by_reading


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("negation", "I don’t like it", "a notable knot"),
        ("negation", "NEVER again", "nevertheless fine"),
        ("contrast", "late, but kind", "a butter knife"),
        ("emoji", "great 😍", "great :)"),
        ("hashtag", "so #late", "number 3#4"),
        ("short", "what a day", "one two three four five six seven"),
        ("medium", "word " * 7, "word " * 6),
        ("medium", "word " * 19, "word " * 20),
        ("long", "word " * 20, "word " * 19),
        ("flying", "my flight was late", "the butterfly was late"),
        ("airline named", "@JetBlue thanks", "a jet so blue"),
        ("airline named", "never with US Airways", "he was reunited with us"),
    ],
)
def test_membership(name, inside, outside):
    assert SLICES[name](inside)
    assert not SLICES[name](outside)


def test_members_are_one_mask_a_slice():
    masks = members(["so #late", "on time"])
    assert set(masks) == set(SLICES)
    assert masks["hashtag"].tolist() == [True, False]


def test_a_text_is_in_one_band_of_length():
    masks = members([("word " * words).strip() for words in range(1, 40)])
    assert (masks["short"].astype(int) + masks["medium"] + masks["long"] == 1).all()


def test_how_a_model_reads_texts_makes_slices_of_its_own():
    masks = members_by_reading(
        [
            "all known here",
            "one gronk in ten or so words is not much",
            "gronk zorp",
            "unbelievableness",
            "das",
        ],
        tokens=np.array([3, 10, 2, 4, 1]),
        unknown_tokens=np.array([0, 1, 2, 0, 0]),
        foreign=np.array([0, 0, 0, 0, 1]),
    )
    assert {name: np.flatnonzero(mask).tolist() for name, mask in masks.items()} == {
        "every word known": [0, 3, 4],
        "some words unknown (under a fifth)": [1],
        "many words unknown (a fifth or more)": [2],
        "rare words (1.3 pieces a word or more)": [3],
        "judged not to be English": [4],
    }


def test_an_older_bundle_does_not_say_what_is_foreign():
    masks = members_by_reading(["hello"], tokens=np.array([1]), unknown_tokens=np.array([0]), foreign=None)
    assert "judged not to be English" not in masks

"""A slice holds what its name says."""

import pytest

from training.retraining.slices import SLICES, members


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("negation", "I don’t like it", "a notable knot"),
        ("negation", "NEVER again", "nevertheless fine"),
        ("contrast", "late, but kind", "a butter knife"),
        ("emoji", "great 😍", "great :)"),
        ("hashtag", "so #late", "number 3#4"),
        ("short", "what a day", "one two three four five six seven"),
        ("long", "word " * 20, "word " * 19),
        ("flying", "my flight was late", "the butterfly was late"),
    ],
)
def test_membership(name, inside, outside):
    assert SLICES[name](inside)
    assert not SLICES[name](outside)


def test_members_are_one_mask_a_slice():
    masks = members(["so #late", "on time"])
    assert set(masks) == set(SLICES)
    assert masks["hashtag"].tolist() == [True, False]

"""Emoticons come back with their label, as often as asked for."""

import math

import numpy as np
import pandas as pd
import pytest

from training.data import emoticons_restored
from training.data.emoticons import EMOJI, EMOTICONS

COUNT = 4000


def restored(label: str, share: float, seed: int = 1) -> list[str]:
    return emoticons_restored(
        ["flight"] * COUNT, [label] * COUNT, share=share, rng=np.random.default_rng(seed)
    )


@pytest.mark.parametrize("label", ["positive", "negative"])
def test_as_many_as_asked_for_get_a_mark_of_their_label(label):
    texts = pd.Series(restored(label, 0.2))
    marks = texts.str.replace("flight", "").str.strip()
    assert set(marks) == {"", *EMOTICONS[label], *EMOJI[label]}
    for found, share in ((marks.isin(EMOTICONS[label]), 0.2), (marks.isin(EMOJI[label]), 0.1)):
        # Five standard deviations: one seed in a million would fail.
        assert abs(found.sum() - COUNT * share) < 5 * math.sqrt(COUNT * share * (1 - share))
    marked = texts[marks != ""]
    assert marked.str.contains("^flight .|. flight$").all()
    assert 0.02 < marked.str.endswith(" flight").mean() < 0.25


def test_marks_of_the_two_labels_share_nothing():
    for marks in (EMOTICONS, EMOJI):
        assert not set(marks["positive"]) & set(marks["negative"])


def test_neutral_texts_stay_as_they_are():
    assert set(restored("neutral", 0.5)) == {"flight"}


def test_a_share_of_nothing_changes_nothing():
    assert set(restored("positive", 0.0)) == {"flight"}


def test_the_largest_share_marks_all():
    assert "flight" not in restored("positive", 2 / 3)


def test_the_same_generator_gives_the_same_texts():
    assert restored("positive", 0.3) == restored("positive", 0.3)
    assert restored("positive", 0.3) != restored("positive", 0.3, seed=2)


@pytest.mark.parametrize("share", [-0.1, 0.7, math.nan])
def test_a_share_that_cannot_be_is_refused(share):
    with pytest.raises(ValueError, match="share must be in"):
        restored("positive", share)


def test_each_text_needs_a_label():
    with pytest.raises(ValueError, match="shorter"):
        emoticons_restored(["a", "b"], ["positive"], share=0.1, rng=np.random.default_rng(1))

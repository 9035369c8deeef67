import numpy as np
import pytest

from training.drift_study.typos import with_typos

TEXT = "@Nimbo thanks for nothing #delayed again https://example.com/x so long"


def test_a_share_of_the_words_is_misspelt_by_one_slip():
    words = ["wonderful"] * 4_000
    mistyped = with_typos(words, share=0.3, rng=np.random.default_rng(0))
    changed = [word for word in mistyped if word != "wonderful"]
    # A letter may be swapped with its like, never here; six standard deviations of a share of 4,000.
    assert len(changed) / len(words) == pytest.approx(0.3, abs=0.044)
    assert all(word[0] in "wo" and abs(len(word) - 9) <= 1 for word in changed)


def test_mentions_hashtags_links_and_short_words_stay():
    mistyped = with_typos([TEXT] * 50, share=1.0, rng=np.random.default_rng(0))
    for text in mistyped:
        words = text.split(" ")
        assert [words[place] for place in (0, 4, 6, 7)] == [
            "@Nimbo",
            "#delayed",
            "https://example.com/x",
            "so",
        ]
        assert words[1] != "thanks" or words[3] != "nothing"


def test_no_share_changes_nothing_and_a_seed_gives_the_same():
    assert with_typos([TEXT], share=0.0, rng=np.random.default_rng(0)) == [TEXT]
    one, other = (with_typos([TEXT], share=0.5, rng=np.random.default_rng(3)) for _ in range(2))
    assert one == other

from collections import Counter

import numpy as np
import pytest

from function_app.drift.shifts import CORPUS, Tweet, corpus, mistyped, shift
from function_app.drift.slices import slices_of

BASE = [Tweet(text=f"tweet number {number} is fine", label=None) for number in range(20)]
POSITIVE = [number < 8 for number in range(20)]


def drawn(kind, strength: float, seed: int = 1) -> list[Tweet]:
    rng = np.random.default_rng(seed)
    shifting = shift(kind, strength, base=BASE, called_positive=POSITIVE, rng=rng)
    return shifting.draw(1_000, change_at=250, rng=rng)


def test_the_invented_tweets_are_different_balanced_and_short() -> None:
    parts = {part: corpus(part) for part in ("airline", "general", "language", "sarcasm")}
    texts = [tweet.text for tweets in parts.values() for tweet in tweets]
    assert len(texts) == len({*texts}) == CORPUS.read_text().count("\n") - 1 == 206
    assert max(map(len, texts)) <= 110
    assert Counter(tweet.label for tweet in parts["airline"]) == {"negative": 50, "positive": 50}
    assert Counter(tweet.label for tweet in parts["general"]) == {"negative": 25, "positive": 25}
    assert {tweet.label for tweet in parts["sarcasm"]} == {"negative"}
    assert not [text for text in texts if "link" in slices_of(text=text, characters=1, foreign=None)]


@pytest.mark.parametrize("kind", ["topic", "class_balance", "typos", "language", "sarcasm"])
def test_the_change_comes_when_and_as_strongly_as_told(kind) -> None:
    """Of 750 tweets after it 450 ± 54 are of the other kind (four standard deviations)."""
    base = {tweet.text for tweet in BASE}
    tweets = drawn(kind, 0.6)
    assert {tweet.text for tweet in tweets[:250]} == base
    after = tweets[250:]
    if kind == "class_balance":
        positive = {tweet.text for tweet in BASE[:8]}
        share = sum(tweet.text in positive for tweet in after) / 750
        assert share == pytest.approx(0.4 * 0.4, abs=0.054)
    elif kind == "typos":  # a third of the copies have no slip at all
        assert 250 < sum(tweet.text not in base for tweet in after) < 504
    else:
        assert sum(tweet.text not in base for tweet in after) == pytest.approx(450, abs=54)


def test_no_strength_is_no_change_and_a_seed_gives_the_same_stream() -> None:
    assert {tweet.text for tweet in drawn("topic", 0.0)} == {tweet.text for tweet in BASE}
    assert drawn("typos", 1.0) == drawn("typos", 1.0)
    assert drawn("typos", 1.0) != drawn("typos", 1.0, seed=2)


def test_a_base_without_negative_tweets_is_given_some() -> None:
    rng = np.random.default_rng(3)
    shifting = shift("class_balance", 1.0, base=BASE, called_positive=[True] * 20, rng=rng)
    assert {tweet.label for tweet in shifting.draw(500, change_at=0, rng=rng)} == {"negative"}


def test_typos_spare_mentions_hashtags_and_links_and_about_a_third_of_words_have_one() -> None:
    rng = np.random.default_rng(4)
    spared = "@somebody #something https://example.com/path"
    assert mistyped(spared, rng) == spared
    words = ["wonderful", "terrible", "delayed", "boarding"] * 500
    slipped = mistyped(" ".join(words), rng).split()
    changed = [(word, slip) for word, slip in zip(words, slipped, strict=True) if word != slip]
    assert len(changed) / len(words) == pytest.approx(0.3, abs=0.05)
    assert all(abs(len(word) - len(slip)) <= 1 and slip[0] in word[:2] for word, slip in changed)

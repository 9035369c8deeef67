from math import log

import msgspec
import numpy as np
import pytest

from function_app.drift.examples import MOST_EXAMPLES, typical_examples
from function_app.drift.typicality import typicality
from function_app.store.records import DriftTestName, DriftWord, DriftWords
from tests.function_app.drift.references import REFERENCE
from tests.function_app.drift.tweets import NUMBERS, tweet

STRIKE = DriftWords(more=[DriftWord(word="strike", z=6, share=0.2, reference=0.002)], less=[])


def test_it_is_the_log_likelihood_ratio_of_what_moved() -> None:
    """Nine in ten are positive now, five in ten were; half a count on each side keeps it finite."""
    rows = [tweet(probability=0.9)] * 900 + [tweet(probability=0.1)] * 100
    found = typicality(rows, REFERENCE, moved=["positive_rate"], words=None)
    expected = [log(900.5 / 1_001) - log(500.5 / 1_001), log(100.5 / 1_001) - log(500.5 / 1_001)]
    assert found[[0, -1]] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("test", "odd"),
    [
        ("positive_rate", tweet(probability=0.1)),
        ("confidence", tweet(probability=0.55)),
        ("length", tweet(characters=250)),
        ("unknown_tokens", tweet(unknown=6)),
        ("language", tweet(foreign=True)),
        ("topic", tweet(topic=2)),
    ],
)
def test_the_tweets_that_a_change_brought_are_the_typical_ones(test: DriftTestName, odd) -> None:
    usual = [tweet(probability=0.9, characters=40, topic=0, foreign=False)] * 30
    for moved in ([test], list(NUMBERS)):
        found = typicality([*usual, *[odd] * 70], REFERENCE, moved=moved, words=None)
        assert found[30:].min() > 0.1 > found[:30].max() or len(moved) > 1
        assert found[30:].min() > found[:30].max()


def test_votes_and_missing_parts_of_a_reference_say_nothing() -> None:
    old = msgspec.structs.replace(
        REFERENCE, format=1, length=None, unknown_share=None, topics=None, foreign=None
    )
    moved = [name for name in NUMBERS if name not in ("positive_rate", "confidence")]
    assert typicality([tweet()] * 3, old, moved=moved, words=None).tolist() == [0, 0, 0]
    assert typicality([], REFERENCE, moved=["topic"], words=None).tolist() == []


def test_a_word_that_came_up_makes_a_tweet_typical() -> None:
    rows = [tweet("a strike again"), tweet("all fine"), tweet(None)]
    assert typicality(rows, REFERENCE, moved=[], words=STRIKE) == pytest.approx([log(100), 0, 0])


def test_examples_are_few_different_and_the_most_typical() -> None:
    texts = [
        "strike at noon",
        "STRIKE at noon!",
        "the strike is still on",
        "my bag is in Rome",
        "no crew here",
    ]
    rows = [tweet(text) for text in texts] + [tweet(letter * 3) for letter in "abcdefghijklmnopqrst"]
    found = typical_examples(rows, np.array([5.0, 4.0, 3.0, 2.0, -1.0, *[0.5] * 20]))
    assert len(found) == MOST_EXAMPLES
    assert [one.prediction_id for one in found[:3]] == [rows[0].id, rows[2].id, rows[3].id]
    assert rows[4].id not in [one.prediction_id for one in found]


def test_reports_hold_no_texts_of_users() -> None:
    (found,) = typical_examples([tweet("my secret")], np.array([1.0]))
    assert (found.text, found.label, found.confidence) == (None, "positive", pytest.approx(0.9))


def test_copies_are_known_by_their_hash_where_texts_are_not_kept() -> None:
    rows = [tweet(None, name="same"), tweet(None, name="same"), tweet(None, name="other")]
    found = typical_examples(rows, np.array([3.0, 2.0, 1.0]))
    assert [one.prediction_id for one in found] == [rows[0].id, rows[2].id]


def test_tweets_that_the_change_did_not_bring_are_no_examples() -> None:
    assert typical_examples([tweet()], np.array([0.0])) == []
    assert typical_examples([], np.array([])) == []

"""What the graph says of a text whatever the model: its language and its topic."""

import doctest

import numpy as np
import pytest

from export import calibration
from export import description as module
from export.description import WORDS_READ, ForeignTexts, description
from export.languages import ENGLISH as ENGLISH_WORDS
from export.languages import OTHERS
from export.parity import HARD_TEXTS
from export.text_graph import Normaliser, session
from export.topics import Topics
from tests.export.foreign_tweets import ENGLISH, FOREIGN

TOPICS = Topics(
    words=["bag", "gate", "match"],
    scores=np.array([[50, -10], [20, 0], [-30, 90]], np.int8),
    cells=[["bag", "gate"], ["match"]],
)
NEITHER = 2


@pytest.fixture(scope="module")
def normaliser() -> Normaliser:
    return Normaliser()


@pytest.fixture(scope="module")
def is_foreign(normaliser):
    """The judgement of raw texts."""
    foreign = ForeignTexts()
    return lambda texts: foreign(normaliser(texts))


@pytest.fixture(scope="module")
def describe(normaliser):
    """Topic and language of raw texts, by one run of the stage."""
    running = session(description(TOPICS))

    def run(texts):
        given = np.array(normaliser(texts), dtype=object)
        return running.run(["topic", "foreign"], {"normalised": given})

    return run


@pytest.mark.parametrize("language", FOREIGN)
def test_most_tweets_of_another_language_are_told_from_english(is_foreign, language):
    assert is_foreign([text for _, text in FOREIGN[language]]).mean() >= 0.75


def test_at_least_nine_in_ten_of_all_foreign_tweets_are_found(is_foreign):
    texts = [text for rows in FOREIGN.values() for _, text in rows]
    assert len(texts) > 60
    assert is_foreign(texts).mean() >= 0.9


@pytest.mark.parametrize("text", ENGLISH, ids=repr)
def test_english_and_too_little_to_tell_are_not_foreign(is_foreign, text):
    assert is_foreign([text]).tolist() == [0]


def test_an_english_tweet_may_hold_a_phrase_of_another_language(is_foreign):
    assert is_foreign(["she said je ne sais quoi and then she was gone, what a night"]).tolist() == [0]
    assert is_foreign(["je ne sais pas quoi dire"]).tolist() == [1]


@pytest.mark.parametrize("listed", [ENGLISH_WORDS, *OTHERS.values()])
def test_listed_words_are_spelt_as_the_normaliser_leaves_them(normaliser, listed):
    words = sorted(listed)
    assert [found.split() for found in normaliser(words)] == [[word] for word in words]


def test_no_word_speaks_for_english_and_for_another_language():
    assert not [word for words in OTHERS.values() for word in words & ENGLISH_WORDS]


def test_the_topic_is_the_cell_that_the_words_add_up_to(describe):
    texts = ["lost BAG at the gate", "what a match", "bag match", "gate bag bag match", "nothing here", ""]
    assert describe(texts)[0].tolist() == [0, 1, 1, 0, NEITHER, NEITHER]


def test_of_equal_cells_the_first_is_taken():
    even = Topics(["word"], np.zeros((1, 3), np.int8), [[], [], []])
    found = session(description(even)).run(["topic"], {"normalised": np.array(["word"], dtype=object)})[0]
    assert found.tolist() == [0]


def test_only_the_beginning_of_a_text_counts(describe):
    topic, foreign = describe(["word " * WORDS_READ + "bag", "so " * WORDS_READ + "que el la los las por"])
    assert topic.tolist() == [NEITHER, NEITHER]
    assert foreign.tolist() == [0, 0]


def test_a_text_is_described_the_same_alone_and_in_a_batch(describe):
    texts = [*HARD_TEXTS, *ENGLISH, "bag", *(text for rows in FOREIGN.values() for _, text in rows)]
    together = describe(texts)
    alone = [describe([text]) for text in texts]
    for place, values in enumerate(together):
        assert values.dtype == np.int64
        assert values.tolist() == [one[place][0] for one in alone]


def test_a_batch_without_any_word_is_described(describe):
    topic, foreign = describe(["", " "])
    assert topic.tolist() == [NEITHER, NEITHER]
    assert foreign.tolist() == [0, 0]


@pytest.mark.parametrize("documented", [calibration, module])
def test_the_examples_in_the_docstrings_hold(documented):
    result = doctest.testmod(documented)
    assert result.attempted > 0
    assert result.failed == 0

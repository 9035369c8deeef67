"""One label a text by majority, the most instructive text first."""

import numpy as np
import pytest

from tests.training.feedback.conftest import vote
from training.feedback.consensus import find_consensus, keys_of
from training.feedback.floods import FloodRules

POSITIVE = {"sure": 0.99, "leaning": 0.6, "unsure": 0.5, "no": 0.01}


def score(texts):
    return np.array([POSITIVE.get(text.split()[0], 0.5) for text in texts], dtype=np.float32)


def consensus(*votes, **decisions):
    return find_consensus(votes, score=score, decisions=decisions, rules=FloodRules())


def key(text: str) -> str:
    return keys_of([text])[0]


def test_the_majority_decides_and_a_tie_is_left_out():
    found = consensus(
        *[vote("the first of them", label) for label in ("negative", "positive", "negative")],
        *[vote("the second of them", label) for label in ("negative", "positive")],
    )
    (row,) = found.labelled
    assert (row.text, row.label, row.negative, row.positive) == ("the first of them", "negative", 2, 1)
    assert [tie.text for tie in found.ties] == ["the second of them"]


def test_copies_are_one_text_whatever_links_names_and_case():
    found = consensus(
        vote("@ann SkyNook is zorpy!! https://example.com/1", "positive"),
        vote("@bob skynook is zorpy https://example.com/2", "positive"),
        vote("Skynook is ZORPY", "negative"),
    )
    (row,) = found.labelled
    assert (row.label, row.negative, row.positive) == ("positive", 1, 2)
    assert row.text == "@bob skynook is zorpy https://example.com/2"


def test_confident_mistakes_come_first_then_doubts_then_what_is_known():
    found = consensus(
        vote("no trouble here", "negative"),
        vote("unsure about this one", "positive"),
        vote("leaning this way at least", "negative"),
        vote("sure about that one", "negative"),
    )
    assert [row.text.split()[0] for row in found.labelled] == ["sure", "leaning", "unsure", "no"]
    assert [round(row.value, 2) for row in found.labelled] == [0.99, 0.6, 0.5, 0.01]
    assert found.labelled[0].predicted == "positive"


def test_a_person_decides_over_the_votes():
    tie = [vote("the second of them", label) for label in ("negative", "positive")]
    wrong = [vote("plainly a good day", "negative")] * 2
    spam = vote("buy followers here now", "positive")
    found = consensus(
        *tie,
        *wrong,
        spam,
        **{key(tie[0].text): "negative", key(wrong[0].text): "positive", key(spam.text): "drop"},
    )
    assert {row.text: row.label for row in found.labelled} == {
        "the second of them": "negative",
        "plainly a good day": "positive",
    }
    assert all(row.reviewed for row in found.labelled)
    assert (found.ties, found.rejected) == ([], 1)


def test_floods_do_not_vote():
    flood = [vote("the crew was kind", "negative", seconds=1000 + number) for number in range(25)]
    found = consensus(vote("the crew was kind", "positive"), *flood)
    assert [(row.label, row.negative) for row in found.labelled] == [("positive", 0)]
    assert len(found.flooded) == 25


@pytest.mark.parametrize("text", ["", "   ", "\u0000\ufeff"])
def test_a_text_of_which_nothing_is_left_is_counted(text):
    found = consensus(vote(text), vote("a real one"))
    assert (found.empty, len(found.labelled)) == (1, 1)


def test_no_votes_give_nothing():
    found = consensus()
    assert (found.labelled, found.ties, found.empty) == ([], [], 0)

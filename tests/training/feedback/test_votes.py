"""Votes are read from either back end, completed by what was predicted."""

from function_app.ids import new_id
from training.feedback import votes
from training.feedback.votes import read_votes


def test_feedback_and_examples_become_votes(store, say, example):
    wrong = say("late again", "negative", probability=0.8, comment="no")
    right = say("thanks", "positive")
    given = example("what a day", "positive")
    read = read_votes(store)
    assert [(vote.id, vote.text, vote.label, vote.said_wrong) for vote in read.votes] == [
        (wrong.id, "late again", "negative", True),
        (right.id, "thanks", "positive", False),
        (given.id, "what a day", "positive", None),
    ]
    assert [vote.source for vote in read.votes] == ["feedback", "feedback", "example"]
    assert read.votes[0].comment == "no"
    assert read.unusable == {}
    assert store.count_examples(read.examples_cursor) == 0


def test_right_or_wrong_without_a_label_follows_from_the_prediction(store, say):
    say("late again", "negative", probability=0.8, label=None, correct=False, matched=False)
    say("thanks", "positive", label=None, correct=True, matched=False)
    assert [vote.label for vote in read_votes(store).votes] == ["negative", "positive"]


def test_what_says_too_little_is_counted_by_reason(store, say):
    unknown = {"prediction_id": new_id(), "matched": False}
    say("a", "negative", **unknown)
    say("b", "negative", **unknown, text="told with the feedback")
    say("c", "negative", **unknown, text="which label?", label=None, correct=False)
    read = read_votes(store)
    assert [vote.text for vote in read.votes] == ["told with the feedback"]
    assert read.votes[0].said_wrong is None
    assert list(read.unusable.values()) == [1, 1]


def test_every_page_is_read(store, say, example, monkeypatch):
    monkeypatch.setattr(votes, "PAGE", 3)
    said = [say(f"text number {number}", "positive").id for number in range(7)]
    given = [example(f"example {number}", "negative").id for number in range(6)]
    read = read_votes(store)
    assert sorted(vote.id for vote in read.votes) == sorted(said + given)
    assert store.count_examples(read.examples_cursor) == 0

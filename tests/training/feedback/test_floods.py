"""Three patterns of flooding are found, and what people do is not taken for one."""

import msgspec
import numpy as np

from tests.training.feedback.conftest import vote
from training.data.duplicates import text_key, wording
from training.feedback.floods import SAME_COMMENT, SAME_TEXT, SCRIPT, FloodRules, flooded

RULES = FloodRules()
SENTENCE = "this company pays for good reviews"


def reasons(votes):
    return flooded(votes, wording(text_key([vote.text for vote in votes])).tolist(), RULES)


def words(number: int) -> str:
    """A text that shares no template with others: digits would."""
    return "tweet about " + "".join(chr(ord("a") + int(digit)) for digit in f"{number:05}")


def test_one_text_voted_on_by_many_within_a_minute_is_a_flood_with_numbers_changed():
    flood = [vote(f"buy now, offer {number}!", seconds=number * 2) for number in range(21)]
    assert reasons(flood) == {vote.id: SAME_TEXT for vote in flood}
    assert reasons(flood[:-1]) == {}


def test_votes_on_a_popular_text_over_a_day_are_none():
    assert reasons([vote("great news", seconds=number * 300) for number in range(200)]) == {}


def test_only_the_crowded_minute_is_left_out():
    early = [vote("great news", seconds=number * 300) for number in range(5)]
    flood = [vote("great news", seconds=5000 + number) for number in range(30)]
    assert set(reasons(early + flood)) == {vote.id for vote in flood}


def test_one_sentence_under_many_texts_is_a_flood():
    flood = [vote(words(n), seconds=n * 400, comment=SENTENCE.upper() + " " * n) for n in range(11)]
    assert reasons(flood) == {vote.id: SAME_COMMENT for vote in flood}
    assert reasons(flood[:-1]) == {}


def test_one_word_under_many_texts_is_none():
    assert reasons([vote(words(n), seconds=n * 400, comment="wrong") for n in range(100)]) == {}


def test_one_label_faster_than_anyone_reads_is_a_script():
    flood = [vote(words(n), "negative", seconds=n * 0.2) for n in range(51)]
    assert reasons(flood) == {vote.id: SCRIPT for vote in flood}
    assert reasons(flood[:-1]) == {}


def test_the_same_at_a_person_s_pace_is_none():
    assert reasons([vote(words(n), "negative", seconds=n * 2) for n in range(200)]) == {}


def test_examples_may_come_from_a_script():
    given = [vote(words(n), "negative", seconds=n * 0.01) for n in range(200)]
    assert reasons([msgspec.structs.replace(one, source="example") for one in given]) == {}


def test_many_honest_users_at_once_are_none():
    # 70 % for one label at ten votes a second: a run of 51 has a chance of 3e-5 in these 2,000.
    labels = np.random.default_rng(3).choice(["negative", "positive"], 2_000, p=[0.7, 0.3])
    assert reasons([vote(words(n), label, seconds=n * 0.1) for n, label in enumerate(labels)]) == {}


def test_no_votes_are_no_flood():
    assert flooded([], [], RULES) == {}

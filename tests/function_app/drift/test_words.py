import math
from collections import Counter

import numpy as np
import pytest
from scipy.stats.contingency import odds_ratio

from function_app.bundle import WordCounts
from function_app.drift.words import LEAST_Z, count_words, log_odds_z, moved_words, texts_holding, words_of

VOCABULARY = [f"w{'abcdefghij'[number // 10]}{'abcdefghij'[number % 10]}" for number in range(100)]
COMMON = 1 / np.arange(1, 101) ** 0.7


def texts(rng: np.random.Generator, count: int, *, favour: str | None = None) -> list[str]:
    """Texts of a dozen words, the first of the vocabulary the commonest; one in four has `favour` too."""
    shares = COMMON / COMMON.sum()
    drawn = [" ".join(rng.choice(VOCABULARY, size=12, p=shares)) for _ in range(count)]
    return [f"{text} {favour}" if favour and at % 4 == 0 else text for at, text in enumerate(drawn)]


def test_words_are_those_of_neither_people_nor_links() -> None:
    said = (
        "@Maria_9 ask joe@example.com at https://example.com/lounge or t.co/xyz, www.example.com: #Delay! 747"
    )
    assert words_of(said) == {"ask", "at", "or", "#delay"}


@pytest.mark.parametrize("text", ["", "   ", "@me", "123 !!", "&amp; &#39;", "https://"])
def test_a_text_may_have_no_words(text: str) -> None:
    assert words_of(text) == frozenset()


def test_words_of_other_scripts_count() -> None:
    assert words_of("L’équipe était GÉNIALE, спасибо") == {"l'équipe", "était", "géniale", "спасибо"}


def test_copies_of_a_tweet_count_once() -> None:
    counts, distinct = texts_holding(["Late again!", "@you late AGAIN https://example.com/1", "again late"])
    assert (counts, distinct) == (Counter(late=2, again=2), 2)


def test_a_reference_holds_the_commonest_words_and_the_sum_of_all() -> None:
    assert count_words(["a b", "a c", "a b d"], most=2) == WordCounts(total=7, counts={"a": 3, "b": 2})


def test_a_word_that_came_up_leads_and_one_that_went_is_told() -> None:
    rng = np.random.default_rng(11)
    reference = count_words(texts(rng, 4_000, favour="gone"), most=5_000)
    found = moved_words(texts(rng, 400, favour="strike"), reference, rows=4_000)
    assert found.more[0].word == "strike"
    assert found.more[0].share == pytest.approx(0.25)
    assert found.less[0].word == "gone"
    assert found.less[0].reference == pytest.approx(0.25)
    assert found.less[0].share == 0
    assert found.less[0].z < -LEAST_Z < LEAST_Z < found.more[0].z


def test_without_a_change_hardly_a_word_is_told() -> None:
    """20,000 words, the k-th of them in proportion to 1/k as in a language: chance alone names one in five
    reports; at this rate more than 8 in 20 reports would be a chance of 2 %.
    """
    rng = np.random.default_rng(12)
    names = np.array(["".join(chr(97 + int(digit)) for digit in f"{number:05d}") for number in range(20_000)])
    shares = 1 / np.arange(1, 20_001) / np.sum(1 / np.arange(1, 20_001))
    drawn = [" ".join(row) for row in names[rng.choice(20_000, size=(20_000, 14), p=shares)]]
    reference = count_words(drawn[:12_000], most=5_000)
    told = [
        moved_words(drawn[start : start + 400], reference, rows=12_000)
        for start in range(12_000, 20_000, 400)
    ]
    assert sum(len(one.more) + len(one.less) for one in told) <= 8


def test_with_much_data_the_z_score_is_that_of_the_odds_ratio() -> None:
    """Where the counts are large beside the prior, its z is the log odds ratio by its standard error."""
    a, total_a, b, total_b = 60_000, 1_000_000, 50_000, 1_000_000
    ratio = odds_ratio([[a, total_a - a], [b, total_b - b]], kind="sample").statistic
    expected = math.log(ratio) / math.sqrt(1 / a + 1 / b)
    assert log_odds_z(a, total_a, b, total_b) == pytest.approx(expected, rel=0.01)


def test_a_word_of_four_tweets_is_not_told_however_often_it_is_copied() -> None:
    rng = np.random.default_rng(13)
    reference = count_words([*texts(rng, 4_000), "rare", "rare too"], most=5_000)
    usual = texts(rng, 40)
    rare = [f"johnson {text}" for text in usual[:4]] * 50
    assert "johnson" not in [one.word for one in moved_words([*usual, *rare], reference, rows=4_002).more]
    fifth = [*usual, *rare, f"johnson {usual[4]}"]
    assert "johnson" in [one.word for one in moved_words(fifth, reference, rows=4_002).more]


def test_a_word_that_the_reference_does_not_list_counts_as_its_rarest() -> None:
    rng = np.random.default_rng(14)
    reference = WordCounts(total=48_000, counts={"usual": 900, "rare": 40})
    found = moved_words([f"{one} strike" for one in texts(rng, 200)], reference, rows=4_000)
    strike = next(one for one in found.more if one.word == "strike")
    assert strike.reference == pytest.approx(40 / 4_000)


def test_nothing_to_compare_gives_no_words() -> None:
    assert moved_words([], WordCounts(total=0, counts={}), rows=10).more == []
    assert moved_words(["@you"], WordCounts(total=10, counts={"a": 10}), rows=10).less == []

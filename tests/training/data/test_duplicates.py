"""Copies are recognised, and texts under two labels are not learned from."""

import doctest

import pandas as pd
import pytest

from training.data import duplicates, text_key, without_conflicts_and_duplicates
from training.data.duplicates import wording


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("So HAPPY today!!!", "so happy, today"),
        ("@ann thanks", "@Bob_2: thanks"),
        ("look http://a.example/x?y=1", "Look: www.b.example"),
        ("ﬁne ＷＯＲＫ", "fine work"),
        ("Straße", "STRASSE"),
        ("don't  stop", "dont stop"),
        ("love it ❤️", "love it ❤"),
    ],
)
def test_copies_share_a_key(one, other):
    first, second = text_key([one, other])
    assert first == second


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("good day", "good way"),
        ("so happy 😀", "so happy 😡"),
        ("thanks @ann", "thanks"),
        ("see http://a.example", "see @ann"),
        ("route 66", "route 67"),
        (":)", ":("),
        ("!!!", "???"),
    ],
)
def test_different_texts_have_different_keys(one, other):
    first, second = text_key([one, other])
    assert first != second


def test_a_text_of_signs_only_is_its_own_key():
    assert text_key([" :-) "]).tolist() == [":-)"]


@pytest.mark.parametrize(
    ("tweet", "copy"),
    [
        ("@ann that's great, weee, visitors!", "that`s great,  weee, visitors!"),
        ("@ann @bob late", "late!"),
        ("RT @ann: my flight is cancelled again", "my flight is cancelled again (via @bob)"),
        ("going to São Paulo next month ♫ http://a.example", "going to S\ufffd\ufffdo Paulo next month ?"),
    ],
)
def test_copies_that_lost_mentions_links_or_characters_share_a_wording(tweet, copy):
    first, second = wording(text_key([tweet, copy]))
    assert first == second


def test_wordings_of_short_texts_keep_what_is_not_ascii():
    words = wording(text_key(["ok 好", "ok 坏", "@ann", "@ann http://a.example"]))
    assert words.nunique() == 4


def test_texts_under_two_labels_go_and_repeated_ones_stay_once(table):
    frame = table(
        ("Great flight", "positive"),
        ("what a day", "positive"),
        ("great flight!", "positive"),
        ("What a day...", "negative"),
        ("  ", "negative"),
        ("gate 4", "neutral"),
        ("great  FLIGHT", "positive"),
        ("what a day", "positive"),
    )
    kept, (report,) = without_conflicts_and_duplicates(frame)
    assert kept["text"].tolist() == ["Great flight", "gate 4"]
    assert kept["key"].tolist() == ["great flight", "gate 4"]
    assert (report.read, report.empty, report.conflicts, report.duplicates, report.kept) == (8, 1, 3, 2, 2)
    assert str(report).split() == [
        *("mine", "read", "8", "empty", "1", "conflicts", "3", "duplicates", "2", "kept", "2"),
    ]
    assert "\n" not in str(report)


def test_data_sets_are_cleaned_apart(table):
    frame = pd.concat(
        [
            table(("great", "positive"), ("late", "negative"), dataset="one"),
            table(("great!", "negative"), ("late", "negative"), ("LATE", "negative"), dataset="two"),
        ],
        ignore_index=True,
    )
    kept, reports = without_conflicts_and_duplicates(frame)
    assert len(kept) == 4
    assert [(report.dataset, report.read, report.conflicts, report.duplicates) for report in reports] == [
        ("one", 2, 0, 0),
        ("two", 3, 0, 1),
    ]


def test_a_set_of_which_nothing_is_left_is_reported(table):
    kept, (report,) = without_conflicts_and_duplicates(table(("", "positive"), (" ", "negative")))
    assert kept.empty
    assert (report.empty, report.kept) == (2, 0)


def test_the_examples_in_the_docstrings_hold():
    result = doctest.testmod(duplicates)
    assert result.attempted > 0
    assert result.failed == 0

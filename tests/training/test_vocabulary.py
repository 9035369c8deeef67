"""The vocabulary is what is frequent, in an order that nothing accidental changes."""

from training.vocabulary import ALWAYS, build_vocabulary

TEXTS = ["late flight again", "late  late bag", "flight late :) 😡", "bag flight zebra :)", "zebra :)"]


def test_frequent_words_come_first_and_rare_ones_stay_out():
    assert build_vocabulary(TEXTS, size=100, min_count=3) == [*ALWAYS, "late", "flight"]
    assert build_vocabulary(TEXTS, size=100, min_count=2) == [*ALWAYS, "late", "flight", "bag", "zebra"]


def test_the_size_counts_the_tokens_that_are_always_there():
    assert build_vocabulary(TEXTS, size=len(ALWAYS) + 1, min_count=1) == [*ALWAYS, "late"]


def test_the_order_of_the_texts_does_not_matter():
    assert build_vocabulary(TEXTS[::-1], size=100, min_count=1) == build_vocabulary(
        TEXTS, size=100, min_count=1
    )


def test_spellings_that_a_token_stands_for_are_no_words_of_their_own():
    assert not {":)", "😡"} & set(build_vocabulary(TEXTS, size=100, min_count=1))
    assert {"_happy_", "_angry_"} <= set(ALWAYS)


def test_words_of_favoured_texts_come_before_more_frequent_ones():
    favoured = ["zebra :)", "zebra crossing", "a zebra"]
    words = build_vocabulary(TEXTS, size=len(ALWAYS) + 2, min_count=3, favoured=favoured)
    assert words == [*ALWAYS, "zebra", "late"]
    assert "crossing" not in build_vocabulary(TEXTS, size=100, min_count=3, favoured=favoured)

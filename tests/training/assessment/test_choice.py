"""The best within the budget is taken, or a smaller one that may be as good; each verdict says why."""

import pytest

from tests.training.assessment.made import answers, made, predictions
from training.assessment.choice import Budget, SelectionError, choose

BUDGET = Budget(max_latency_ms=2.5, max_size_mb=18)


def tweets(right, **changed):
    return predictions(tweets=answers(400, right, **changed))


def test_the_clearly_better_one_is_taken_although_it_is_larger():
    choice = choose(
        [made("small", tweets(300), megabytes=1), made("large", tweets(360), megabytes=9)], BUDGET
    )
    assert choice.selected == "large"
    assert choice.verdicts["large"].startswith("selected: the highest mean validation accuracy, 0.9000")
    assert "0.1500 behind large (p = " in choice.verdicts["small"]


def test_of_equals_the_smallest_is_taken():
    choice = choose(
        [
            made("large", tweets(300, fixed=12, broken=8), megabytes=9),
            made("small", tweets(300), megabytes=1),
            made("tiny and bad", tweets(240), megabytes=0.1),
        ],
        BUDGET,
    )
    assert choice.selected == "small"
    assert choice.run_id == "run-small"
    assert "0.0100 behind large" in choice.verdicts["small"]
    assert "the smallest of its equals: 1.0 MB" in choice.verdicts["small"]
    assert choice.verdicts["large"] == (
        "the highest mean validation accuracy, 0.7600, but takes 9.0 MB, and small is as good with 1.0 MB"
    )
    assert choice.verdicts["tiny and bad"].startswith(
        "mean validation accuracy 0.6000, 0.1600 behind large (p = "
    )


def test_what_is_over_the_budget_is_out_and_by_how_much():
    choice = choose(
        [
            made("slow", tweets(390), latency=3.25),
            made("fat", tweets(380), megabytes=20.5),
            made("fine", tweets(300)),
        ],
        BUDGET,
    )
    assert choice.selected == "fine"
    assert choice.verdicts["slow"] == "over the budget: 3.25 ms, 0.75 too many"
    assert choice.verdicts["fat"] == "over the budget: 20.5 MB, 2.5 too many"
    assert "2.5 ms at 24 tokens and 18 MB" in choice.rule


def test_with_nothing_in_the_budget_it_says_what_is_too_much():
    with pytest.raises(SelectionError, match=r"slow is over the budget: 3\.00 ms, 0\.50 too many") as told:
        choose([made("slow", tweets(390), latency=3.0)], BUDGET)
    assert "--max-latency-ms and --max-size-mb" in str(told.value)


def test_test_rows_have_no_say():
    good, bad = predictions(tweets=answers(400, 399)), predictions(tweets=answers(400, 10))
    choice = choose([made("a", tweets(360), test=bad), made("b", tweets(300), test=good)], BUDGET)
    assert choice.selected == "a"


def test_data_sets_count_alike():
    """The one that is better on the small set wins, although it gets fewer rows right in all."""
    choice = choose(
        [
            made("a", predictions(large=answers(4_000, 3_000), small=answers(200, 180)), megabytes=2),
            made("b", predictions(large=answers(4_000, 3_080), small=answers(200, 120)), megabytes=1),
        ],
        BUDGET,
    )
    assert choice.selected == "a"


def test_other_validation_rows_are_refused():
    with pytest.raises(SelectionError, match="not measured on the same validation rows"):
        choose([made("a", tweets(360)), made("b", predictions(tweets=answers(399, 300)))], BUDGET)

"""Candidates two by two, and labels that all of them doubt."""

import numpy as np
import pytest
from scipy.stats import binomtest

from training.assessment.kept import Predictions
from training.report.doubtful import doubtful_labels
from training.report.paired import differences


def answers(right: list[bool], *, sets: list[str] | None = None, sure: float = 0.95) -> Predictions:
    labels = np.array([number % 2 for number in range(len(right))], dtype=np.int8)
    of_label = np.where(right, sure, 1 - sure)
    return Predictions(
        datasets=np.array(sets or ["airline"] * len(right)),
        labels=labels,
        probabilities=np.where(labels == 1, of_label, 1 - of_label).astype(np.float32),
    )


def test_the_difference_counts_the_rows_that_only_one_has_right():
    better = answers([True] * 9 + [False] * 3)
    worse = answers([True] * 2 + [False] * 9 + [True])
    found = differences({"better": better, "worse": worse})
    assert found["better", "worse"].points == pytest.approx(6 / 12)
    assert found["better", "worse"].p == pytest.approx(binomtest(7, 8).pvalue)
    assert found["worse", "better"].points == -found["better", "worse"].points
    assert (found["better", "better"].points, found["better", "better"].p) == (0.0, 1.0)


def test_reviews_of_films_do_not_count_among_tweets():
    sets = ["airline", "imdb", "imdb", "airline"]
    found = differences(
        {"one": answers([True] * 4, sets=sets), "other": answers([True, False, False, True], sets=sets)}
    )
    assert found["one", "other"].points == 0.0


def test_how_many_reviews_of_films_were_read_does_not_matter():
    tweets = ["airline"] * 4
    few = answers([True, True, False, False, True], sets=[*tweets, "imdb"])
    many = answers([False, True, False, False, True, False, True], sets=[*tweets, *["imdb"] * 3])
    assert differences({"few": few, "many": many})["few", "many"].points == pytest.approx(1 / 4)
    assert doubtful_labels({"few": few, "many": many}) == {"airline": 0.5}


def test_candidates_on_different_rows_are_not_compared():
    with pytest.raises(ValueError, match="different rows"):
        differences({"one": answers([True] * 4), "other": answers([True] * 6)})


def test_a_label_is_doubtful_where_all_are_sure_of_the_other():
    sets = ["airline"] * 4 + ["semeval"] * 2
    one = answers([False, False, True, False, True, True], sets=sets)
    other = answers([False, True, True, False, False, True], sets=sets)
    assert doubtful_labels({"one": one, "other": other}) == {"airline": 0.5, "semeval": 0.0}
    unsure = answers([False] * 6, sets=sets, sure=0.8)
    assert doubtful_labels({"one": one, "unsure": unsure}) == {"airline": 0.0, "semeval": 0.0}
    assert doubtful_labels({"one": one}) == {}

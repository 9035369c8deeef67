"""Paired figures are those that can be worked out by hand."""

import numpy as np
import pytest

from training.assessment import paired as module
from training.assessment.paired import p_of_mean_loss, paired


def probabilities(*values):
    return np.array(values, dtype=np.float32)


def test_fixed_and_broken_rows_are_counted():
    found = paired(
        [1, 1, 1, 0, 0],
        present=probabilities(0.9, 0.2, 0.1, 0.6, 0.2),
        challenger=probabilities(0.8, 0.7, 0.6, 0.1, 0.9),
    )
    assert (found.rows, found.present_right, found.challenger_right) == (5, 2, 4)
    assert (found.fixed, found.broken) == (3, 1)
    assert found.loss == pytest.approx(-0.4)
    # Of four coins three or four heads: 5/16; one or more: 15/16.
    assert found.p_better == pytest.approx(5 / 16)
    assert found.p_worse == pytest.approx(15 / 16)


def test_log_loss_is_that_of_the_truth():
    found = paired([1, 0], present=probabilities(0.5, 0.5), challenger=probabilities(0.8, 0.2))
    assert found.present_log_loss == pytest.approx(np.log(2))
    assert found.challenger_log_loss == pytest.approx(-np.log(0.8))
    assert found.log_loss_error == pytest.approx(0, abs=1e-7)


def test_the_same_model_twice_is_neither_better_nor_worse():
    same = probabilities(0.9, 0.2, 0.4)
    found = paired([1, 1, 0], present=same, challenger=same)
    assert (found.p_better, found.p_worse, found.loss, found.log_loss_error) == (1.0, 1.0, 0.0, 0.0)


def test_no_rows_show_nothing():
    assert paired([], present=probabilities(), challenger=probabilities()) is None


def test_two_equal_models_seem_different_no_more_often_than_they_should():
    # 2,000 pairs of independent models that are right with 80 %; alpha 5 %, three standard errors of that.
    random = np.random.default_rng(5)
    alarms = 0
    for _ in range(2_000):
        old, new = (np.where(random.random(60) < 0.8, 0.9, 0.1).astype(np.float32) for _ in range(2))
        alarms += paired(np.ones(60), present=old, challenger=new).p_better <= 0.05
    assert alarms / 2_000 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 2_000)


def right(*counts):
    """Rows that are right or not, in runs: first so many that are, then so many that are not, and so on."""
    return np.concatenate([np.full(count, place % 2 == 0) for place, count in enumerate(counts)])


def test_two_sided_is_twice_the_smaller_side():
    found = paired(
        [1] * 4, present=probabilities(0.9, 0.1, 0.1, 0.1), challenger=probabilities(0.1, 0.9, 0.9, 0.9)
    )
    assert found.p_different == pytest.approx(2 * 5 / 16)


def test_on_one_data_set_the_mean_loss_is_mcnemars_test():
    best, other = right(80, 20), right(60, 20, 8, 12)
    names = np.full(100, "tweets")
    worse = paired(np.ones(100), present=best.astype(np.float32), challenger=other.astype(np.float32)).p_worse
    # 100,000 draws: three standard errors.
    assert p_of_mean_loss(names, present=best, challenger=other) == pytest.approx(
        worse, abs=3 * np.sqrt(worse * (1 - worse) / 100_000)
    )


def test_a_small_data_set_counts_as_much_as_a_large_one():
    """Nine points lost on 300 rows do not vanish among 30,000 rows on which as much is won as lost."""
    names = np.array(["large"] * 30_000 + ["small"] * 300)
    best = np.concatenate([right(15_000, 15_000), right(300)])
    other = np.concatenate([right(14_500, 500, 500, 14_500), right(273, 27)])
    assert p_of_mean_loss(names, present=best, challenger=other) < 0.001
    pooled = paired(np.ones(len(names)), present=best.astype(np.float32), challenger=other.astype(np.float32))
    assert pooled.p_worse > 0.05


def test_equally_good_candidates_seem_worse_no_more_often_than_they_should(monkeypatch):
    monkeypatch.setattr(module, "DRAWS", 5_000)
    # 400 pairs on two sets of unequal size; alpha 5 %, three standard errors of that.
    random = np.random.default_rng(3)
    names = np.array(["large"] * 300 + ["small"] * 60)
    alarms = sum(
        p_of_mean_loss(names, present=random.random(360) < 0.8, challenger=random.random(360) < 0.8) <= 0.05
        for _ in range(400)
    )
    assert alarms / 400 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)

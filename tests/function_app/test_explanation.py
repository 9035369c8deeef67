import pytest

from function_app.explanation import MOST_RUNS, explain
from function_app.predictor import Predictor
from tests.function_app.handmade import WEIGHTS


def test_a_weight_is_the_change_in_log_odds(predictor: Predictor) -> None:
    words = explain(predictor, " I  hate\nwaiting, but love you ")
    assert [word.word for word in words] == ["I", "hate", "waiting,", "but", "love", "you"]
    expected = [0, WEIGHTS["hate"], WEIGHTS["waiting"], 0, WEIGHTS["love"], 0]
    assert [word.weight for word in words] == pytest.approx(expected, abs=1e-4)


def test_one_word_is_weighed_against_the_empty_text(predictor: Predictor) -> None:
    (word,) = explain(predictor, "wonderful")
    assert word.weight == pytest.approx(WEIGHTS["wonderful"], abs=1e-4)


def test_a_long_text_is_cut_into_runs_that_share_their_weight(predictor: Predictor) -> None:
    count = 3 * MOST_RUNS - 1
    words = explain(predictor, " ".join(["love", *["x"] * (count - 1)]))
    assert len(words) == count
    assert [word.weight for word in words[:4]] == pytest.approx([2 / 3, 2 / 3, 2 / 3, 0], abs=1e-4)


def test_certainty_gives_a_bounded_weight(predictor: Predictor) -> None:
    words = explain(predictor, " ".join(["wonderful"] * 30))
    assert all(word.weight == pytest.approx(0, abs=1e-9) for word in words)

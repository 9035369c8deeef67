import math

import numpy as np
import pytest
from numpy.typing import NDArray

from function_app.explanation import MOST_PARTS, ORDERS, explain
from function_app.predictor import Predictor
from tests.function_app.handmade import BIAS, WEIGHTS


def log_odds(probability: float) -> float:
    return math.log(probability) - math.log1p(-probability)


def test_a_weight_is_the_change_in_log_odds(predictor: Predictor) -> None:
    words = explain(predictor, " I  hate\nwaiting, but love you ")
    assert [word.word for word in words] == ["I", "hate", "waiting,", "but", "love", "you"]
    expected = [0, WEIGHTS["hate"], WEIGHTS["waiting"], 0, WEIGHTS["love"], 0]
    assert [word.weight for word in words] == pytest.approx(expected, abs=1e-4)


def test_one_word_is_weighed_against_the_empty_text(predictor: Predictor) -> None:
    (word,) = explain(predictor, "wonderful")
    assert word.weight == pytest.approx(WEIGHTS["wonderful"], abs=1e-4)


def test_a_long_text_is_cut_into_runs_that_share_their_weight(predictor: Predictor) -> None:
    count = 3 * MOST_PARTS - 1
    words = explain(predictor, " ".join(["love", *["x"] * (count - 1)]))
    assert len(words) == count
    assert [word.weight for word in words[:4]] == pytest.approx([2 / 3, 2 / 3, 2 / 3, 0], abs=1e-4)


def test_the_weights_add_up_even_where_words_say_the_same_until_the_model_is_certain(
    predictor: Predictor,
) -> None:
    words = explain(predictor, " ".join(["wonderful"] * 30))
    assert sum(word.weight for word in words) == pytest.approx(log_odds(1 - 1e-6) - BIAS, abs=1e-4)
    assert all(0 <= word.weight <= WEIGHTS["wonderful"] + 1e-4 for word in words)


def test_the_same_text_is_explained_the_same_way(predictor: Predictor) -> None:
    text = "great crew but the worst delay and a happy end " * 3
    assert explain(predictor, text) == explain(predictor, text)


def test_the_work_is_bounded(predictor: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    scored: list[int] = []

    def counted(texts: list[str]) -> NDArray[np.float32]:
        scored.append(len(texts))
        return Predictor.probability(predictor, texts)

    monkeypatch.setattr(predictor, "probability", counted)
    explain(predictor, "so late " * 500)
    assert len(scored) == 1
    assert scored[0] <= MOST_PARTS * ORDERS + 1

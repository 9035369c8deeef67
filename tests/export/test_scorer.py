"""The scorer gives the predictor's scores, row for row."""

import numpy as np
import pandas as pd
import pytest

from export.scorer import Scorer
from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from tests.function_app.handmade import VERSION, write_bundle


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    return Predictor(read_bundle(write_bundle(tmp_path_factory.mktemp("bundle"))))


@pytest.fixture(scope="module")
def scorer(predictor):
    return Scorer(predictor)


def test_label_confidence_and_probability_are_the_predictor_s_and_the_index_stays(scorer, predictor):
    texts = ["I love it", "worst, awful, late", "", "😡", "not good"]
    table = pd.DataFrame({"text": texts}, index=[7, 3, 3, 9, 1])
    found = scorer.predict(table)
    probability = predictor.predict(texts).probability
    np.testing.assert_array_equal(found["probability"], probability.astype(np.float64))
    assert found["label"].tolist() == ["positive" if p >= 0.5 else "negative" for p in probability]
    np.testing.assert_allclose(found["confidence"], np.maximum(probability, 1 - probability), atol=1e-7)
    assert set(found["model"]) == {VERSION}
    assert found.index.tolist() == table.index.tolist()


@pytest.mark.parametrize("dtype", [object, "str"])
def test_a_missing_text_is_not_scored_and_does_not_move_the_others(scorer, dtype):
    table = pd.DataFrame({"text": pd.Series(["I love it", None, "worst"], dtype=dtype)})
    found = scorer.predict(table)
    assert found["label"].tolist() == ["positive", "", "negative"]
    assert found["confidence"].isna().tolist() == [False, True, False]
    assert found["probability"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize("texts", [[], [None], [None, None]])
def test_nothing_to_score_is_no_error(scorer, texts):
    found = scorer.predict(pd.DataFrame({"text": pd.Series(texts, dtype=object)}))
    assert found["label"].tolist() == [""] * len(texts)
    assert found["probability"].isna().all()

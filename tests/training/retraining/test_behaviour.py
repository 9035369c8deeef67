"""The behavioural suite tells a model that behaves from one that does not."""

from pathlib import Path

import numpy as np
import pytest

from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from training.retraining.behaviour import SUITE, Case, failures

SHIPPED = Path(__file__).parents[3] / "function_app" / "model"


def test_every_kind_is_there_for_both_labels_and_no_case_twice():
    assert len(set(SUITE)) == len(SUITE)
    for kind in ("plain", "directed"):
        labels = [case.label for case in SUITE if case.kind == kind]
        assert labels.count("negative") >= 5
        assert labels.count("positive") >= 5
    assert sum(case.kind == "unchanged" for case in SUITE) >= 8


@pytest.mark.parametrize(
    ("case", "probabilities", "holds"),
    [
        (Case("plain", "a", "positive"), [0.6], True),
        (Case("plain", "a", "negative"), [0.6], False),
        (Case("unchanged", "a", other="b"), [0.6, 0.9], True),
        (Case("unchanged", "a", other="b"), [0.6, 0.4], False),
        (Case("directed", "a", "negative", "a b"), [0.6, 0.2], True),
        (Case("directed", "a", "negative", "a b"), [0.02, 0.05], True),
        (Case("directed", "a", "negative", "a b"), [0.3, 0.6], False),
        (Case("directed", "a", "positive", "a b"), [0.6, 0.3], False),
    ],
)
def test_a_case_holds_or_not(case, probabilities, holds):
    assert case.holds(probabilities) is holds


def test_a_model_that_always_says_the_same_fails_half_of_the_plain_cases():
    failed = failures(lambda texts: np.full(len(texts), 0.9, dtype=np.float32))
    assert {case.kind for case in failed} == {"plain"}
    assert {case.label for case in failed} == {"negative"}


def test_the_shipped_model_behaves():
    predictor = Predictor(read_bundle(SHIPPED))
    failed = failures(lambda texts: predictor.predict(texts).probability)
    assert len(failed) <= 0.05 * len(SUITE), [str(case) for case in failed]

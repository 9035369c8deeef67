"""The behavioural suite tells a model that behaves from one that does not."""

from pathlib import Path

import numpy as np
import pytest

from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from training.assessment.behaviours import SUITE
from training.assessment.cases import KINDS, Case, behaviours, failures
from training.assessment.core_cases import CORE

SHIPPED = Path(__file__).parents[3] / "function_app" / "model"


def test_every_kind_is_there_for_both_labels_and_no_case_twice():
    for suite in (CORE, SUITE):
        assert len(set(suite)) == len(suite)
        for kind in ("plain", "directed"):
            labels = [case.label for case in suite if case.kind == kind]
            assert labels.count("negative") >= 5
            assert labels.count("positive") >= 5
        assert sum(case.kind == "unchanged" for case in suite) >= 8
    assert 300 <= len(SUITE) <= 500
    assert {case.kind for case in SUITE} == set(KINDS)


def test_a_change_changes_something():
    assert all(case.text != case.other for case in SUITE)


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
        (Case("doubtful", "a"), [0.6], True),
        (Case("doubtful", "a"), [0.2], False),
    ],
)
def test_a_case_holds_or_not(case, probabilities, holds):
    assert case.holds(probabilities) is holds


def test_a_model_that_always_says_the_same_fails_half_of_the_plain_cases():
    failed = failures(lambda texts: np.full(len(texts), 0.9, dtype=np.float32), CORE)
    assert {case.kind for case in failed} == {"plain"}
    assert {case.label for case in failed} == {"negative"}


def test_the_account_names_every_capability_and_what_failed():
    found = behaviours(lambda texts: np.full(len(texts), 0.9, dtype=np.float32), SUITE)
    assert len({(one.capability, one.kind) for one in found}) == len(found)
    assert sum(one.cases for one in found) == len(SUITE)
    assert all(one.cases - one.held == len(one.failures) for one in found)
    held = {(one.capability, one.kind): one.held for one in found}
    assert held["names", "invariance"] == sum(case.capability == "names" for case in SUITE)
    assert held["nonsense", "doubt"] == 0
    assert "P(positive) 0.90, should be near 0.5" in next(
        one.failures[1] for one in found if one.capability == "nonsense"
    )


@pytest.fixture(scope="module")
def shipped() -> Predictor:
    return Predictor(read_bundle(SHIPPED))


def test_the_shipped_model_behaves(shipped):
    failed = failures(shipped.probability, CORE)
    assert len(failed) <= 0.05 * len(CORE), [str(case) for case in failed]


def test_the_shipped_model_has_most_capabilities(shipped):
    for one in behaviours(shipped.probability, SUITE):
        if "for information" not in one.capability:
            assert one.held >= 0.7 * one.cases, (one.capability, one.failures)

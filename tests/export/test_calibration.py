"""Calibration finds what was done to the logits, and its graph computes the same."""

import numpy as np
import pytest
from onnx import compose
from scipy.special import expit

from export.calibration import (
    Calibration,
    _weights,
    calibration_graph,
    fit_calibration,
    refitted,
    sound_calibration,
    trust,
    with_calibration,
)
from export.errors import ExportError
from export.text_graph import session


def overconfident(rows, seed):
    random = np.random.default_rng(seed)
    true_logits = random.normal(0, 2, rows)
    labels = random.random(rows) < expit(true_logits)
    return true_logits * 3 + 1.5, labels


def test_fitting_undoes_a_scale_and_a_shift():
    logits, labels = overconfident(40_000, seed=1)
    found = fit_calibration(logits, np.ones(len(logits)), labels, ["one"] * len(logits))
    # Three standard errors of a logistic fit on 40,000 rows.
    assert abs(found.slope - 1 / 3) < 0.02
    assert abs(found.intercept + 0.5) < 0.06


def test_every_data_set_weighs_the_same():
    random = np.random.default_rng(2)
    logits = random.normal(0, 2, 11_000)
    labels = random.random(11_000) < expit(logits)
    groups = np.array(["small"] * 1_000 + ["large"] * 10_000)
    labels[:1_000] = random.random(1_000) < expit(logits[:1_000] - 2)
    found = fit_calibration(logits, np.ones(11_000), labels, groups)
    by_size = fit_calibration(logits, np.ones(11_000), labels, np.array(["all"] * 11_000))
    assert found.intercept < by_size.intercept - 0.5


def with_contradictions(rows, name, *, labels):
    """Ten thousand rows of one data set, and rows of another that say the opposite, surely."""
    random = np.random.default_rng(2)
    logits = random.normal(0, 2, 10_000)
    given = random.random(10_000) < expit(logits)
    groups = np.array(["large"] * 10_000 + [name] * rows)
    return fit_calibration(
        np.append(logits, np.full(rows, 4.0)), np.ones(10_000 + rows), np.append(given, labels), groups
    )


def test_a_data_set_of_a_few_rows_says_no_more_than_they_do():
    alone = with_contradictions(0, "", labels=[])
    few = with_contradictions(4, "few", labels=[0, 1, 0, 0])
    assert (few.slope, few.intercept) == pytest.approx((alone.slope, alone.intercept), abs=0.01)
    enough = with_contradictions(60, "enough", labels=[0, 1, 0, 0] * 15)
    assert enough.slope < alone.slope - 0.3


def test_a_data_set_of_one_class_weighs_no_more_than_another_one():
    alone = with_contradictions(0, "", labels=[])
    one_class = with_contradictions(100, "angry", labels=[0] * 100)
    assert one_class.slope == pytest.approx(alone.slope, abs=0.2)
    weights = _weights(np.repeat([0.0, 1.0, 0.0], [50, 50, 900]), ["both"] * 100 + ["angry"] * 900)
    assert weights[:100].sum() == pytest.approx(1)
    assert weights[100:].sum() == pytest.approx(1)


def test_a_few_rows_in_all_weigh_the_same():
    assert _weights(np.array([0.0, 1.0, 1.0]), ["a", "b", "b"]).tolist() == [1 / 3] * 3


@pytest.mark.parametrize("fault", [-1.0, np.nan])
def test_a_model_that_learned_nothing_is_calibrated_for_its_figures_and_refused_for_a_bundle(fault):
    logits, labels = overconfident(2_000, seed=5)
    given = (fault * logits, np.ones(2_000), labels, ["one"] * 2_000)
    fit_calibration(*given)
    with pytest.raises(ExportError, match="no calibration fits the 2000 calibration rows"):
        sound_calibration(*given)


def test_few_rows_are_fitted_to_the_end_and_no_reason_to_refuse():
    for seed in range(150):  # in about one of 25 the first simplex collapses
        logits, labels = overconfident(60, seed=seed)
        given = (logits, np.ones(60), labels, ["one"] * 60)
        assert sound_calibration(*given) == fit_calibration(*given)


def test_a_changed_model_that_turned_around_is_refused():
    logits, labels = overconfident(2_000, seed=6)
    with pytest.raises(ExportError, match="no calibration fits"):
        refitted(Calibration(1.0, 0.0), expit(-logits / 3), np.ones(2_000), labels, ["one"] * 2_000)


def test_a_text_without_a_known_token_is_undecided():
    assert Calibration(2.0, 3.0).apply([5.0, -5.0], [0.0, 0.0]).tolist() == [0.5, 0.5]


def test_the_graph_computes_the_formula():
    calibration = Calibration(0.7, -0.3)
    logits = np.linspace(-30, 30, 61, dtype=np.float32)
    tokens = np.arange(61, dtype=np.int64)
    unknown = tokens // 3
    foreign = (tokens % 5 == 0).astype(np.int64)
    found = session(calibration_graph(calibration)).run(
        ["probability"], {"logit": logits, "tokens": tokens, "unknown_tokens": unknown, "foreign": foreign}
    )[0]
    known = (tokens - unknown) / np.maximum(tokens, 1)
    np.testing.assert_allclose(found, calibration.apply(logits, trust(known, foreign)), atol=1e-6)


def test_another_language_takes_confidence_back_and_keeps_the_label():
    calibration = Calibration(1.0, 0.0)
    for logit in (3.2, -3.2):
        english, foreign = calibration.apply([logit, logit], trust([1.0, 1.0], [0, 1]))
        assert abs(english - 0.5) > 0.45
        assert 0.1 < abs(foreign - 0.5) < 0.25
        assert (english > 0.5) == (foreign > 0.5)


def test_a_calibration_fitted_anew_undoes_what_a_change_of_the_model_did():
    random = np.random.default_rng(4)
    logits = random.normal(size=20_000) * 2
    labels = random.random(20_000) < expit(1.5 * logits - 0.4)
    known = random.choice([0.0, 0.5, 1.0], 20_000, p=[0.02, 0.18, 0.8])
    groups = np.where(random.random(20_000) < 0.2, "a", "b")
    before = fit_calibration(logits, known, labels, groups)
    changed = 0.8 * logits + 0.3
    again = refitted(before, before.apply(changed, known), known, labels, groups)
    direct = fit_calibration(changed, known, labels, groups)
    assert (again.slope, again.intercept) == pytest.approx((direct.slope, direct.intercept), abs=2e-3)


def test_a_graph_takes_another_calibration_and_one_without_any_is_refused():
    alone = calibration_graph(Calibration(1.0, 0.0))
    graph = compose.add_prefix(alone, "calibration/", rename_inputs=False, rename_outputs=False)
    changed = with_calibration(graph, Calibration(2.0, 0.5))
    given = {"logit": np.array([1.0], np.float32), "tokens": np.array([4]), "unknown_tokens": np.array([1])}
    given["foreign"] = np.array([0])
    (found,) = session(changed).run(["probability"], given)
    assert found[0] == pytest.approx(expit(0.75 * 2.5))
    with pytest.raises(ExportError, match="does not end in a calibration"):
        with_calibration(alone, Calibration(2.0, 0.5))

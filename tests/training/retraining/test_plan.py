"""A challenger is trained as the present model was, unless something else is asked for."""

from pathlib import Path

import pytest

from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from tests.function_app.handmade import write_bundle, write_manifest
from training.candidates import BiLstm, TfidfLogReg, Transformer
from training.candidates.hyperparameters import HyperparameterError
from training.data import DataError
from training.options import RunOptions
from training.retraining.plan import Wishes, make_plan

PARAMETERS = {
    "family": "linear",
    "min_documents": "1",
    "inverse_regularisation": "2.0",
    "data": "airline,corpus/tweets.csv,.local/feedback/20260301-00000000/feedback.csv,semeval",
    "seed": "11",
    "limit": "500",
    "train_rows": "300",
    "human_weight": "2.0",
    "balanced": "semeval,airline",
    "emoticons": "0.0",
    "nonsense": "0.03",
}


@pytest.fixture
def present(tmp_path: Path) -> Predictor:
    folder = write_bundle(tmp_path / "bundle")
    files = {name: (folder / name).read_bytes() for name in ("model.onnx", "reference.json")}
    write_manifest(folder, files=files, candidate="tfidf_logreg", parameters=PARAMETERS)
    return Predictor(read_bundle(folder))


def test_what_the_manifest_says_is_taken_over_but_for_old_feedback(present):
    plan = make_plan(present, Wishes(hyperparameters={}))
    assert plan.candidate == TfidfLogReg(min_documents=1, inverse_regularisation=2.0)
    assert plan.data == ("airline", "corpus/tweets.csv", "semeval")
    assert (plan.seed, plan.limit, plan.train_rows, plan.human_weight) == (11, 500, 300, 2.0)
    assert plan.balanced == ("semeval", "airline")
    assert (plan.emoticons, plan.nonsense) == (0.0, 0.03)
    assert plan.notes == ()


@pytest.fixture
def gone_on(tmp_path: Path) -> Predictor:
    """A transformer that was trained in two runs, of which the manifest tells the last."""
    folder = write_bundle(tmp_path / "two_runs")
    files = {name: (folder / name).read_bytes() for name in ("model.onnx", "reference.json")}
    last = {"start": "models:/tweet-sentiment/1", "start_run": "ab12", "stay": "0.2", "epochs": "0.086"}
    last |= {"balanced": "airline", "human_weight": "32.0", "train_rows": "900"}
    both = {"nonsense": "0.03", "data": "airline", "seed": "11", "layers": "4", "max_tokens": "48"}
    write_manifest(folder, files=files, candidate="transformer", parameters=last | both)
    return Predictor(read_bundle(folder))


def test_a_model_of_several_runs_is_challenged_by_one_of_a_single_run_and_the_same_shape(gone_on):
    plan = make_plan(gone_on, Wishes(hyperparameters={"dropout": "0.2"}))
    assert plan.candidate == Transformer(layers=4, max_tokens=48, dropout=0.2)
    assert (plan.human_weight, plan.balanced, plan.train_rows) == (RunOptions.human_weight, (), None)
    assert (plan.data, plan.seed, plan.nonsense) == (("airline",), 11, 0.03)
    assert "models:/tweet-sentiment/1" in plan.notes[0]


def test_where_the_model_to_go_on_from_is_given_the_last_run_is_repeated(gone_on):
    plan = make_plan(gone_on, Wishes(hyperparameters={"start": "models:/tweet-sentiment/5"}))
    start = "models:/tweet-sentiment/5"
    assert plan.candidate == Transformer(start=start, stay=0.2, epochs=0.086, layers=4, max_tokens=48)
    assert (plan.human_weight, plan.balanced, plan.train_rows) == (32.0, ("airline",), 900)
    assert plan.notes == ()


def test_what_is_balanced_must_be_among_the_data(present):
    plan = make_plan(present, Wishes(hyperparameters={}, data=("/data/Tweets.csv", "corpus/tweets.csv")))
    assert plan.balanced == ("airline",)
    assert "balanced semeval, which the challenger's lacks" in plan.notes[-1]


def test_wishes_come_first_and_unequal_terms_are_noted(present):
    wishes = Wishes(candidate="bilstm", hyperparameters={"epochs": "2"}, data=("airline",), seed=3, limit=9)
    plan = make_plan(present, wishes)
    assert plan.candidate == BiLstm(epochs=2)
    assert (plan.data, plan.seed, plan.limit) == (("airline",), 3, 9)
    assert "flatters" in plan.notes[0]


def test_the_same_file_in_another_folder_is_on_equal_terms(present):
    wishes = Wishes(hyperparameters={}, data=("airline", "/elsewhere/tweets.csv", "semeval"))
    assert make_plan(present, wishes).notes == ()


def test_an_unknown_candidate_or_hyperparameter_is_refused(present):
    with pytest.raises(HyperparameterError, match="perceptron"):
        make_plan(present, Wishes(candidate="perceptron", hyperparameters={}))
    with pytest.raises(HyperparameterError, match="epochs=2"):
        make_plan(present, Wishes(hyperparameters={"epochs": "2"}))


def test_a_bundle_that_does_not_say_its_data_needs_data(tmp_path):
    present = Predictor(read_bundle(write_bundle(tmp_path / "bundle")))
    with pytest.raises(DataError, match="--data"):
        make_plan(present, Wishes(candidate="bilstm", hyperparameters={}))

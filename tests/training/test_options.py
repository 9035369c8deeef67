"""The usual options are the defaults of a run."""

from training.candidates import TfidfLogReg
from training.options import USUAL, RunOptions, unlike, unusual
from training.run import parameters


def test_every_option_of_a_run_is_known_with_its_default():
    usual = parameters(TfidfLogReg(), RunOptions(data=()))
    hyperparameters = vars(TfidfLogReg()).keys() | {"data"}
    assert {key: str(value) for key, value in usual.items() if key not in hyperparameters} == USUAL


def test_only_what_is_not_as_usual_is_left():
    options = RunOptions(data=("x.csv",), train_rows=100, balanced=("airline", "semeval"))
    found = unusual(parameters(TfidfLogReg(), options))
    assert {"train_rows": 100, "balanced": "airline,semeval"}.items() <= found.items()
    assert not {"seed", "emoticons", "nonsense", "limit"} & set(found)
    assert "min_documents" in found


def test_a_run_of_before_an_option_existed_ran_as_runs_did_then():
    known = {"nonsense": "0.01"}
    assert unlike(known, USUAL) == unlike(USUAL, known) == ""
    assert unlike({}, USUAL) == "nonsense=0.0"
    assert unlike(known, {**known, "train_rows": "100"}) == "no train_rows"

"""A search of a real candidate on the corpus, as it is tracked, and the training that it ends in."""

import json
import shlex
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import mlflow
import numpy as np
import optuna
import pytest
from mlflow import MlflowClient
from optuna.trial import TrialState

from tests.workplace import CORPUS
from training import selection, tracking
from training.__main__ import main
from training.candidates import CANDIDATES, TfidfLogReg
from training.candidates.hyperparameters import hyperparameters, named_candidate
from training.data import prepare
from training.options import RunOptions
from training.training_texts import TrainingTexts
from training.tuning.objective import CRITERION, OUTCOME, TAG, Objective
from training.tuning.plots import ENOUGH_TRIALS, figures, importances
from training.tuning.studies import open_study

TRIALS, MORE = 5, 2
COMMAND = ("tune", "tfidf_logreg", "--data", str(CORPUS), "--set", "max_iterations=50", "--quiet")


@dataclass
class Tuned:
    """What two calls of the command have left."""

    client: MlflowClient
    printed: list[str]

    def parents(self) -> list[mlflow.entities.Run]:
        return self.runs("tags.study != ''")

    def trials(self) -> list[mlflow.entities.Run]:
        return self.runs("tags.trial != ''")

    def runs(self, of: str) -> list[mlflow.entities.Run]:
        experiment = self.client.get_experiment_by_name(tracking.EXPERIMENT).experiment_id
        return self.client.search_runs([experiment], filter_string=of, order_by=["start_time ASC"])


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("tuning")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        yield folder


@pytest.fixture(scope="module")
def tuned(place) -> Tuned:
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.tuning.command._say", lines.append)
        assert main([*COMMAND, "--trials", str(TRIALS)]) == 0
        assert main([*COMMAND, "--trials", str(MORE)]) == 0
    return Tuned(tracking.connect(), lines)


def best_of(tuned: Tuned, parent: mlflow.entities.Run) -> dict:
    return json.loads(Path(tuned.client.download_artifacts(parent.info.run_id, "best.json")).read_text())


def test_the_same_command_again_adds_trials_to_the_study(tuned, place):
    first, second = tuned.parents()
    assert first.data.tags["study"] == second.data.tags["study"]
    assert best_of(tuned, first)["trials"] == {"complete": TRIALS}
    assert best_of(tuned, second)["trials"] == {"complete": TRIALS + MORE}
    assert (place / "tuning.db").is_file()


def test_every_trial_is_a_run_within_the_searchs(tuned):
    parents = [run.info.run_id for run in tuned.parents()]
    within = [run.data.tags["mlflow.parentRunId"] for run in tuned.trials()]
    assert within == [parents[0]] * TRIALS + [parents[1]] * MORE
    for run in tuned.trials():
        assert float(run.data.params["inverse_regularisation"]) > 0
        assert run.data.params["max_iterations"] == "50"
        assert 0 < run.data.metrics[CRITERION] < np.log(2) * 2
        assert not [name for name in run.data.metrics if name.startswith("test")]


def test_the_best_trial_is_the_one_with_the_least_log_loss(tuned):
    best = best_of(tuned, tuned.parents()[-1])
    losses = [run.data.metrics[CRITERION] for run in tuned.trials()]
    assert best["log_loss"] == min(losses)
    assert best["trial"] == int(np.argmin(losses))
    assert len(set(losses)) > 1


def test_the_pictures_are_there(tuned):
    files = {file.path for file in tuned.client.list_artifacts(tuned.parents()[-1].info.run_id, "plots")}
    assert files == {"plots/history.png", "plots/importance.png"}


def test_no_trial_can_be_selected_or_is_registered(tuned):
    with pytest.raises(selection.SelectionError):
        selection.contenders(tuned.client)
    assert not tuned.client.search_registered_models()


@pytest.mark.filterwarnings("ignore:.*Any type hint is inferred")  # MLflow's own, while it logs a model
def test_the_command_at_the_end_trains_the_best_trial_again(tuned):
    command = shlex.split(tuned.printed[-1])
    assert command[:4] == ["python", "-m", "training", "train"]
    assert main([*command[3:], "--quiet"]) == 0
    (trained,) = tuned.runs("tags.candidate = 'tfidf_logreg'")
    best = best_of(tuned, tuned.parents()[-1])
    assert trained.data.metrics[CRITERION] == pytest.approx(best["log_loss"], abs=1e-9)
    assert trained.data.params["max_iterations"] == "50"


@dataclass(frozen=True)
class Reporting(TfidfLogReg):
    """Says three times how badly it does, after many steps each as the transformer."""

    loss: float = 0.0

    def tuned(self, trial: optuna.Trial) -> "Reporting":
        return replace(self, min_documents=1, loss=trial.suggest_float("loss", 0, 9))

    def fit(self, *examples: object, report: Callable[[int, float], None], **options: object):
        for step in (500, 1000, 1500):
            report(step, self.loss)
        return super().fit(*examples, **options)


def test_a_trial_that_does_worse_than_most_is_given_up(place):
    options = RunOptions(data=(str(CORPUS),), progress=False)
    texts = TrainingTexts(prepare(options.data, seed=options.seed, progress=False).frame, options)
    study = open_study(f"sqlite:///{place}/pruned.db", "reporting", seed=1)
    for loss in (1, 1, 1, 1, 1, 5, 0.5):
        study.enqueue_trial({"loss": loss})
    client = tracking.connect()
    with mlflow.start_run():
        study.optimize(Objective("reporting", Reporting(), texts, options), n_trials=7)
    states = [trial.state for trial in study.trials]
    assert states == [TrialState.COMPLETE] * 5 + [TrialState.PRUNED, TrialState.COMPLETE]
    assert list(study.trials[5].intermediate_values) == [1, 2]
    experiment = client.get_experiment_by_name(tracking.EXPERIMENT).experiment_id
    (run,) = client.search_runs([experiment], f"tags.{OUTCOME} = 'pruned'")
    assert run.info.status == "FINISHED"
    assert [one.step for one in client.get_metric_history(run.info.run_id, "fit/val_loss")] == [500, 1000]
    assert run.data.tags[TAG] == "reporting"
    assert CRITERION not in run.data.metrics


@pytest.mark.parametrize("name", CANDIDATES)
def test_what_a_search_draws_is_a_candidate_that_the_command_line_can_name(name):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=4))
    types = hyperparameters(name)
    for _ in range(30):
        trial = study.ask()
        candidate = CANDIDATES[name]().tuned(trial)
        study.tell(trial, 0.0)
        assert trial.params
        settings = {key: getattr(candidate, key) for key in types}
        assert {key: type(value) for key, value in settings.items()} == types
        assert named_candidate(name, {key: str(value) for key, value in settings.items()}) == candidate


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("perceptron",), "tfidf_logreg"),
        (("tfidf_logreg", "--set", "min_documents=2"), "--set min_documents"),
        (("tfidf_logreg", "--set", "epochs=2"), "epochs"),
        (("tfidf_logreg", "--study", "nonsense"), "--study"),
    ],
)
def test_bad_input_is_one_line(place, capsys, arguments, said):
    assert main(["tune", *arguments, "--data", str(CORPUS), "--trials", "1"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert said in error


def test_importances_wait_for_enough_trials():
    def objective(trial: optuna.Trial) -> float:
        return trial.suggest_float("much", 0, 1) + 0 * trial.suggest_float("none", 0, 1)

    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    study.optimize(objective, 2)
    assert importances(study) == {}
    assert set(figures(study)) == {"history.png"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study.optimize(objective, max(30, ENOUGH_TRIALS))
        assert importances(study)["much"] > 0.7

"""A study outlasts its process, whoever else works on it and however that one ends."""

import math
import multiprocessing
import os
import signal
import time
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient
from optuna import Trial
from optuna.trial import TrialState

from training.candidates import TfidfLogReg
from training.options import RunOptions
from training.run import parameters
from training.tuning import studies
from training.tuning.studies import RETRY_OF, RUN, TuningError, default_url, open_study, study_name

SECONDS_TO_WAIT = 60


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/tuning.db"


def bowl(trial: Trial) -> float:
    return (trial.suggest_float("x", -3, 3) - 1) ** 2 + math.log(trial.suggest_int("n", 1, 64, log=True))


def drawn(url: str) -> list[dict[str, float]]:
    return [trial.params for trial in open_study(url, "bowl", seed=3).trials]


def test_a_search_that_was_stopped_goes_on_as_if_it_had_not_been(url, tmp_path):
    other = f"sqlite:///{tmp_path}/other.db"
    open_study(url, "bowl", seed=3).optimize(bowl, n_trials=14)
    for trials in (5, 9):
        open_study(other, "bowl", seed=3).optimize(bowl, n_trials=trials)
    assert drawn(other) == drawn(url)
    assert len({params["x"] for params in drawn(url)}) == 14


def in_another_process(work, *arguments) -> multiprocessing.Process:
    process = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    process.start()
    return process


def work_on(url: str, trials: int) -> None:
    open_study(url, "bowl", seed=3).optimize(bowl, n_trials=trials)


def test_two_processes_that_begin_a_study_at_once_both_finish_and_try_different_things(url):
    processes = [in_another_process(work_on, url, 6) for _ in range(2)]
    for process in processes:
        process.join(SECONDS_TO_WAIT)
        assert process.exitcode == 0
    trials = open_study(url, "bowl", seed=3).trials
    assert [trial.state for trial in trials] == [TrialState.COMPLETE] * 12
    assert len({trial.params["x"] for trial in trials}) == 12


def die_in_a_trial(url: str, run_id: str) -> None:
    def objective(trial: Trial) -> float:
        bowl(trial)
        trial.set_user_attr(RUN, run_id)
        os.kill(os.getpid(), signal.SIGKILL)
        return 0.0

    open_study(url, "bowl", seed=3, heartbeat=1, grace=1).optimize(objective, n_trials=1)


def test_the_trial_of_a_killed_process_fails_and_what_it_drew_is_tried_once_more(url, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    client = MlflowClient()
    parent = client.create_run("0").info.run_id
    run_id = client.create_run("0", tags={"mlflow.parentRunId": parent}).info.run_id
    process = in_another_process(die_in_a_trial, url, run_id)
    process.join(SECONDS_TO_WAIT)
    assert process.exitcode == -signal.SIGKILL

    study = open_study(url, "bowl", seed=3, heartbeat=1, grace=1)
    assert [trial.state for trial in study.trials] == [TrialState.RUNNING]
    until = time.monotonic() + SECONDS_TO_WAIT
    while study.trials[0].state is TrialState.RUNNING and time.monotonic() < until:
        study.optimize(bowl, n_trials=1)
    assert study.trials[0].state is TrialState.FAIL
    (again,) = (trial for trial in study.trials if trial.user_attrs.get(RETRY_OF) == 0)
    assert again.state is TrialState.COMPLETE
    assert again.params == study.trials[0].params
    assert [client.get_run(one).info.status for one in (run_id, parent)] == ["KILLED", "KILLED"]


@pytest.mark.parametrize("bad", ["nonsense", "sqlite:////no/such/folder/tuning.db", "klingon://host/studies"])
def test_a_database_that_cannot_be_opened_is_named(bad):
    with pytest.raises(TuningError, match="--study"):
        open_study(bad, "bowl", seed=3)


def test_a_password_is_not_shown():
    with pytest.raises(TuningError) as refused:
        open_study("klingon://me:secret@host/studies", "bowl", seed=3)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("tracking", "expected"),
    [
        ("", "sqlite:///tuning.db"),
        ("sqlite:////srv/runs/mlflow.db", "sqlite:////srv/runs/tuning.db"),
        ("https://mlflow.example.org/path", "sqlite:///tuning.db"),
    ],
)
def test_studies_are_kept_beside_the_runs(monkeypatch, tracking, expected):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking)
    assert default_url() == expected


def test_a_study_is_of_one_candidate_its_settings_the_data_and_the_seed():
    def name(data: str = "a" * 64, path: str = "x.csv", seed: int = 7, **changes: float) -> str:
        candidate = TfidfLogReg(**changes)
        return study_name("tfidf_logreg", candidate, RunOptions(data=(path,), seed=seed), data_sha256=data)

    assert name() == name(path="elsewhere/x.csv")
    assert len({name(), name(data="b" * 64), name(seed=8), name(max_iterations=9)}) == 4


def test_a_new_option_with_a_default_gives_no_study_another_name(monkeypatch):
    def name(**options: object) -> str:
        options = RunOptions(data=("x.csv",), **options)
        return study_name("tfidf_logreg", TfidfLogReg(), options, data_sha256="a" * 64)

    now, balanced = name(), name(balanced=("airline",))
    assert now != balanced

    def parameters_of_before(*given: object) -> dict[str, object]:
        return {key: value for key, value in parameters(*given).items() if key != "balanced"}

    monkeypatch.setattr(studies, "parameters", parameters_of_before)
    assert name() == now

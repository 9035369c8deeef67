"""What the command makes of its arguments, and how it ends."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from training.__main__ import main
from training.assessment.command import BUNDLES
from training.whole_way import command, steps
from training.whole_way.steps import Plan, WholeWayError


@pytest.fixture
def planned(tmp_path, monkeypatch) -> list[Plan]:
    """Plans that the command would have gone by; none fails."""
    plans: list[Plan] = []

    def go(plan: Plan, **_: object) -> SimpleNamespace:
        plans.append(plan)
        return SimpleNamespace(failed={})

    monkeypatch.setattr(command, "LOCAL", tmp_path / "train")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    monkeypatch.setattr(steps, "go", go)
    return plans


def test_the_budget_is_said_as_for_select(planned, capsys):
    assert main(["all", "--quiet", "--max-latency-ms", "1.5", "--max-size-mb", "4"]) == 0
    assert (planned[0].budget.max_latency_ms, planned[0].budget.max_size_mb) == (1.5, 4.0)
    with pytest.raises(SystemExit):
        main(["all", "--max-mb", "4"])


@pytest.mark.parametrize("profile", ["corpus", "quick"])
def test_a_trial_has_a_database_and_bundles_of_its_own(planned, tmp_path, profile):
    assert main(["all", "--quiet", "--profile", profile]) == 0
    assert os.environ["MLFLOW_TRACKING_URI"] == f"sqlite:///{tmp_path}/train/{profile}.db"
    assert planned[0].assessment.bundles == tmp_path / "train" / f"{profile}-candidates"


def test_the_full_way_keeps_runs_and_bundles_where_the_other_commands_do(planned):
    assert main(["all", "--quiet", "--profile", "full"]) == 0
    assert os.environ["MLFLOW_TRACKING_URI"] == ""
    assert planned[0].assessment.bundles == BUNDLES
    assert planned[0].assessment.imdb
    assert len(planned[0].curve.sizes) == 5


def test_a_database_that_is_named_is_used(planned, tmp_path: Path, monkeypatch):
    named = f"sqlite:///{tmp_path}/named.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", named)
    assert main(["all", "--quiet", "--profile", "quick"]) == 0
    assert os.environ["MLFLOW_TRACKING_URI"] == named


@pytest.mark.usefixtures("planned")
def test_where_something_failed_the_exit_code_says_so(monkeypatch, capsys):
    monkeypatch.setattr(steps, "go", lambda *_, **__: SimpleNamespace(failed={"bilstm": "no room"}))
    assert main(["all", "--quiet"]) == 2

    def nothing(*_: object, **__: object) -> None:
        raise WholeWayError("no candidate could be trained: bilstm: no room")

    monkeypatch.setattr(steps, "go", nothing)
    capsys.readouterr()
    assert main(["all", "--quiet"]) == 2
    assert capsys.readouterr().err == "error: no candidate could be trained: bilstm: no room\n"

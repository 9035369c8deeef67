"""What the command makes of its arguments, and how it ends."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from export.places import HISTORY, SERVED
from training.__main__ import main
from training.assessment.command import BUNDLES
from training.whole_way import command, steps
from training.whole_way.steps import Plan, WholeWayError
from training.whole_way.telling import Step


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


def test_a_trial_leaves_the_bundle_and_the_report_of_the_full_way(planned, tmp_path):
    for profile in ("full", "corpus", "quick"):
        assert main(["all", "--quiet", "--profile", profile]) == 0
    place = tmp_path / "train"
    assert [(plan.out, plan.report) for plan in planned] == [
        (place / "bundle", place / "report.html"),
        (place / "corpus-bundle", place / "corpus-report.html"),
        (place / "quick-bundle", place / "quick-report.html"),
    ]


def test_a_served_bundle_that_is_replaced_is_kept_where_export_keeps_it(planned, tmp_path):
    for out in (SERVED, SERVED / ".." / "model", tmp_path / "mine"):
        assert main(["all", "--quiet", "--out", str(out)]) == 0
    assert main(["all", "--quiet"]) == 0
    assert [plan.bundle.history for plan in planned] == [HISTORY, HISTORY, None, None]
    assert planned[2].out == tmp_path / "mine"


def test_the_texts_that_parity_needs_at_least_are_the_profiles_or_said(planned):
    assert main(["all", "--quiet", "--profile", "corpus"]) == 0
    assert main(["all", "--quiet", "--profile", "corpus", "--min-parity-texts", "12"]) == 0
    found = [(plan.assessment.min_parity_texts, plan.bundle.min_parity_texts) for plan in planned]
    assert found == [(50, 50), (12, 12)]


def test_data_of_ones_own_are_no_trial_and_the_help_says_so(planned, monkeypatch, capsys):
    monkeypatch.delenv("DATA_DIR", raising=False)
    assert main(["all", "--quiet", "--data", "mine.csv"]) == 0
    assert planned[0].assessment.bundles == BUNDLES
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["all", "--help"])
    assert "or --data is given, else corpus" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("raised", "told"), [(KeyboardInterrupt, "stopped"), (SystemExit, "failed"), (OSError, "failed")]
)
def test_a_step_that_a_person_stops_did_not_fail(raised, told):
    said: list[str] = []
    with pytest.raises(raised), Step(said.append, "bundle"):
        raise raised
    assert said[-1].startswith(f"bundle: {told} (")


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

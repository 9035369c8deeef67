"""The way from the corpus to a bundle, and that it goes on where it was stopped."""

from dataclasses import replace
from pathlib import Path

import pytest

from export.bundle import BundleOptions
from export.errors import ExportError
from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from tests.workplace import CORPUS
from training import tracking
from training.assessment.assess import AssessOptions
from training.data import DataError
from training.run import RunOptions
from training.whole_way.profiles import PROFILES
from training.whole_way.steps import Plan, finished_before, go

# MLflow's own, while it is imported to log a model.
pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole-way")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        yield folder


def plan(folder: Path, **changes: object) -> Plan:
    made = Plan(
        candidates=PROFILES["corpus"].candidates(["tfidf_logreg"]),
        options=RunOptions(data=(str(CORPUS),), progress=False),
        assessment=AssessOptions(bundles=folder / "candidates", min_parity_texts=50, rounds=1),
        bundle=BundleOptions(min_parity_texts=50),
        out=folder / "bundle",
        report=folder / "report.html",
        state=folder,
    )
    return replace(made, **changes)


def test_the_whole_way_ends_in_a_bundle_and_a_report_and_is_not_gone_twice(folder):
    client = tracking.connect()
    said: list[str] = []
    with pytest.raises(ExportError):
        go(plan(folder, bundle=BundleOptions(min_parity_texts=10**6)), say=said.append)
    assert said[-1].startswith("bundle: failed")
    assert not (folder / "report.html").exists()

    said.clear()
    go(plan(folder), say=said.append)
    (trained,) = tracking.finished_runs(client)
    assert any(trained.info.run_id in line and "as before" in line for line in said)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "no smaller bundle is as good" in page
    assert page.count("<img") == 9
    (happy,) = Predictor(read_bundle(folder / "bundle")).predict(["I love this airline"]).probability
    assert happy > 0.5

    go(plan(folder, again=True), say=said.append)
    assert len(tracking.finished_runs(client)) == 2
    assert not list(folder.glob("checkpoints/*"))


def test_a_run_counts_as_done_only_with_the_same_data_hyperparameters_and_options(folder):
    client = tracking.connect()
    (newest, *_) = tracking.finished_runs(client)
    data_sha256 = newest.data.params["data_sha256"]
    usual = plan(folder)
    candidate = usual.candidates["tfidf_logreg"]

    def before(candidate=candidate, options=usual.options, data_sha256=data_sha256, name="tfidf_logreg"):
        return finished_before(client, name, candidate, options, data_sha256=data_sha256)

    assert before() == newest.info.run_id
    assert before(data_sha256="other") is None
    assert before(name="bilstm") is None
    assert before(candidate=replace(candidate, inverse_regularisation=1.0)) is None
    assert before(options=replace(usual.options, seed=8)) is None
    assert before(options=replace(usual.options, progress=True)) == newest.info.run_id


def test_the_step_that_fails_is_named(folder):
    said: list[str] = []
    with pytest.raises(DataError):
        go(plan(folder, options=RunOptions(data=("nowhere.csv",), progress=False)), say=said.append)
    assert said[-1].startswith("data: failed")

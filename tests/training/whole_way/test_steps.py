"""The way from the corpus to a bundle, and that it goes on where it was stopped."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import mlflow
import pytest

from export.bundle import BundleOptions
from export.errors import ExportError
from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from tests.workplace import CORPUS
from training import tracking
from training.assessment.assess import AssessOptions
from training.assessment.choice import Budget, SelectionError
from training.candidates import TfidfLogReg
from training.data import DataError, prepare
from training.options import RunOptions
from training.run import parameters
from training.whole_way.profiles import PROFILES
from training.whole_way.resuming import AGAIN, finished_before, has_hyperparameters, state_of
from training.whole_way.steps import Curve, Plan, WholeWayError, go

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


def test_the_whole_way_ends_in_a_bundle_and_a_report_and_is_not_gone_twice(folder, monkeypatch):
    client = tracking.connect()
    said: list[str] = []
    with pytest.raises(ExportError):
        go(plan(folder, bundle=BundleOptions(min_parity_texts=10**6)), say=said.append)
    assert said[-1].startswith("bundle: failed")
    assert not (folder / "report.html").exists()

    said.clear()
    monkeypatch.setenv("DATA_DIR", str(folder))
    curve = Curve(name="tfidf_logreg", candidate=TfidfLogReg(min_documents=1), sizes=(60, 10**6))
    with_reviews = replace(plan(folder).assessment, imdb=5)
    arrival = go(plan(folder, assessment=with_reviews, curve=curve), say=said.append)
    assert arrival.failed == {}
    assert any(line.startswith("not measured on film reviews: imdb: none of") for line in said)
    assert any(line.startswith("learning curve of tfidf_logreg: 60 rows 0.") for line in said)
    (trained,) = tracking.finished_runs(client)
    assert any(trained.info.run_id in line and "as before" in line for line in said)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "no smaller bundle is as good" in page
    assert page.count("<img") == 10
    (happy,) = Predictor(read_bundle(folder / "bundle")).predict(["I love this airline"]).probability
    assert happy > 0.5

    go(plan(folder, again=True, curve=curve), say=said.append)
    assert any("learning curve of tfidf_logreg: as before, 2 points" in line for line in said)
    assert len(tracking.finished_runs(client)) == 2
    assert not list(folder.glob("checkpoints/*"))


def test_the_learning_curve_gets_the_sizes_that_it_lacks(folder):
    curve = Curve(name="tfidf_logreg", candidate=TfidfLogReg(min_documents=1), sizes=(70,))
    go(plan(folder, curve=curve), say=lambda _: None)
    said: list[str] = []
    go(plan(folder, curve=replace(curve, sizes=(65, 70, 75))), say=said.append)
    (told,) = [line for line in said if line.startswith("learning curve of tfidf_logreg: ")]
    assert "65 rows" in told
    assert "75 rows" in told
    assert "70 rows" not in told


def test_points_of_other_hyperparameters_are_measured_again(folder):
    curve = Curve(name="tfidf_logreg", candidate=TfidfLogReg(min_documents=1), sizes=(72,))
    other = replace(curve, candidate=TfidfLogReg(min_documents=2))
    said: list[str] = []
    for one in (curve, other, curve, curve):
        go(plan(folder, curve=one), say=said.append)
    told = [line for line in said if line.startswith("learning curve of tfidf_logreg: ")]
    assert [line.split(": ")[1].split(",")[0][:7] for line in told] == ["72 rows"] * 3 + ["as befo"]


def test_a_hyperparameter_that_a_run_does_not_know_counts_as_its_default():
    known = {key: str(value) for key, value in asdict(TfidfLogReg()).items() if key != "min_documents"}
    assert has_hyperparameters(TfidfLogReg(), known)
    assert not has_hyperparameters(TfidfLogReg(min_documents=1), known)


@dataclass(frozen=True)
class Broken(TfidfLogReg):
    """A candidate that cannot be trained here."""

    def fit(self, *_: object, **__: object):
        raise MemoryError("no room\nfor this")


def test_a_candidate_that_fails_stops_no_other_and_is_named_at_the_end(folder):
    said: list[str] = []
    both = {"broken": Broken(), **plan(folder).candidates}
    arrival = go(plan(folder, candidates=both), say=said.append)
    assert arrival.failed == {"broken": "MemoryError: no room for this"}
    assert arrival.bundle.manifest["candidate"] == "tfidf_logreg"
    assert any(line.startswith("candidate 1 of 2, broken: failed: MemoryError: no room") for line in said)
    assert said[-1] == "failed: broken: MemoryError: no room for this"


def test_a_candidate_that_fails_is_named_at_the_end_also_where_a_later_step_raises(folder):
    both = {"broken": Broken(), **plan(folder).candidates}
    for changes, error in (
        ({"budget": Budget(max_latency_ms=1e-9)}, SelectionError),
        ({"bundle": BundleOptions(min_parity_texts=10**6)}, ExportError),
    ):
        said: list[str] = []
        with pytest.raises(error):
            go(plan(folder, candidates=both, **changes), say=said.append)
        assert said[-1] == "failed: broken: MemoryError: no room for this"


def test_without_any_trained_candidate_the_way_ends(folder):
    with pytest.raises(WholeWayError, match="broken: MemoryError: no room for this"):
        go(plan(folder, candidates={"broken": Broken()}), say=lambda _: None)


def test_a_failed_training_that_was_begun_again_is_not_gone_on_with(folder):
    broken = plan(folder, candidates={"broken": Broken()}, again=True)
    data = prepare(broken.options.data, seed=broken.options.seed, progress=False).fingerprint.sha256
    state = state_of(folder, "broken", Broken(), broken.options, data_sha256=data)
    with pytest.raises(WholeWayError):
        go(broken, say=lambda _: None)
    assert state.exists()
    assert not (state / AGAIN).exists()


@dataclass(frozen=True)
class Stopped(TfidfLogReg):
    """A candidate whose training is stopped after it has kept its state."""

    def fit(self, *_: object, checkpoints: Path, **__: object):
        with (checkpoints / "log").open("a") as log:
            log.write("x")
        raise KeyboardInterrupt


def test_a_stopped_training_that_was_begun_again_goes_on_when_it_is_begun_again(folder):
    stopped = plan(folder, candidates={"stopped": Stopped()}, again=True)
    data = prepare(stopped.options.data, seed=stopped.options.seed, progress=False).fingerprint.sha256
    state = state_of(folder, "stopped", Stopped(), stopped.options, data_sha256=data)
    state.mkdir(parents=True)
    (state / "log").write_text("of a training before")
    for log in ("x", "xx"):
        with pytest.raises(KeyboardInterrupt):
            go(stopped, say=lambda _: None)
        assert (state / "log").read_text() == log


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


def test_a_run_of_before_an_option_existed_counts_as_done_while_the_option_is_at_its_default(folder):
    client = tracking.connect()
    options, candidate = plan(folder).options, TfidfLogReg()
    known = parameters(candidate, options)
    with mlflow.start_run(tags={"candidate": "old"}) as run:
        mlflow.log_params({key: known[key] for key in known.keys() - {"balanced", "train_rows"}})
        mlflow.log_param("data_sha256", "d1")

    def before(**changes: object) -> str | None:
        return finished_before(client, "old", candidate, replace(options, **changes), data_sha256="d1")

    assert before() == run.info.run_id
    assert before(balanced=("airline",)) is None
    assert before(train_rows=100) is None


def test_the_step_that_fails_is_named(folder):
    said: list[str] = []
    with pytest.raises(DataError):
        go(plan(folder, options=RunOptions(data=("nowhere.csv",), progress=False)), say=said.append)
    assert said[-1].startswith("data: failed")

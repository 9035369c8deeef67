"""The whole assessment, by the commands: a run becomes a bundle that is measured, and MLflow keeps it."""

import gzip
import json
import os
from dataclasses import replace
from types import SimpleNamespace

import msgspec
import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient

from export import bundle, trained
from export.errors import ParityError, QuantisationError
from function_app.bundle import read_bundle
from function_app.errors import BundleError
from function_app.predictor import Predictor
from tests.training.assessment.made import answers, made, predictions
from tests.workplace import CORPUS, Workplace
from training import selection, tracking
from training.assessment import assess as module
from training.assessment import kept
from training.assessment.assess import AssessOptions, assess, assess_and_select
from training.assessment.behaviours import SUITE
from training.assessment.choice import Budget
from training.assessment.cost import CostError
from training.assessment.rows import AssessmentError, assessed_rows, imdb_rows
from training.data.records import VALIDATION


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """One run of one candidate, assessed."""
    place = Workplace(tmp_path_factory.mktemp("assessed"))
    place.run("training", "train", "tfidf_logreg", "--data", str(CORPUS), "--set", "min_documents=1")
    assess = ("training", "assess", "--bundles", str(place.folder / "bundles"), "--min-parity-texts", "50")
    place.shown = place.run(*assess)
    return place


@pytest.fixture(scope="module")
def client(place):
    return MlflowClient(place.tracking_uri)


@pytest.fixture(scope="module")
def run(client):
    (version,) = client.search_model_versions("name = 'tweet-sentiment'")
    return client.get_run(version.run_id)


@pytest.fixture(scope="module")
def assessed(client, run):
    return kept.read(client, run.info.run_id)


@pytest.fixture(scope="module")
def holdout(client, run, place):
    folder = place.folder / "downloaded"
    folder.mkdir()
    return trained._holdout(client.download_artifacts(run.info.run_id, "holdout.csv.gz", str(folder)))


@pytest.fixture(scope="module")
def predictor(place):
    return Predictor(read_bundle(place.folder / "bundles" / "tfidf_logreg"))


def test_what_is_kept_is_what_the_bundle_says_of_the_held_out_rows(assessed, holdout, predictor):
    two_class = holdout[holdout["label"] != "neutral"]
    for role, found in (("test", assessed.test), ("validation", assessed.validation)):
        rows = two_class[two_class["role"] == role]
        assert found.labels.tolist() == (rows["label"] == "positive").astype(int).tolist()
        assert found.datasets.tolist() == rows["dataset"].tolist()
        np.testing.assert_allclose(
            found.probabilities, predictor.probability(rows["text"].tolist()), atol=1e-6
        )
    assert assessed.record.version == predictor.version


def test_figures_are_those_of_the_run_as_quantised(assessed, run):
    on = assessed.record.sets["tweets"]
    metrics = run.data.metrics
    assert on.rows == metrics["test/tweets/rows"] == len(assessed.test.labels)
    assert on.accuracy.value == assessed.test.right.mean()
    assert on.accuracy.value == pytest.approx(metrics["test/tweets/accuracy"], abs=1.5 / on.rows)
    assert on.calibration_error_before == pytest.approx(
        metrics["test/tweets/calibration_error_before"], abs=0.01
    )
    assert assessed.record.validation["tweets"] == pytest.approx(
        metrics["validation/tweets/accuracy"], abs=1.5 / len(assessed.validation.labels)
    )


def test_everything_is_measured(assessed, run, place):
    record = assessed.record
    assert sum(one.cases for one in record.behaviours) == len(SUITE)
    slices = {one.name: one.rows for one in record.slices}
    assert slices["short"] + slices.get("medium", 0) + slices.get("long", 0) == record.sets["tweets"].rows
    assert "every word known" in slices
    wrong = int((~assessed.test.right).sum())
    assert len(record.mistakes) == min(wrong, 20)
    assert all(one.confidence >= 0.5 for one in record.mistakes)
    counts = json.loads((place.folder / "bundles" / "tfidf_logreg" / "manifest.json").read_text())["data"]
    of_training = [one for one in counts["fingerprint"]["counts"] if one["role"] == "train"]
    assert record.train_rows == sum(one["negative"] + one["positive"] for one in of_training)
    assert record.train_seconds == pytest.approx(run.data.metrics["train_seconds"])


def test_the_main_figures_are_metrics_of_the_run(client, run, assessed):
    metrics = client.get_run(run.info.run_id).data.metrics
    assert metrics["assessed/tweets/accuracy"] == pytest.approx(assessed.record.sets["tweets"].accuracy.value)
    assert metrics["assessed/latency_p50_ms"] == pytest.approx(kept.usual_latency(assessed.record).p50)
    assert metrics["assessed/bytes"] == assessed.record.cost.bytes


def test_the_table_shows_the_candidate(place, assessed):
    line = next(line for line in place.shown.splitlines() if line.startswith("tfidf_logreg "))
    assert f"{assessed.record.sets['tweets'].accuracy.value:.4f}" in line.split()


def test_selecting_does_not_assess_again_and_says_why(place, client, run, monkeypatch):
    monkeypatch.chdir(place.folder)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", place.tracking_uri)
    client, said = tracking.connect(), []
    options = AssessOptions(bundles=place.folder / "none")
    ranked = selection.contenders(client)
    choice = assess_and_select(client, ranked, Budget(max_latency_ms=1_000), options, say=said.append)
    assert choice.verdicts["tfidf_logreg"].startswith("selected: the highest mean validation accuracy")
    assert said == []
    assert not options.bundles.exists()
    assert client.get_model_version_by_alias("tweet-sentiment", "selected").run_id == run.info.run_id


def test_runs_of_earlier_days_get_the_same_validation_rows(holdout, run):
    earlier = holdout[holdout["role"] != VALIDATION]
    now = assessed_rows(holdout, run.data.params, imdb=None, progress=False)
    then = assessed_rows(earlier, run.data.params, imdb=None, progress=False)
    by_role = [rows[rows["role"] == VALIDATION].reset_index(drop=True) for rows in (now, then)]
    assert len(by_role[0])
    pd.testing.assert_frame_equal(*by_role, check_dtype=False)


def test_data_that_changed_since_an_earlier_run_are_refused(holdout, run):
    earlier = holdout[holdout["role"] != VALIDATION]
    with pytest.raises(AssessmentError, match="not what they were"):
        assessed_rows(earlier, {**run.data.params, "data_sha256": "0"}, imdb=None, progress=False)


def test_imdb_is_a_test_of_its_own(tmp_path, monkeypatch, holdout, run):
    lines = ["split,label,rating,review_id,text"]
    for split in ("train", "test"):
        lines += [f"{split},{n % 2},5,{n},a film of {split} number {n} &amp; more" for n in range(40)]
    (tmp_path / "imdb.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    monkeypatch.setitem(os.environ, "DATA_DIR", str(tmp_path))
    some = imdb_rows(10, progress=False)
    assert len(some) == 10
    assert some["text"].str.contains("film of test number").all()
    assert some["text"].str.contains(" & more").all()
    assert set(some["text"]) < set(imdb_rows(25_000, progress=False)["text"])
    rows = assessed_rows(holdout, run.data.params, imdb=10, progress=False)
    assert rows.tail(10)["text"].tolist() == some["text"].tolist()
    assert rows.tail(10)["role"].eq("test").all()


@pytest.mark.parametrize(("train_rows", "expected"), [({}, 1_250), ({"train_rows": "300"}, 550)])
def test_rows_to_learn_from_are_counted_as_the_run_took_them(train_rows, expected):
    counts = [
        {"dataset": "airline", "role": "train", "negative": 600, "neutral": 9, "positive": 400},
        {"dataset": "feedback", "role": "train", "negative": 200, "neutral": 0, "positive": 50},
        {"dataset": "airline", "role": "test", "negative": 60, "neutral": 1, "positive": 40},
    ]
    trained = SimpleNamespace(data={"fingerprint": {"counts": counts}}, parameters=train_rows)
    assert module.training_rows(trained) == expected


@pytest.fixture
def here(place, monkeypatch):
    """The client of the run's MLflow, for code that opens one itself too."""
    monkeypatch.chdir(place.folder)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", place.tracking_uri)
    return tracking.connect()


@pytest.mark.parametrize(
    "error", [ParityError("0.2 apart"), BundleError("model.onnx is damaged"), CostError("Killed")]
)
def test_one_that_cannot_be_assessed_stops_no_other(here, assessed, monkeypatch, error):
    answers_to_come = iter([error, assessed])

    def next_answer(*_: object) -> kept.Assessed:
        answer = next(answers_to_come)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(module, "_assess", next_answer)
    (contender,) = selection.contenders(here)
    bad, good = assess(here, [contender, contender], AssessOptions(again=True))
    assert (bad.record, bad.problem) == (None, str(error))
    assert good.record == assessed.record


def test_one_that_8_bits_cost_too_much_is_assessed_in_32(here, tmp_path, monkeypatch):
    def too_much(*_: object) -> None:
        raise QuantisationError("8 bits cost 0.0100 accuracy on tweets; export with --no-quantise")

    monkeypatch.setattr(bundle, "_require_small_loss", too_much)
    monkeypatch.setattr(kept, "keep", lambda *_: None)
    options = AssessOptions(bundles=tmp_path, again=True, min_parity_texts=50, rounds=1)
    (outcome,) = assess(here, selection.contenders(here), options)
    assert outcome.problem is None
    assert outcome.record.notes == {"quantisation": "in 32 bits: 8 bits cost 0.0100 accuracy on tweets"}
    assert str(outcome).endswith(", in 32 bits: 8 bits cost 0.0100 accuracy on tweets")
    assert json.loads((tmp_path / "tfidf_logreg" / "manifest.json").read_text())["quantisation"] is None


def test_more_film_reviews_than_were_measured_are_measured(here, monkeypatch):
    """Of 40 that there are."""
    records = {}
    monkeypatch.setattr(kept, "read_record", lambda _, run_id: records.get(run_id))
    monkeypatch.setattr(kept, "keep", lambda _, one: records.update({one.record.run_id: one.record}))
    monkeypatch.setattr(module, "imdb_rows", lambda most, **_: [None] * min(most, 40))

    def measured(_: object, contender: selection.Contender, options: AssessOptions) -> kept.Assessed:
        test = predictions(tweets=answers(20, 10), imdb=answers(min(options.imdb, 40), 5))
        found = made("tfidf_logreg", test, test=test, run_id=contender.run_id)
        return replace(found, record=msgspec.structs.replace(found.record, notes={"imdb": "reviews"}))

    monkeypatch.setattr(module, "_assess", measured)

    def again(imdb: int | None) -> bool:
        (outcome,) = assess(here, selection.contenders(here), AssessOptions(imdb=imdb))
        return outcome.new

    asked = (10, None, 10, 8, 20, 25_000, 25_000)
    assert [again(imdb) for imdb in asked] == [True, False, False, False, True, True, False]
    (run_id,) = records
    records[run_id] = msgspec.structs.replace(records[run_id], notes={})
    assert not again(50_000)  # film reviews of its own data: there are no others to measure

"""From runs in a real MLflow to the page and back."""

import shutil
from pathlib import Path

import mlflow
import msgspec
import numpy as np
import pytest
from mlflow import MlflowClient

from tests.training.report.made import SETS, made_findings
from tests.workplace import CORPUS
from training import selection, tracking
from training.__main__ import main
from training.assessment.choice import Choice
from training.report.collecting import ReportError, collect

CANDIDATES = ("tfidf_logreg", "bilstm")


@pytest.fixture
def client(tmp_path, monkeypatch) -> MlflowClient:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    return tracking.connect()


def trained(
    client: MlflowClient, name: str, accuracy: float, *, data: Path, sha256: str = "d" * 64, **options: object
) -> str:
    with mlflow.start_run(tags={"candidate": name}) as run:
        mlflow.log_params({"data_sha256": sha256, "data": str(data), "seed": "7", **options})
        mlflow.log_metrics({selection.CRITERION: accuracy, "test/airline/accuracy": accuracy})
    if not client.search_registered_models():
        client.create_registered_model(tracking.REGISTERED_MODEL)
    client.create_model_version(tracking.REGISTERED_MODEL, source="file:///nowhere", run_id=run.info.run_id)
    return run.info.run_id


def assessed(client: MlflowClient, name: str, run_id: str, *, sha256: str = "d" * 64, rows: int = 60) -> None:
    findings = made_findings(CANDIDATES, SETS[:2], rows=rows)
    record = next(one for one in findings.assessments if one.candidate == name)
    Path("assessment.json").write_bytes(
        msgspec.json.encode(msgspec.structs.replace(record, run_id=run_id, data_sha256=sha256))
    )
    own = findings.predictions[name]
    of = {"dataset": own.datasets, "label": own.labels, "probability": own.probabilities}
    np.savez("predictions.npz", **of, **{f"validation_{key}": value for key, value in of.items()})
    for file in ("assessment.json", "predictions.npz"):
        client.log_artifact(run_id, file)


def selected(client: MlflowClient, run_id: str) -> None:
    choice = Choice("bilstm", run_id, "the best one", {"bilstm": "selected: no other is as good"})
    client.log_text(run_id, msgspec.json.encode(choice).decode(), selection.SELECTION_FILE)
    client.set_registered_model_alias(
        tracking.REGISTERED_MODEL, tracking.SELECTED, tracking.registered_version(client, run_id)
    )


def found(client: MlflowClient, *, look_at_data: bool = False):
    return collect(client, look_at_data=look_at_data, texts=True, progress=False)


def test_the_report_is_written_and_kept_and_reads_the_data_but_once(client, tmp_path, capsys):
    data = Path(shutil.copy(CORPUS, tmp_path / "mine.csv"))
    for name, accuracy in zip(CANDIDATES, (0.8, 0.9), strict=True):
        run_id = trained(client, name, accuracy, data=data)
        assessed(client, name, run_id)
    selected(client, run_id)
    out = tmp_path / "new" / "report.html"
    assert main(["report", "--out", str(out), "--quiet"]) == 0
    assert "2 candidates, selected bilstm" in capsys.readouterr().out
    page = out.read_text(encoding="utf-8")
    assert "mine" in page
    assert "<strong>bilstm</strong>: no other is as good." in page
    (run,) = client.search_runs(["0", "1"], filter_string="tags.report != ''")
    kept = {file.path for file in client.list_artifacts(run.info.run_id)}
    assert kept == {"report.html", "plots", "exploration.json"}
    assert len(client.list_artifacts(run.info.run_id, "plots")) == page.count("<img")
    data.unlink()
    again = found(client, look_at_data=True)
    assert again.exploration is not None
    (missing,) = again.missing
    assert "learning-curve" in missing


@pytest.mark.parametrize(("limit", "read"), [(None, 700), (120, 120)])
def test_the_data_are_looked_at_as_the_run_read_them(client, limit, read):
    best = trained(client, "bilstm", 0.9, data=CORPUS, limit=limit)
    assessed(client, "bilstm", best)
    selected(client, best)
    (of_corpus,) = found(client, look_at_data=True).exploration.sets
    assert of_corpus.read == read


def test_what_cannot_be_shown_is_named(client, tmp_path):
    best = trained(client, "bilstm", 0.9, data=tmp_path / "gone.csv")
    assessed(client, "bilstm", best)
    selected(client, best)
    trained(client, "naive_bayes", 0.7, data=CORPUS)
    other = trained(client, "tfidf_logreg", 0.8, data=CORPUS, sha256="e" * 64)
    assessed(client, "tfidf_logreg", other, sha256="e" * 64)
    findings = found(client, look_at_data=True)
    assert [one.candidate for one in findings.assessments] == ["bilstm"]
    said = " ".join(findings.missing)
    assert "naive_bayes is left out: it was not assessed" in said
    assert "tfidf_logreg is left out: it saw other data" in said
    assert "gone.csv" in said


def test_a_candidate_that_was_measured_on_other_rows_is_not_compared_row_by_row(client):
    best = trained(client, "bilstm", 0.9, data=CORPUS)
    assessed(client, "bilstm", best)
    selected(client, best)
    assessed(client, "tfidf_logreg", trained(client, "tfidf_logreg", 0.8, data=CORPUS), rows=80)
    findings = found(client)
    assert {one.candidate for one in findings.assessments} == {"bilstm", "tfidf_logreg"}
    assert set(findings.predictions) == {"bilstm"}
    assert any(line.startswith("tfidf_logreg is not compared row by row") for line in findings.missing)


def test_it_says_what_to_run_first(client):
    run_id = trained(client, "bilstm", 0.9, data=CORPUS)
    with pytest.raises(ReportError, match="training select"):
        found(client)
    selected(client, run_id)
    with pytest.raises(ReportError, match="training assess bilstm"):
        found(client)
    trained(client, "bilstm", 0.9, data=CORPUS)
    with pytest.raises(ReportError, match="trained again"):
        found(client)

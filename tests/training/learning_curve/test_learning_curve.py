"""Growing parts of the training rows, with the same held-out rows, on the corpus and a real MLflow."""

import mlflow
import pytest
from mlflow import MlflowClient

from tests.workplace import CORPUS
from training import selection, tracking
from training.__main__ import main
from training.candidates import TfidfLogReg
from training.data import prepare
from training.data.records import TEST, TRAIN, VALIDATION
from training.learning_curve.learning import learn
from training.learning_curve.points import points
from training.options import RunOptions
from training.selection import SelectionError
from training.training_texts import TrainingTexts

DATA = (str(CORPUS),)


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> MlflowClient:
    """An MLflow in which tfidf_logreg has learned from 60 and from all rows of the corpus."""
    folder = tmp_path_factory.mktemp("learning-curve")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        client = tracking.connect()
        options = RunOptions(data=DATA, progress=False)
        found = list(learn("tfidf_logreg", TfidfLogReg(min_documents=1), options, sizes=[10**9, 60, 10**6]))
        assert found[0].train_rows == 60
        assert len(found) == 2
        assert points(client, data_sha256=found[0].data_sha256) == tuple(found)
        yield client


def curve(client: MlflowClient):
    runs = client.search_runs(["0", "1"], filter_string="tags.learning_curve != ''")
    return points(client, data_sha256=runs[0].data.params["data_sha256"])


def test_more_rows_are_better_and_the_test_rows_stay_the_same(client):
    few, all_rows = curve(client)
    assert few.train_rows < 100 < all_rows.train_rows
    assert few.rows == all_rows.rows
    assert few.mean_accuracy < all_rows.mean_accuracy
    assert 0 < all_rows.standard_error < 0.1


def test_the_runs_are_nested_and_none_can_be_selected(client):
    runs = client.search_runs(["0", "1"], filter_string="tags.learning_curve != ''")
    parents = {run.data.tags["mlflow.parentRunId"] for run in runs}
    assert len(runs) == 2
    assert len(parents) == 1
    assert client.get_run(parents.pop()).data.tags["learning_curve_of"] == "tfidf_logreg"
    assert not client.search_registered_models()
    with pytest.raises(SelectionError, match="no finished run"):
        selection.contenders(client)


def test_points_of_other_data_are_not_mixed_in(client):
    assert points(client, data_sha256="another") == ()


def test_fewer_training_rows_are_a_part_of_more_and_nothing_else_changes():
    frame = prepare(DATA, seed=7, progress=False).frame
    few, more = (
        TrainingTexts(frame, RunOptions(data=DATA, train_rows=rows, nonsense=0, progress=False)).normalised
        for rows in (50, 200)
    )
    assert (len(few[TRAIN]), len(more[TRAIN])) == (50, 200)
    assert set(few[TRAIN]) < set(more[TRAIN])
    for role in (VALIDATION, TEST):
        assert few[role] == more[role]


def test_the_command_prints_a_line_a_size_and_refuses_sizes_that_are_none(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    data = ("--data", *DATA, "--quiet")
    assert main(["learning-curve", "tfidf_logreg", *data, "--sizes", "50", "--set", "min_documents=1"]) == 0
    assert "mean accuracy 0." in capsys.readouterr().out
    assert mlflow.active_run() is None
    with pytest.raises(SystemExit):
        main(["learning-curve", "tfidf_logreg", *data, "--sizes", "0"])
    capsys.readouterr()
    assert main(["learning-curve", "tfidf_logreg", *data, "--sizes", "1"]) == 2
    assert "negative and positive rows are both needed" in capsys.readouterr().err


def made_point(rows: int, **parameters: object) -> None:
    with mlflow.start_run(tags={"learning_curve": "made"}):
        mlflow.log_params({"data_sha256": "made", "data": str(rows), "train_rows": rows, **parameters})
        mlflow.log_metrics({"training_rows": rows, "test/tweets/rows": 9, "test/tweets/accuracy": 0.5})


def test_a_curve_is_that_of_the_newest_points_hyperparameters(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    client = tracking.connect()
    made_point(10, alpha=1)
    made_point(20, alpha=2)
    made_point(30)  # of before alpha existed
    made_point(40, alpha=1, beta=3)
    found = points(client, data_sha256="made")
    assert [point.train_rows for point in found] == [10, 30, 40]
    assert found[-1].hyperparameters == {"alpha": "1", "beta": "3"}

"""A trained model is read from MLflow as one version, and what it lacks is named."""

import gzip

import mlflow.sklearn
import pytest
from mlflow import MlflowClient

from export.errors import ExportError
from export.tracking import run_parameters
from export.trained import load_trained

HOLDOUT = gzip.compress(b"dataset,role,label,text\nairline,test,positive,null\n")
TAGS = {"family": "linear", "candidate": "tfidf_logreg"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tracking")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
        mine = MlflowClient()
        mine.create_registered_model("m")
        yield mine
    mlflow.set_tracking_uri(None)


def register(client, folder, *, tags=TAGS, parameters=("max_tokens",), words="words"):
    (folder / "holdout.csv.gz").write_bytes(HOLDOUT)
    with mlflow.start_run(experiment_id="0", tags=tags) as run:
        mlflow.log_params(dict.fromkeys(parameters, "64"))
        mlflow.log_dict({words: ["thanks"]}, "vocabulary.json")
        mlflow.log_dict({}, "data.json")
        mlflow.log_artifact(str(folder / "holdout.csv.gz"))
    version = client.create_model_version("m", source=f"runs:/{run.info.run_id}", run_id=run.info.run_id)
    return version.version, run.info.run_id


def test_an_alias_that_moves_meanwhile_does_not_mix_two_models(client, tmp_path, monkeypatch):
    first, run_id = register(client, tmp_path)
    second, _ = register(client, tmp_path)
    client.set_registered_model_alias("m", "selected", first)
    loaded = []

    def moved(uri):
        client.set_registered_model_alias("m", "selected", second)
        loaded.append(uri)

    monkeypatch.setattr(mlflow.sklearn, "load_model", moved)
    trained = load_trained("models:/m@selected")
    assert trained.run_id == run_id
    assert loaded == [f"models:/m/{first}"]
    assert trained.holdout["text"].tolist() == ["null"]


@pytest.mark.parametrize(
    ("without", "named"),
    [
        ({"tags": {"candidate": "tfidf_logreg"}}, "'family' as a tag of the run"),
        ({"tags": {"family": "linear"}}, "'candidate' as a tag of the run"),
        ({"parameters": ["seed"]}, "'max_tokens' as a parameter of the run"),
        ({"words": "pieces"}, "'words' as a part of vocabulary.json"),
    ],
)
def test_what_a_run_lacks_is_named_and_no_training_advised(client, tmp_path, monkeypatch, without, named):
    version, _ = register(client, tmp_path, **without)
    monkeypatch.setattr(mlflow.sklearn, "load_model", lambda uri: uri)
    with pytest.raises(ExportError, match=named) as caught:
        load_trained(f"models:/m/{version}")
    assert "train and select one first" not in str(caught.value)


@pytest.mark.parametrize(
    "uri", ["models:/none@selected", "models:/none/1", "models:/m@none", "models:/m/999"]
)
@pytest.mark.usefixtures("client")
def test_where_there_is_no_such_model_the_way_to_one_is_told(uri):
    with pytest.raises(ExportError, match="train and select one first"):
        load_trained(uri)


def test_a_lost_file_is_named_and_no_training_advised(client):
    with mlflow.start_run(experiment_id="0", tags=TAGS) as run:
        mlflow.log_params({"max_tokens": "64"})
    made = client.create_model_version("m", source=f"runs:/{run.info.run_id}", run_id=run.info.run_id)
    with pytest.raises(ExportError, match=r"vocabulary\.json") as caught:
        load_trained(f"models:/m/{made.version}")
    assert "train and select one first" not in str(caught.value)


def test_the_parameters_of_a_run_are_found_by_its_id(client, tmp_path):
    _, run_id = register(client, tmp_path)
    assert run_parameters(run_id) == {"max_tokens": "64"}
    assert run_parameters("0" * 32) is None

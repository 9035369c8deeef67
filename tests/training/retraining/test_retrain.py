"""What `retrain` says where there is nothing to win, or something wrong; test_life.py goes the whole way."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from function_app.store.sqlite import SqliteStore
from tests.function_app.handmade import write_bundle, write_manifest
from tests.function_app.samples import example
from training.__main__ import main
from training.feedback.collection import CollectOptions, collect
from training.feedback.versions import FeedbackVersion
from training.retraining import retrain as retraining

CORPUS = Path(__file__).parents[2] / "corpus" / "tweets.csv"
PARAMETERS = {"data": str(CORPUS), "seed": "7", "limit": "None"}

Retrain = Callable[..., int]


@pytest.fixture
def served(tmp_path: Path) -> Path:
    folder = write_bundle(tmp_path / "bundle")
    files = {name: (folder / name).read_bytes() for name in ("model.onnx", "reference.json")}
    write_manifest(folder, files=files, candidate="tfidf_logreg", parameters=PARAMETERS)
    return folder


@pytest.fixture
def retrain(tmp_path: Path, served: Path, monkeypatch: pytest.MonkeyPatch) -> Retrain:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")

    def run(*arguments: str) -> int:
        places = {"bundle": served, "history": tmp_path / "bundles", "versions": tmp_path / "feedback"}
        given = [part for name, path in places.items() for part in (f"--{name}", str(path))]
        return main(["retrain", *given, "--out", str(tmp_path / "reports"), *arguments])

    return run


@pytest.fixture
def collected(tmp_path: Path, predictor) -> FeedbackVersion:
    """Examples, all of which the served model gets right."""
    store = SqliteStore(tmp_path / "store.sqlite3")
    for number in range(26):
        word = chr(ord("a") + number) * 3
        store.add_example(example(text=f"love it, wonderful {word}"), None)
    options = CollectOptions(root=tmp_path / "feedback")
    version = collect(store, predictor, options).version
    store.close()
    return version


@pytest.mark.usefixtures("collected")
def test_where_feedback_cannot_show_anything_nothing_is_trained(retrain, served, tmp_path, capsys):
    before = {file.name: file.read_bytes() for file in served.iterdir()}
    assert retrain() == 1
    shown = capsys.readouterr().out
    assert shown.startswith("kept: handmade-1; no challenger was trained")
    assert "0 of which the present model gets wrong" in shown
    (folder,) = (tmp_path / "reports").iterdir()
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert (report["decision"], report["challenger"]) == ("kept", None)
    assert (folder / "report.txt").read_text(encoding="utf-8") == shown
    assert {file.name: file.read_bytes() for file in served.iterdir()} == before
    assert not (tmp_path / "mlflow.db").exists()


def test_without_collected_feedback_it_says_what_to_do(retrain, capsys):
    assert retrain() == 2
    assert "python -m training collect" in capsys.readouterr().err


def test_feedback_that_was_changed_is_refused(retrain, collected, capsys):
    collected.data.write_bytes(collected.data.read_bytes()[:-5])
    assert retrain() == 2
    assert "sha256" in capsys.readouterr().err


@pytest.mark.usefixtures("collected")
def test_a_missing_bundle_is_an_error(retrain, served, capsys):
    shutil.rmtree(served)
    assert retrain() == 2
    assert "manifest.json" in capsys.readouterr().err


@pytest.mark.usefixtures("collected")
def test_what_nobody_foresaw_is_an_error_and_not_a_model_that_stays(retrain, monkeypatch, capsys):
    def broken(*_: object) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(retraining, "make_plan", broken)
    assert retrain() == 2
    assert "disk on fire" in capsys.readouterr().err

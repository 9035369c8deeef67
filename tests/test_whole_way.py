"""The whole way once, as a developer goes it: corpus -> training -> selection -> bundle -> HTTP -> drift."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from mlflow import MlflowClient

from function_app.extensions import extension_library
from tests.function_app.running import RunningHost
from tests.function_app.waiting import wait_until
from tests.workplace import CORPUS, Workplace

SMALL_LSTM = ("embedding_width=16", "units=16", "batch_size=16", "epochs=8", "patience=3")


def corpus_rows(*labels: str) -> list[dict[str, str]]:
    with CORPUS.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["label"] in labels]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Both candidates trained on the project's corpus, the better one selected and exported."""
    place = Workplace(tmp_path_factory.mktemp("whole-way"))
    place.run("training", "train", "tfidf_logreg", "--data", str(CORPUS), "--set", "min_documents=1")
    settings = [argument for setting in SMALL_LSTM for argument in ("--set", setting)]
    place.run("training", "train", "bilstm", "--data", str(CORPUS), *settings)
    place.selection = place.select()
    place.run("export", "bundle", "--out", str(place.bundle), "--min-parity-texts", "50")
    return place


@pytest.fixture(scope="module")
def host(workplace: Workplace) -> Iterator[RunningHost]:
    running = RunningHost(
        MODEL_DIR=str(workplace.bundle),
        STORE_PATH=str(workplace.folder / "store.sqlite3"),
        DRIFT_MIN_SAMPLES="50",
    )
    yield running
    assert running.stop() == 0


def test_the_selection_assesses_both_candidates_and_says_why_one_is_taken(workplace):
    for name in ("tfidf_logreg", "bilstm"):
        assert f"{name}: assessed, {name}-" in workplace.selection
    manifest = json.loads((workplace.bundle / "manifest.json").read_text())
    assert f"\n{manifest['candidate']}: selected: " in workplace.selection


def test_the_comparison_shows_both_as_trained_and_as_bundles(workplace):
    trained, bundles, paired = workplace.run("training", "compare").strip().split("\n\n")
    for part in (trained, bundles):
        assert {"tfidf_logreg", "bilstm"} <= {line.split()[0] for line in part.splitlines()}
    assert len(paired.splitlines()) == 3


def test_a_run_keeps_its_parameters_metrics_curves_and_model(workplace):
    client = MlflowClient(workplace.tracking_uri)
    versions = client.search_model_versions("name = 'tweet-sentiment'")
    assert len(versions) == 2
    for version in versions:
        run = client.get_run(version.run_id)
        assert {"seed", "data_sha256", "vocabulary_words", "max_tokens"} <= set(run.data.params)
        for metric in ("accuracy", "precision_negative", "recall_positive", "f1_positive", "specificity"):
            assert f"test/tweets/{metric}" in run.data.metrics
        for metric in ("roc_auc", "log_loss", "calibration_error", "calibration_error_before"):
            assert np.isfinite(run.data.metrics[f"test/tweets/{metric}"])
        files = {artefact.path for artefact in client.list_artifacts(version.run_id, "plots")}
        assert {
            f"plots/{name}.png" for name in ("roc", "precision_recall", "calibration", "confusion")
        } <= files


def test_the_bundle_says_how_good_it_is_and_what_it_was_made_of(workplace):
    manifest = json.loads((workplace.bundle / "manifest.json").read_text())
    assert manifest["metrics"]["tweets"]["accuracy"] > 0.7
    assert manifest["parity"]["max_difference"] <= 1e-4
    assert manifest["data"]["fingerprint"]["counts"]
    reference = json.loads((workplace.bundle / "reference.json").read_text())
    assert sum(reference["score"]["counts"]) == reference["rows"]


@pytest.fixture(scope="module")
def versions(workplace: Workplace) -> dict[str, Path]:
    """Candidate -> its bundle; the selected candidate is thus exported a second time."""
    folders = {}
    for version in ("1", "2"):
        folder = workplace.folder / f"version-{version}"
        workplace.run(
            "export",
            "bundle",
            "--model",
            f"models:/tweet-sentiment/{version}",
            "--out",
            str(folder),
            "--min-parity-texts",
            "50",
        )
        folders[json.loads((folder / "manifest.json").read_text())["candidate"]] = folder
    assert set(folders) == {"tfidf_logreg", "bilstm"}
    return folders


def test_a_second_export_gives_the_same_bytes(workplace, versions):
    candidate = json.loads((workplace.bundle / "manifest.json").read_text())["candidate"]
    for name in ("model.onnx", "reference.json"):
        assert (versions[candidate] / name).read_bytes() == (workplace.bundle / name).read_bytes()


def test_both_candidates_can_be_exported_and_a_score_does_not_depend_on_the_batch(versions):
    texts = [row["text"] for row in corpus_rows("negative", "neutral")[:60]] + ["", "😡", "x" * 2000]
    for folder in versions.values():
        options = onnxruntime.SessionOptions()
        options.register_custom_ops_library(extension_library())
        session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
        together = session.run(["probability"], {"text": np.array(texts, dtype=object)})[0]
        alone = [
            session.run(["probability"], {"text": np.array([text], dtype=object)})[0][0] for text in texts
        ]
        np.testing.assert_allclose(together, alone, atol=1e-6)


def test_too_few_texts_for_the_parity_check_are_refused_and_nothing_is_written(workplace):
    folder = workplace.folder / "refused"
    message = workplace.run("export", "bundle", "--out", str(folder), code=2)
    assert "parity needs at least 2000" in message.splitlines()[-1]
    assert not folder.exists()


def test_the_served_model_predicts_takes_feedback_and_reports_drift(host):
    happy = host.post(
        "predict", json={"text": "I love this airline, thanks for the great flight", "explain": True}
    )
    assert happy.json()["label"] == "positive"
    assert [word["word"] for word in happy.json()["words"]][:3] == ["I", "love", "this"]
    rows = corpus_rows("negative", "positive")[:200]

    batch = host.post("predict/batch", json={"texts": [row["text"] for row in rows]}).json()["predictions"]
    agreed = np.mean([given["label"] == row["label"] for given, row in zip(batch, rows, strict=True)])
    assert agreed > 0.8

    feedback = host.post("feedback", json={"prediction_id": batch[0]["id"], "correct": False})
    assert (feedback.status_code, feedback.json()["matched"]) == (201, True)

    assert host.get("drift").json()["status"] == "insufficient_data"
    fired = host.session.post(f"{host.base}/admin/functions/drift_check", json={"input": ""}, timeout=30)
    assert fired.status_code == 202
    wait_until(lambda: host.get("drift").json()["history"])
    report = host.get("drift").json()
    assert report["samples"] == 144  # no more of one hour count
    assert report["status"] in ("stable", "warning", "drift")
    assert report["sentence"]

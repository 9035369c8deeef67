"""A transformer the whole way: a folder of weights, training stopped and resumed, a bundle, predictions."""

import json

import numpy as np
import pytest

from export.bundle import MAX_QUANTISATION_LOSS
from export.parity import HARD_TEXTS
from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from tests.tiny_bert import write_tiny_bert
from tests.workplace import CORPUS, Workplace


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    place = Workplace(tmp_path_factory.mktemp("transformer"))
    folder = write_tiny_bert(place.folder / "bert")
    settings = {
        "folder": folder,
        "layers": 2,
        "vocabulary_size": 900,
        "learning_rate": 0.003,
        "warmup": 5,
        "batch_size": 32,
    }
    train = [
        "training",
        "train",
        "transformer",
        "--data",
        str(CORPUS),
        "--resume",
        str(place.folder / "state"),
    ]
    for name, value in settings.items():
        train += ["--set", f"{name}={value}"]
    place.run(*train, "--set", "epochs=1")
    scores = place.run(*train, "--set", "epochs=10")
    (place.folder / "scores.txt").write_text(scores)
    place.select()
    place.run("export", "bundle", "--out", str(place.bundle), "--min-parity-texts", "50")
    return place


def test_a_resumed_run_goes_on_where_the_first_one_ended(workplace):
    epochs = [
        float(line.split(",")[1])
        for line in (workplace.folder / "state" / "log.csv").read_text().splitlines()[1:]
    ]
    assert epochs[0] == 1
    assert epochs[-1] == 10


def test_the_bundle_holds_to_the_trained_network_and_names_no_place(workplace):
    manifest = json.loads((workplace.bundle / "manifest.json").read_text())
    assert manifest["candidate"] == "transformer"
    assert manifest["parity"]["max_difference"] <= 1e-4
    lost = manifest["quantisation"]["accuracy_lost"]["tweets"]
    assert lost <= max(MAX_QUANTISATION_LOSS, 1.5 / manifest["metrics"]["tweets"]["rows"])
    assert manifest["quantisation"]["against_float32"]["max_difference"] > 0
    assert manifest["metrics"]["tweets"]["accuracy"] > 0.6
    assert "checkpoints" not in manifest["parameters"]


def test_a_score_does_not_depend_on_the_batch_and_foreign_writing_gets_no_confident_guess(workplace):
    predictor = Predictor(read_bundle(workplace.bundle))
    texts = ["great flight, thanks :)", "so late again", *HARD_TEXTS]
    together = predictor.predict(texts).probability
    alone = [predictor.predict([text]).probability[0] for text in texts]
    np.testing.assert_allclose(together, alone, atol=1e-6, rtol=0)
    foreign = predictor.predict(["مرحبا بالعالم", "это был ужасный рейс", ""]).probability
    np.testing.assert_allclose(foreign, 0.5, atol=0.01)


def train_further(workplace, *settings, code=0):
    command = ["training", "train", "transformer", "--data", str(CORPUS)]
    start = f"folder={workplace.folder / 'bert'}", "start=models:/tweet-sentiment/2"
    for setting in (*start, *settings):
        command += ["--set", setting]
    return workplace.run(*command, code=code)


def test_a_registered_transformer_is_where_a_further_training_starts(workplace):
    before = (workplace.folder / "scores.txt").read_text().splitlines()
    still = train_further(workplace, "layers=2", "learning_rate=0", "epochs=0.01").splitlines()
    assert "accuracy" in before[0]
    assert still[:-1] == before[:-1]  # the last line names the run


def test_all_of_the_start_may_stay(workplace):
    before = (workplace.folder / "scores.txt").read_text().splitlines()
    kept = train_further(workplace, "layers=2", "learning_rate=0.01", "epochs=0.5", "stay=1").splitlines()
    assert kept[:-1] == before[:-1]


def test_a_further_training_of_another_shape_is_refused(workplace):
    error = train_further(workplace, "layers=1", code=2)
    assert "start: that model has layers=2 and max_tokens=64; give the same" in error

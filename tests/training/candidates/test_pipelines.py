"""Candidates that are scikit-learn pipelines: courses, bounds, search spaces, and the way into a bundle."""

import math
from dataclasses import fields, replace
from pathlib import Path

import mlflow
import numpy as np
import pytest
from optuna.distributions import CategoricalDistribution
from optuna.trial import FixedTrial

from export.bundle import BundleOptions, write_bundle
from export.composition import run_graph, whole_graph
from export.held_out import HeldOut
from export.parity import HARD_TEXTS, require_parity
from export.text_graph import session
from export.trained import load_trained
from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from training.__main__ import main
from training.candidates import CANDIDATES, Examples, tfidf_forest, tfidf_lightgbm
from training.candidates.base import HyperparameterError
from training.candidates.hyperparameters import hyperparameters, named_candidate
from training.candidates.pipelines import loss_and_accuracy
from training.options import RunOptions
from training.run import train

CORPUS = Path(__file__).parents[2] / "corpus" / "tweets.csv"
SMALL = {
    "naive_bayes": {"min_documents": "1"},
    "tfidf_forest": {"trees": "100", "leaves": "50"},
    "tfidf_lightgbm": {"trees": "100", "leaves": "15", "min_rows": "5"},
    "hashed_ngrams": {"bits": "16"},
}


# So MLflow says when it loads the flavour.
pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred")


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Two threads that wait for each other are slow where others fill the cores."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tfidf_lightgbm, "OPENMP_DECIDES", 1)
        patch.setattr(tfidf_forest, "JOBS", 1)
        yield


class Recorder(FixedTrial):
    """Draws each hyperparameter at one place between its bounds, 0 to 1, and keeps the bounds."""

    def __init__(self, place):
        super().__init__({})
        self.place = place
        self.drawn = {}

    def _suggest(self, name, distribution):
        assert not isinstance(distribution, CategoricalDistribution)
        low, high = distribution.low, distribution.high
        value = low + (high - low) * self.place
        if distribution.log:
            value = math.exp(math.log(low) + (math.log(high) - math.log(low)) * self.place)
        self.drawn[name] = round(value) if isinstance(low, int) else value
        return self.drawn[name]


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_every_corner_of_the_search_space_is_a_valid_candidate(name, place):
    candidate = CANDIDATES[name]()
    trial = Recorder(place)
    tuned = candidate.tuned(trial)
    assert trial.drawn
    assert {key: getattr(tuned, key) for key in trial.drawn} == trial.drawn
    as_text = {key: str(getattr(tuned, key)) for key in hyperparameters(name)}
    assert named_candidate(name, as_text) == tuned


@pytest.mark.parametrize("name", SMALL)
def test_the_defaults_lie_in_the_search_space(name):
    candidate = CANDIDATES[name]()
    low, high = Recorder(0.0), Recorder(1.0)
    candidate.tuned(low), candidate.tuned(high)
    for key, least in low.drawn.items():
        assert least <= getattr(candidate, key) <= high.drawn[key]


@pytest.mark.parametrize("name", [*SMALL, "tfidf_logreg"])
def test_a_hyperparameter_out_of_bounds_is_named(name):
    candidate = CANDIDATES[name]()
    for field in fields(candidate):
        if field.type in ("int", "float", int, float):
            with pytest.raises(HyperparameterError, match=f"^{field.name}=-1.*must be"):
                replace(candidate, **{field.name: -1})


def test_the_command_line_refuses_it_before_it_reads_data(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "nothing"))
    assert main(["train", "tfidf_forest", "--set", "split_share=1.5"]) == 2
    assert capsys.readouterr().err == "error: split_share=1.5: must be from 1e-09 to 1\n"


def test_the_help_of_train_names_every_candidate(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    told = capsys.readouterr().out
    assert all(name in told for name in CANDIDATES)


def rows(count, *, seed, noise=0.3):
    """Texts of 8 words; word 5 makes positive ones likely, as far as the noise lets it."""
    random = np.random.default_rng(seed)
    ids = random.integers(2, 60, size=(count, 8)).astype(np.int32)
    labels = (ids < 20).sum(axis=1) > 2
    labels ^= random.random(count) < noise
    return Examples(ids, labels.astype(np.int8), random.uniform(0.5, 4, count).astype(np.float32))


def fit(candidate, *, report=None):
    words = [f"word{number}" for number in range(58)]
    return candidate.fit(
        rows(500, seed=1), rows(200, seed=2), vocabulary=words, seed=3, progress=False, report=report
    )


COURSES = {
    "tfidf_lightgbm": replace(CANDIDATES["tfidf_lightgbm"](), min_rows=2, patience=20, learning_rate=0.3),
    "hashed_ngrams": replace(CANDIDATES["hashed_ngrams"](), bits=12, epochs=6, patience=2),
}


@pytest.mark.parametrize("name", COURSES)
def test_the_best_step_is_kept_not_the_last_and_what_is_reported_is_its_loss(name):
    reported = []
    fitted = fit(COURSES[name], report=lambda step, loss: reported.append((step, loss)))
    held_out = rows(200, seed=2)
    loss, _ = loss_and_accuracy(fitted.logits(held_out.ids), held_out)
    steps, losses = zip(*reported, strict=True)
    assert list(steps) == sorted(set(steps))
    assert loss <= min(losses) + 1e-6
    assert loss == pytest.approx(min(losses), abs=0.02)


@pytest.mark.parametrize("name", COURSES)
def test_a_report_that_raises_ends_the_training(name):
    class EnoughError(Exception):
        pass

    def enough(step, loss):
        raise EnoughError

    with pytest.raises(EnoughError):
        fit(COURSES[name], report=enough)


def test_boosting_stops_when_the_validation_loss_no_longer_falls():
    fitted = fit(COURSES["tfidf_lightgbm"])
    assert 0 < fitted.history[0]["trees"] < COURSES["tfidf_lightgbm"].trees


def test_loss_and_accuracy_count_rows_by_their_weight():
    examples = Examples(
        np.zeros((2, 1), np.int32), np.array([1, 0], np.int8), np.array([3.0, 1.0], np.float32)
    )
    loss, accuracy = loss_and_accuracy(np.array([0.5, 2.0]), examples)
    assert loss == pytest.approx((3 * np.logaddexp(0, -0.5) + np.logaddexp(0, 2)) / 4)
    assert accuracy == pytest.approx(3 / 4)


@pytest.fixture(scope="module")
def tracking(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tracking")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        yield folder
    mlflow.set_tracking_uri(None)


@pytest.fixture(scope="module", params=SMALL)
def trained(request, tracking):
    """The candidate trained on the project's corpus, read back from MLflow as the export reads it."""
    options = RunOptions(data=(str(CORPUS),), progress=False)
    finished = train(request.param, named_candidate(request.param, SMALL[request.param]), options)
    client = mlflow.MlflowClient()
    (version,) = client.search_model_versions(f"run_id = '{finished.run_id}'")
    loaded = load_trained(f"models:/{version.name}/{version.version}")
    assert loaded.candidate == request.param
    return loaded, next(iter(finished.results.values())).scores


def test_it_learns_the_corpus(trained):
    _, scores = trained
    assert scores.rows > 60
    assert scores.accuracy > 0.65


def test_the_whole_graph_scores_as_the_framework_on_hard_texts_and_real_ones(trained):
    loaded, _ = trained
    held_out = HeldOut(loaded)
    calibration = held_out.fit_calibration()
    graph = whole_graph(loaded, calibration, held_out.fit_topics(seed=1))
    texts = [*held_out.test["text"], *HARD_TEXTS]
    require_parity(held_out.expected(texts, calibration), run_graph(graph, texts).probability, texts)
    running = session(graph)
    together = run_graph(graph, texts).probability
    alone = [running.run(["probability"], {"text": np.array([text], object)})[0][0] for text in texts]
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_the_bundle_is_written_twice_the_same_and_the_app_can_serve_it(trained, tmp_path):
    loaded, _ = trained
    options = BundleOptions(min_parity_texts=50)
    first, second = (write_bundle(loaded, tmp_path / name, options) for name in ("first", "second"))
    assert first.manifest["files"]["model.onnx"] == second.manifest["files"]["model.onnx"]
    predictor = Predictor(read_bundle(first.folder))
    probability = predictor.probability(["I love this, thank you so much", "worst service ever, I hate it"])
    assert probability[0] > probability[1]

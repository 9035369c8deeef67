"""A training goes on: from a registered model of the same split, or from where it was stopped."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from tests.tiny_bert import write_tiny_bert
from training import tracking
from training.candidates import Candidate, Fitted, TfidfLogReg, Transformer
from training.candidates.base import HyperparameterError
from training.candidates.starting import of_same_split
from training.options import RunOptions
from training.run import FinishedRun, parameters, train

# MLflow's own and Keras's, while a model is logged.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras"),
]

FIRST = "models:/tweet-sentiment/1"
HOUR = 3600.0


def write_rows(path: Path, rows: int) -> Path:
    """Texts of both labels, by no author."""
    lines = [f"{'good' if row % 2 else 'bad'} day {row},{row % 2}" for row in range(rows)]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(["text,label", *lines]) + "\n")
    return path


def transformer(folder: Path, **hyperparameters: Any) -> Transformer:
    small: dict[str, Any] = {"layers": 1, "max_tokens": 12, "vocabulary_size": 60, "epochs": 0.01}
    return Transformer(folder=str(folder / "bert"), precision="float32", **small, **hyperparameters)


def options(folder: Path, *data: str, **others: Any) -> RunOptions:
    return RunOptions(data=tuple(str(folder / name) for name in data), progress=False, **others)


def trained(candidate: Candidate, asked: RunOptions) -> tuple[FinishedRun, dict[str, str], dict[str, float]]:
    """A run, and the parameters and metrics that are kept of it."""
    finished = train("transformer", candidate, asked)
    kept = tracking.connect().get_run(finished.run_id).data
    return finished, kept.params, kept.metrics


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Iterator[Path]:
    """Data, weights, and an MLflow in which one transformer is registered."""
    folder = tmp_path_factory.mktemp("going-on")
    write_tiny_bert(folder / "bert")
    for name, rows in {"days.csv": 200, "others.csv": 40, "said/feedback.csv": 20}.items():
        write_rows(folder / name, rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        train("transformer", transformer(folder), options(folder, "days.csv"))
        yield folder


def test_the_run_of_the_start_is_kept_with_a_run_that_goes_on_from_it_though_feedback_came(folder):
    client: MlflowClient = tracking.connect()
    first = client.get_model_version("tweet-sentiment", "1").run_id
    further = transformer(folder, start=FIRST)
    _, kept, _ = trained(further, options(folder, "days.csv", "said/feedback.csv"))
    assert (kept["start"], kept["start_run"]) == (FIRST, first)
    assert "start_run" not in client.get_run(first).data.params
    assert "start_run" not in parameters(TfidfLogReg(), options(folder, "days.csv"))


def test_feedback_the_start_was_trained_with_may_be_gone(folder):
    finished, _, _ = trained(transformer(folder), options(folder, "days.csv", "said/feedback.csv"))
    version = tracking.registered_version(tracking.connect(), finished.run_id)
    again = of_same_split(f"models:/tweet-sentiment/{version}", seed=7, data=[str(folder / "days.csv")])
    assert "feedback.csv" in again.parameters["data"]


@pytest.mark.parametrize(
    ("data", "seed"), [(["days.csv"], 8), (["days.csv", "others.csv"], 7), (["others.csv"], 7)]
)
def test_a_start_of_another_split_is_refused_in_one_line_and_no_run_is_begun(folder, data, seed):
    before = runs()
    with pytest.raises(HyperparameterError, match=rf"^start={FIRST}: .* held out here$") as caught:
        train("transformer", transformer(folder, start=FIRST), options(folder, *data, seed=seed))
    assert "\n" not in str(caught.value)
    assert runs() == before


def test_the_same_file_elsewhere_is_the_same_split(folder):
    assert of_same_split(FIRST, seed=7, data=["/elsewhere/days.csv"]).family == "transformer"


def runs() -> list[str]:
    client = tracking.connect()
    (experiment,) = [one for one in client.search_experiments() if one.name == tracking.EXPERIMENT]
    return [run.info.run_id for run in client.search_runs([experiment.experiment_id])]


@dataclass(frozen=True)
class Resumed(TfidfLogReg):
    """Says that an hour of training lies behind it, as one does that goes on from a state."""

    def fit(self, *arguments: Any, **named: Any) -> Fitted:
        return replace(super().fit(*arguments, **named), history=[{"seconds": HOUR}])


def test_the_time_of_a_training_counts_what_came_before_it_was_stopped(folder):
    _, _, resumed = trained(Resumed(min_documents=1), options(folder, "days.csv"))
    _, _, whole = trained(TfidfLogReg(min_documents=1), options(folder, "days.csv"))
    assert HOUR < resumed["train_seconds"] < 2 * HOUR
    assert 0 < whole["train_seconds"] < HOUR

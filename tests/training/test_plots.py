"""The figures of a run can be drawn for any number of data sets, and say what they show."""

import numpy as np
import pytest

from export.metrics import calibration_error, scores
from training.evaluation import DatasetResult
from training.plots import figures

HISTORY = [
    {"loss": 0.5, "val_loss": 0.6, "accuracy": 0.7, "val_accuracy": 0.65},
    {"loss": 0.4, "val_loss": 0.5, "accuracy": 0.8, "val_accuracy": 0.75},
]


def result(rows: int, seed: int) -> DatasetResult:
    random = np.random.default_rng(seed)
    probabilities = random.random(rows)
    labels = (random.random(rows) < probabilities).astype(np.int8)
    return DatasetResult(
        scores=scores(labels, probabilities),
        calibration_error_before=calibration_error(labels, probabilities**2),
        labels=labels,
        probabilities=probabilities,
        uncalibrated=probabilities**2,
    )


@pytest.mark.parametrize("sets", [1, 2, 5])
def test_every_data_set_is_in_every_figure(sets, tmp_path):
    results = {f"set_{number}": result(300, number) for number in range(sets)}
    drawn = figures(results, HISTORY)
    assert set(drawn) == {
        "roc.png",
        "precision_recall.png",
        "calibration.png",
        "confusion.png",
        "history.png",
    }
    for name, figure in drawn.items():
        figure.savefig(tmp_path / name)
        words = " ".join(
            text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))
        )
        if name != "history.png":
            assert all(dataset in words for dataset in results)
        assert all(axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes)


def test_a_model_fitted_in_one_go_has_no_course_of_training():
    assert "history.png" not in figures({"one": result(100, 1)}, [{"fit_seconds": 1.0}])

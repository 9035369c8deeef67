"""Points of a learning curve, and those that MLflow keeps."""

import math
from dataclasses import dataclass

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Run

from training import tracking

TAG = "learning_curve"
"""Names the candidate of such a run, in place of the tag that a full run has: none is to be selected."""
ROWS = "training_rows"


@dataclass(frozen=True, kw_only=True)
class LearningPoint:
    """A candidate's test accuracy after so many training rows; ``accuracy`` and ``rows`` by data set."""

    candidate: str
    train_rows: int
    data_sha256: str
    accuracy: dict[str, float]
    rows: dict[str, int]

    @property
    def mean_accuracy(self) -> float:
        """Over the data sets, each counting alike."""
        return float(np.mean(list(self.accuracy.values())))

    @property
    def standard_error(self) -> float:
        """Of the mean accuracy, from the number of test rows alone."""
        variances = [value * (1 - value) / self.rows[name] for name, value in self.accuracy.items()]
        return math.sqrt(sum(variances)) / len(variances)


def points(client: MlflowClient, *, data_sha256: str) -> tuple[LearningPoint, ...]:
    """What was measured on these data: the newest point of each candidate and size, by candidate and size."""
    experiment = client.get_experiment_by_name(tracking.EXPERIMENT)
    runs = client.search_runs(
        [experiment.experiment_id] if experiment else [],
        filter_string=f"attributes.status = 'FINISHED' and tags.{TAG} != '' "
        f"and params.data_sha256 = '{data_sha256}'",
        order_by=["attributes.start_time ASC"],
    )
    newest = {(point.candidate, point.train_rows): point for point in map(_of_run, runs)}
    return tuple(newest[key] for key in sorted(newest))


def _of_run(run: Run) -> LearningPoint:
    metrics = run.data.metrics
    names = [key.split("/")[1] for key in metrics if key.startswith("test/") and key.endswith("/rows")]
    return LearningPoint(
        candidate=run.data.tags[TAG],
        train_rows=int(metrics[ROWS]),
        data_sha256=run.data.params["data_sha256"],
        accuracy={name: metrics[f"test/{name}/accuracy"] for name in names},
        rows={name: int(metrics[f"test/{name}/rows"]) for name in names},
    )

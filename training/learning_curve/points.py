"""Points of a learning curve, and those that MLflow keeps."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Run

from training import tracking
from training.options import USUAL

TAG = "learning_curve"
"""Names the candidate of such a run, in place of the tag that a full run has: none is to be selected."""
ROWS = "training_rows"
_NO_HYPERPARAMETERS = {*USUAL, "data", "data_sha256", "vocabulary_words"}


@dataclass(frozen=True, kw_only=True)
class LearningPoint:
    """A candidate's test accuracy after so many training rows; ``accuracy`` and ``rows`` by data set.

    ``hyperparameters``: of the candidate, as the run keeps them.
    """

    candidate: str
    train_rows: int
    data_sha256: str
    accuracy: dict[str, float]
    rows: dict[str, int]
    hyperparameters: dict[str, str] = field(default_factory=dict)

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
    """What was measured on these data: the newest point of each candidate and size, by candidate and size.

    Of each candidate only points with the hyperparameters of its newest one, so that a curve is that of one
    model. A hyperparameter that one of the two runs does not know, since it did not exist then, is not
    compared.
    """
    experiment = client.get_experiment_by_name(tracking.EXPERIMENT)
    runs = client.search_runs(
        [experiment.experiment_id] if experiment else [],
        filter_string=f"attributes.status = 'FINISHED' and tags.{TAG} != '' "
        f"and params.data_sha256 = '{data_sha256}'",
        order_by=["attributes.start_time ASC"],
    )
    of_candidate: defaultdict[str, list[LearningPoint]] = defaultdict(list)
    for point in map(of_run, runs):
        of_candidate[point.candidate].append(point)
    newest = {
        (name, point.train_rows): point
        for name, found in of_candidate.items()
        for point in found
        if _agree(point.hyperparameters, found[-1].hyperparameters)
    }
    return tuple(newest[key] for key in sorted(newest))


def _agree(some: Mapping[str, str], others: Mapping[str, str]) -> bool:
    return all(some[key] == others[key] for key in some.keys() & others.keys())


def of_run(run: Run) -> LearningPoint:
    """The point that a finished run measured."""
    metrics = run.data.metrics
    names = [key.split("/")[1] for key in metrics if key.startswith("test/") and key.endswith("/rows")]
    return LearningPoint(
        candidate=run.data.tags[TAG],
        train_rows=int(metrics[ROWS]),
        data_sha256=run.data.params["data_sha256"],
        accuracy={name: metrics[f"test/{name}/accuracy"] for name in names},
        rows={name: int(metrics[f"test/{name}/rows"]) for name in names},
        hyperparameters={
            key: value for key, value in run.data.params.items() if key not in _NO_HYPERPARAMETERS
        },
    )

"""Training on growing shares of the rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import mlflow
import pandas as pd

from training import tracking
from training.candidates import Candidate
from training.data import Prepared, binary, prepare
from training.data.datasets import FEEDBACK
from training.data.records import TRAIN
from training.learning_curve.points import ROWS, TAG, LearningPoint, of_run
from training.options import RunOptions
from training.run import fit_and_score, parameters
from training.training_texts import TrainingTexts


def learn(
    name: str, candidate: Candidate, options: RunOptions, *, sizes: Sequence[int]
) -> Iterator[LearningPoint]:
    """Train once a size, the smallest first, on the same held-out rows; a point as soon as it is there.

    The data are prepared once. MLflow gets one run with a nested one each size; models are not kept. Sizes
    beyond the data are replaced by all there is.

    Raises:
        DataError: the data cannot be read, or the smallest part lacks negative or positive rows.
    """
    tracking.connect()
    prepared = prepare(options.data, seed=options.seed, limit=options.limit, progress=options.progress)
    yield from learn_on(prepared, name, candidate, options, sizes=within(prepared, sizes))


def within(prepared: Prepared, sizes: Sequence[int], *, most: int | None = None) -> list[int]:
    """The sizes in order, those beyond the training rows (or ``most`` of them) replaced by all there is.

    Feedback is learned from at every size and not counted.
    """
    rows = int((~_of_feedback(prepared)).sum())
    return sorted({min(size, rows, most or rows) for size in sizes})


def feedback_rows(prepared: Prepared) -> int:
    """Rows that every point has learned from beside those of its size."""
    return int(_of_feedback(prepared).sum())


def _of_feedback(prepared: Prepared) -> pd.Series:
    """Of each row to learn from, whether users of the app said it."""
    frame = binary(prepared.frame)
    return frame.loc[frame["role"] == TRAIN, "dataset"] == FEEDBACK


def learn_on(
    prepared: Prepared, name: str, candidate: Candidate, options: RunOptions, *, sizes: Sequence[int]
) -> Iterator[LearningPoint]:
    """`learn`, on data that were prepared before, with sizes that they have."""
    client = tracking.connect()
    with mlflow.start_run(run_name=f"{name}: learning curve", tags={"learning_curve_of": name}):
        mlflow.log_params({"sizes": " ".join(map(str, sizes)), "data_sha256": prepared.fingerprint.sha256})
        for size in sizes:
            run_id = _measured(prepared, name, candidate, replace(options, train_rows=size))
            yield of_run(client.get_run(run_id))


def _measured(prepared: Prepared, name: str, candidate: Candidate, options: RunOptions) -> str:
    """The id of the run that keeps the point."""
    texts = TrainingTexts(prepared.frame, options)
    with mlflow.start_run(
        run_name=f"{name}, {texts.training_rows} rows",
        tags={TAG: name, "family": candidate.family},
        nested=True,
    ) as run:
        mlflow.log_params({**parameters(candidate, options), "data_sha256": prepared.fingerprint.sha256})
        mlflow.log_metric(ROWS, texts.training_rows)
        fit_and_score(candidate, texts, options)
        return str(run.info.run_id)

"""Assessments of bundles that do not exist."""

import numpy as np

from training.assessment.kept import Assessed, Predictions
from training.assessment.on_data_set import on_data_set
from training.assessment.record import Assessment, Cost, Latency


def predictions(**right: list[bool]) -> Predictions:
    """Answers that are right or wrong on each data set's rows, which are positive and negative in turn."""
    names = np.concatenate([np.full(len(rows), name) for name, rows in right.items()])
    labels = (np.arange(len(names)) % 2).astype(np.int8)
    good = np.concatenate([np.array(rows) for rows in right.values()])
    probabilities = np.where(good == (labels == 1), 0.9, 0.1).astype(np.float32)
    return Predictions(datasets=names, labels=labels, probabilities=probabilities)


def answers(rows: int, right: int, *, fixed: int = 0, broken: int = 0) -> list[bool]:
    """The first so many are right; then some of the others are fixed and some of these broken."""
    found = np.arange(rows) < right
    found[right : right + fixed] = True
    found[:broken] = False
    return found.tolist()


def made(
    candidate: str,
    validation: Predictions,
    *,
    test: Predictions | None = None,
    run_id: str = "",
    latency: float = 1.0,
    megabytes: float = 5.0,
) -> Assessed:
    test = test or predictions(tweets=answers(20, 15))
    probabilities = test.probabilities
    record = Assessment(
        candidate=candidate,
        run_id=run_id or f"run-{candidate}",
        version=f"{candidate}-1",
        data_sha256="d1",
        train_rows=100,
        train_seconds=1.5,
        parameters={"seed": "7"},
        sets={
            str(name): on_data_set(
                test.labels[test.datasets == name],
                probabilities[test.datasets == name],
                before=probabilities[test.datasets == name].astype(np.float64),
            )
            for name in np.unique(test.datasets)
        },
        slices=[],
        behaviours=[],
        cost=Cost(
            bytes=int(megabytes * 1e6),
            load_ms=10.0,
            peak_mb=100.0,
            latency=[Latency(tokens, latency * tokens / 24, 2 * latency) for tokens in (5, 24, 50)],
            batch_texts_per_second=1000.0,
        ),
        mistakes=[],
        validation=validation.accuracy(),
    )
    return Assessed(record=record, test=test, validation=validation)

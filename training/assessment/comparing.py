"""Assessed candidates side by side, for a terminal."""

from collections.abc import Sequence

import numpy as np

from training.assessment.kept import Assessed, Predictions, mean_accuracy, usual_latency
from training.assessment.layout import laid_out
from training.assessment.paired import Paired, paired
from training.assessment.record import QUANTISATION, Assessment

POOLED = "all tweets"


def table(records: Sequence[Assessment]) -> str:
    """One line a candidate: accuracy on each data set's test rows, and what its bundle takes."""
    names = sorted({name for one in records for name in one.sets})
    header = ["bundle of", "validation", "test mean", *names, "ms", "MB", "texts/s", "behaviours"]
    lines = []
    for one in records:
        accuracy = {name: on.accuracy.value for name, on in one.sets.items()}
        cases, held = (sum(getattr(each, key) for each in one.behaviours) for key in ("cases", "held"))
        lines.append(
            [
                one.candidate,
                f"{mean_accuracy(one.validation):.4f}",
                f"{mean_accuracy(accuracy):.4f}",
                *(f"{accuracy[name]:.4f}" if name in accuracy else "" for name in names),
                f"{usual_latency(one).p50:.2f}",
                f"{one.cost.bytes / 1e6:.1f}",
                f"{one.cost.batch_texts_per_second:,.0f}",
                f"{held}/{cases}",
            ]
        )
    notes = {
        one.candidate if name == QUANTISATION else name: note
        for one in records
        for name, note in one.notes.items()
    }
    return "\n".join([laid_out(header, lines, left=1), *(f"{name}: {note}" for name, note in notes.items())])


def differences(best: Assessed, others: Sequence[Assessed]) -> str:
    """The others' accuracy against the best one's on the same test rows, and McNemar's two-sided p."""
    first = best.record.candidate
    header = ["bundle of", "test rows of", "rows", f"against {first}", "p"]
    lines = []
    for other in others:
        for name, pair in pairs(best.test, other.test).items():
            lines.append(
                [
                    other.record.candidate,
                    name,
                    f"{pair.rows:,}",
                    f"{-pair.loss:+.4f}",
                    f"{pair.p_different:.2g}",
                ]
            )
    return laid_out(header, lines, left=2)


def pairs(best: Predictions, other: Predictions) -> dict[str, Paired]:
    """Both on the test rows of each data set that both were measured on, and on all of tweets together."""
    found = {}
    for name in np.unique(best.datasets):
        one, two = _of(best, name), _of(other, name)
        if np.array_equal(one.labels, two.labels):
            found[str(name)] = _paired(one, two)
    one, two = best.of_tweets, other.of_tweets
    if len(found) > 1 and np.array_equal(one.labels, two.labels):
        found[POOLED] = _paired(one, two)
    return {name: pair for name, pair in found.items() if pair is not None}


def _of(predictions: Predictions, name: str) -> Predictions:
    return predictions.part(predictions.datasets == name)


def _paired(best: Predictions, other: Predictions) -> Paired | None:
    return paired(best.labels, present=best.probabilities, challenger=other.probabilities)

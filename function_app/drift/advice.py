"""What to do about a report, and which predictions to look at first."""

from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from function_app.store.records import (
    DriftAccuracy,
    DriftAction,
    DriftAdvice,
    DriftReport,
    DriftTestName,
    Prediction,
)

MOST_TO_LABEL = 50

ENOUGH_EXAMPLES = 200
"""Labelled examples that make a training worth while."""

ACCURACY_MARGIN = 0.02
"""The estimated accuracy must be this far below the reference, its whole interval, to count as hurt."""

ENOUGH_VOTES = 30
"""Votes of people from which an error rate as expected counts as a sign of health."""

_WHAT_TO_DO = {
    "insufficient_data": "Nothing to do but wait.",
    "stable": "There is nothing to do.",
    "warning": "Watch the next checks; no alarm is raised yet.",
}


def advise(
    report: DriftReport, rows: Sequence[Prediction], typical: NDArray[np.float64], *, waiting: int
) -> DriftAdvice:
    """What to do. `typical` (N,) belongs to `rows`, see `typicality`; `waiting`: labelled examples there are.

    A retraining is only advised where answers got worse, or where the tweets are of another kind and labels
    for them are there already. That more or fewer tweets are positive than before may be plain news, so it is
    never a reason alone. Nor are tweets in other languages, unless more answers got worse than they are.
    """
    if report.status == "insufficient_data":
        return _advice("wait", _WHAT_TO_DO[report.status])
    if report.status == "stable":
        return _advice("nothing", _WHAT_TO_DO[report.status])
    if report.status == "warning":
        return _advice("watch", _WHAT_TO_DO[report.status])
    return _for_drift(report, most_informative(rows, typical), waiting)


def accuracy_fell(accuracy: DriftAccuracy) -> bool:
    """Whether even the upper end of the estimate is `ACCURACY_MARGIN` below the reference."""
    return accuracy.high < accuracy.reference - ACCURACY_MARGIN


def most_informative(rows: Sequence[Prediction], typical: NDArray[np.float64]) -> list[str]:
    """Ids of up to `MOST_TO_LABEL` different tweets whose labels say most, the best first.

    A tweet's merit is its uncertainty, 1 − |2p − 1| (uncertainty sampling: Lewis and Gale, "A sequential
    algorithm for training text classifiers", SIGIR 1994), times the rank of its typicality among the rows,
    0 to 1 (information density: Settles and Craven, "An analysis of active learning strategies for sequence
    labeling tasks", EMNLP 2008, with the likelihood ratio of the change as the density). They are taken topic
    by topic in turns, so that they are not all alike.
    """
    if not rows:
        return []
    uncertain = 1 - np.abs(2 * np.array([row.probability for row in rows]) - 1)
    _, dense = np.unique(np.round(typical, 6), return_inverse=True)
    merit = (uncertain + 0.01) * (dense + 1) / (dense.max() + 1)
    queues: dict[int | None, list[str]] = defaultdict(list)
    seen: set[str] = set()
    for at in sorted(range(len(rows)), key=lambda at: (-merit[at], rows[at].id)):
        if rows[at].sha256 not in seen:
            seen.add(rows[at].sha256)
            queues[rows[at].topic].append(rows[at].id)
    turns = (
        (place, order, ids[place])
        for order, ids in enumerate(queues.values())
        for place in range(min(len(ids), MOST_TO_LABEL))
    )
    return [one for _, _, one in sorted(turns)][:MOST_TO_LABEL]


def _for_drift(report: DriftReport, label: list[str], waiting: int) -> DriftAdvice:
    ask = f"Label the {len(label)} tweets that the report lists" if len(label) > 1 else "Label recent tweets"
    examples = f"{waiting:,} labelled examples are waiting"
    enough = waiting >= ENOUGH_EXAMPLES
    fell = report.accuracy is not None and accuracy_fell(report.accuracy)
    if "language" in report.moved and _moved_by(report, "language") >= _moved_by(report, "error_rate"):
        found = _advice("watch", "The model reads English only: keep other languages away from it.")
    elif "error_rate" in report.moved:
        found = _advice("retrain", f"Retrain: the answers got worse. {ask} first, to learn from them.", label)
    elif fell and not enough:
        found = _advice("label", f"{ask}, then retrain: the answers seem to have got worse.", label)
    elif fell:
        found = _advice("retrain", f"Retrain, for the answers seem to have got worse: {examples}.", label)
    elif set(report.moved) <= {"positive_rate"} and _healthy(report):
        found = _advice("nothing", "People find the answers as right as before: no need to retrain.")
    elif set(report.moved) <= {"positive_rate"}:
        found = _advice("label", f"{ask} to see if the mood has changed or the model errs.", label)
    elif enough:
        found = _advice("retrain", f"Retrain on tweets of this kind: {examples}.", label)
    else:
        found = _advice("label", f"{ask}, so that the next training learns from them.", label)
    return found


def _moved_by(report: DriftReport, name: DriftTestName) -> float:
    """The effect of a test that moved, else 0."""
    return max(
        (test.effect for test in report.tests if test.name == name and name in report.moved), default=0
    )


def _healthy(report: DriftReport) -> bool:
    votes = report.votes
    return (
        votes.votes >= ENOUGH_VOTES
        and votes.error_rate is not None
        and votes.expected is not None
        and votes.error_rate <= votes.expected
    )


def _advice(action: DriftAction, sentence: str, label: Collection[str] = ()) -> DriftAdvice:
    return DriftAdvice(action=action, sentence=sentence, label=list(label))

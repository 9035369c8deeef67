"""All that is measured of a bundle, given rows that its model never saw."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from export.slices import members, members_by_reading
from function_app.bundle import read_bundle
from function_app.contract import LABELS
from function_app.predictor import Predictor
from training.assessment import bootstrap, cost
from training.assessment.behaviours import SUITE
from training.assessment.cases import behaviours
from training.assessment.kept import NOT_TWEETS, Predictions
from training.assessment.on_data_set import on_data_set
from training.assessment.record import Behaviour, Cost, Mistake, OnDataSet, OnSlice
from training.assessment.scored import ScoredRows, score
from training.data.records import TEST, VALIDATION

MISTAKES = 20
"""Of each data set."""
MOST_CHARACTERS = 500
"""Of a text among the mistakes: film reviews are long."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A bundle's figures, as an `Assessment` has them, and its answers."""

    version: str
    sets: dict[str, OnDataSet]
    slices: list[OnSlice]
    behaviours: list[Behaviour]
    cost: Cost
    mistakes: list[Mistake]
    test: Predictions
    validation: Predictions


def measure(folder: Path, rows: pd.DataFrame, *, progress: bool, rounds: int = cost.ROUNDS) -> Measured:
    """Measure the bundle in ``folder`` on validation and test rows (columns dataset, role, label, text).

    Data sets whose test rows lack a class are left out of ``sets``. Raises `BundleError` and `CostError`.
    """
    predictor = Predictor(read_bundle(folder))
    scored = score(predictor, rows, progress=progress)
    roles = rows["role"].to_numpy()
    test = scored.part(roles == TEST)
    return Measured(
        version=predictor.version,
        sets=_sets(test),
        slices=_slices(test.part(~test.rows["dataset"].isin(NOT_TWEETS).to_numpy())),
        behaviours=behaviours(predictor.probability, SUITE),
        cost=cost.measure(folder, rounds=rounds),
        mistakes=_mistakes(test),
        test=test.predictions,
        validation=scored.part(roles == VALIDATION).predictions,
    )


def _sets(test: ScoredRows) -> dict[str, OnDataSet]:
    found = {}
    for name, places in sorted(test.rows.groupby("dataset").indices.items()):
        labels = test.labels[places]
        if len(set(labels.tolist())) == len(LABELS):
            found[str(name)] = on_data_set(
                labels, test.scores.probability[places], before=test.before[places]
            )
    return found


def _slices(test: ScoredRows) -> list[OnSlice]:
    texts, scores = test.rows["text"].tolist(), test.scores
    masks = members(texts) | members_by_reading(
        texts, tokens=scores.tokens, unknown_tokens=scores.unknown_tokens, foreign=scores.foreign
    )
    right = test.predictions.right
    return [
        OnSlice(name=name, rows=int(mask.sum()), accuracy=bootstrap.share(right[mask]))
        for name, mask in masks.items()
        if mask.any()
    ]


def _mistakes(test: ScoredRows) -> list[Mistake]:
    """The surest ones of each data set."""
    probability = test.scores.probability
    confidence = np.maximum(probability, 1 - probability)
    wrong = test.rows[~test.predictions.right].assign(confidence=confidence[~test.predictions.right])
    surest = wrong.sort_values("confidence", ascending=False, kind="stable").groupby("dataset").head(MISTAKES)
    return [
        Mistake(
            dataset=row.dataset,
            text=row.text[:MOST_CHARACTERS],
            label=row.label,
            confidence=float(row.confidence),
        )
        for row in surest.sort_values("dataset", kind="stable").itertuples()
    ]

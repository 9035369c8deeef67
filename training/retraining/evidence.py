"""Both models, as they are or would be served, on everything that the gate asks for."""

import numpy as np
import pandas as pd

from export.slices import members
from function_app.predictor import Predictor
from training.assessment.cases import failures
from training.assessment.core_cases import CORE
from training.assessment.paired import Paired, Probabilities, paired
from training.data import binary
from training.data.datasets import FEEDBACK
from training.data.duplicates import text_key, wording
from training.data.records import POSITIVE, TEST
from training.retraining.gate import Behaviour, Evidence


def gather(holdout: pd.DataFrame, *, present: Predictor, challenger: Predictor) -> Evidence:
    """Score the held-out test rows and the behavioural cases with both.

    Usual test rows whose wording occurs among the held-out feedback are left out: joining the two can make a
    row a test row that was none when the present model was trained.
    """
    rows = binary(holdout[holdout["role"] == TEST])
    same = wording(text_key(rows["text"]))
    is_feedback = (rows["dataset"] == FEEDBACK).to_numpy()
    usual = ~is_feedback & ~same.isin(set(same[is_feedback])).to_numpy()

    texts = rows["text"].tolist()
    labels = (rows["label"] == POSITIVE).to_numpy()
    old, new = present.predict(texts).probability, challenger.predict(texts).probability

    def compared(here: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Paired | None:
        return paired(labels[here], present=old[here], challenger=new[here])

    datasets = {name: compared(usual & (rows["dataset"] == name).to_numpy()) for name in _names(rows)}
    slices = {name: compared(usual & inside) for name, inside in members(texts).items()}
    return Evidence(
        feedback=compared(is_feedback),
        datasets={name: pair for name, pair in datasets.items() if pair is not None},
        slices={name: pair for name, pair in slices.items() if pair is not None},
        behaviour=Behaviour(cases=len(CORE), present=_failures(present), challenger=_failures(challenger)),
    )


def _names(rows: pd.DataFrame) -> list[str]:
    return sorted(set(rows["dataset"]) - {FEEDBACK})


def _failures(predictor: Predictor) -> tuple[str, ...]:
    def score(texts: list[str]) -> Probabilities:
        return predictor.predict(texts).probability

    return tuple(str(case) for case in failures(score, CORE))

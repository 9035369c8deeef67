"""Both models, as they are or would be served, on everything that the gate asks for."""

import numpy as np
import pandas as pd

from export.slices import members
from function_app.predictor import Predictor
from training.assessment.cases import failures
from training.assessment.core_cases import CORE
from training.assessment.paired import Paired, Probabilities, paired
from training.data import binary, prepare
from training.data.datasets import FEEDBACK
from training.data.records import POSITIVE, TEST
from training.retraining.gate import Behaviour, Evidence
from training.retraining.plan import Plan


def without_joined(holdout: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The held-out rows without the usual test rows that only feedback made test rows.

    Feedback holds out more than most data sets do, and so does a group of rows, linked by wording or author,
    that it joins: its rows may be those that the present model learned from. So the usual data are prepared
    again without feedback, which costs what it cost before the training.

    Raises `DataError` as `prepare` does.
    """
    frame = prepare(plan.data, seed=plan.seed, limit=plan.limit, progress=False).frame
    tested = pd.MultiIndex.from_frame(frame.loc[frame["role"] == TEST, ["dataset", "text"]])
    known = pd.MultiIndex.from_frame(holdout[["dataset", "text"]]).isin(tested)
    joined = (holdout["role"] == TEST) & (holdout["dataset"] != FEEDBACK) & ~known
    return holdout[~joined].reset_index(drop=True)


def gather(holdout: pd.DataFrame, *, present: Predictor, challenger: Predictor) -> Evidence:
    """Score the held-out test rows, as `without_joined` leaves them, and the behavioural cases with both."""
    rows = binary(holdout[holdout["role"] == TEST])
    is_feedback = (rows["dataset"] == FEEDBACK).to_numpy()
    usual = ~is_feedback

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

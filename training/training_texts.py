"""The rows a run learns from and is measured on, as texts, ids, labels and weights."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from export.held_out import DISTANT_LABELS
from export.text_graph import Normaliser, TokenIds
from training.candidates import Examples
from training.data import DataError, binary, emoticons_restored, scrambled
from training.data.datasets import FEEDBACK
from training.data.records import CALIBRATION, POSITIVE, TEST, TRAIN, VALIDATION
from training.evaluation import HeldOut
from training.options import RunOptions

FEEDBACK_SHARE = 0.1
"""Part of the weight of all training rows that feedback is brought to."""
MAX_FEEDBACK_WEIGHT = 5.0
"""How much a row of feedback counts at most, against another one that people labelled."""


class TrainingTexts:
    """The negative and positive rows of every role, normalised by the text graph."""

    def __init__(self, frame: pd.DataFrame, options: RunOptions) -> None:
        self._options = options
        self._rows = {role: rows.reset_index(drop=True) for role, rows in binary(frame).groupby("role")}
        if TRAIN in self._rows:
            _balanceable(options.balanced, among=self._rows[TRAIN]["dataset"])
            if options.train_rows is not None:
                self._rows[TRAIN] = _drawn(self._rows[TRAIN], rows=options.train_rows, seed=options.seed)
        for role in (TRAIN, VALIDATION, CALIBRATION, TEST):
            found = set(self._rows[role]["label"]) if role in self._rows else set()
            if len(found) < 2:
                raise _too_small(role, found)
        normalise = Normaliser()
        self.normalised = {role: normalise(self._texts(role)) for role in self._rows}

    @property
    def training_rows(self) -> int:
        """How many rows there are to learn from, nonsense not counted."""
        return len(self._rows[TRAIN])

    def examples(self, role: str, to_ids: TokenIds) -> Examples:
        """The role's rows as the candidates take them, with weights; for training, nonsense behind them."""
        rows = self._rows[role]
        labels = (rows["label"] == POSITIVE).to_numpy(dtype=np.int8)
        weights = row_weights(rows["dataset"], human=self._options.human_weight)
        texts = self.normalised[role]
        if role == TRAIN:
            for name in self._options.balanced:
                balance(weights, labels, (rows["dataset"] == name).to_numpy())
        if role == TRAIN and self._options.nonsense:
            added = self._nonsense(texts)
            texts = [*texts, *added, *added]
            both = np.repeat(np.array([0, 1], dtype=np.int8), len(added))
            labels = np.concatenate([labels, both])
            weights = np.concatenate([weights, np.ones(len(both), dtype=np.float32)])
        return Examples(ids=to_ids(texts), labels=labels, weights=weights)

    def of_feedback(self, role: str) -> list[str]:
        """The role's normalised texts that come from users of the app."""
        rows = (self._rows[role]["dataset"] == FEEDBACK).tolist()
        return [text for text, is_feedback in zip(self.normalised[role], rows, strict=True) if is_feedback]

    def held_out(self, role: str, to_ids: TokenIds) -> HeldOut:
        """The role's rows as the evaluation takes them."""
        examples = self.examples(role, to_ids)
        return HeldOut(examples.ids, examples.labels, self._rows[role]["dataset"].to_numpy(dtype=object))

    def _nonsense(self, normalised: list[str]) -> list[str]:
        random = np.random.default_rng(self._options.seed)
        drawn = random.permutation(len(normalised))[: round(self._options.nonsense * len(normalised))]
        return scrambled([normalised[row] for row in drawn], rng=random)

    def _texts(self, role: str) -> list[str]:
        rows = self._rows[role]
        texts: list[str] = rows["text"].tolist()
        if role != TRAIN or not self._options.emoticons:
            return texts
        random = np.random.default_rng(self._options.seed)
        restored = emoticons_restored(texts, rows["label"], share=self._options.emoticons, rng=random)
        distant = rows["dataset"].isin(DISTANT_LABELS)
        return [
            with_one if cut else text for with_one, text, cut in zip(restored, texts, distant, strict=True)
        ]


def _drawn(frame: pd.DataFrame, *, rows: int, seed: int) -> pd.DataFrame:
    """The first so many of a random order of the rows, as they stood, and all that is feedback."""
    is_feedback = (frame["dataset"] == FEEDBACK).to_numpy()
    usual = np.flatnonzero(~is_feedback)
    drawn = usual[np.random.default_rng(seed).permutation(len(usual))[:rows]]
    return frame.iloc[np.sort(np.concatenate([drawn, np.flatnonzero(is_feedback)]))].reset_index(drop=True)


def _balanceable(names: Iterable[str], *, among: pd.Series) -> None:
    there = sorted(set(among))
    if missing := [name for name in names if name not in there]:
        raise DataError(
            f"to be balanced: {', '.join(missing)}, of which there is no training row; there are rows of "
            f"{', '.join(there)}"
        )


def row_weights(datasets: pd.Series, *, human: float) -> npt.NDArray[np.float32]:
    """How much each row counts in training, (N,) float32, from the names of the rows' data sets.

    A row labelled by its emoticon counts 1, one labelled by people `human`. Feedback is brought to a tenth of
    all weight: little of it counts more, up to five times `human` a row, and much of it less, down to 1, for
    it tells of mistakes more than of the language as a whole.
    """
    weights = np.where(datasets.isin(DISTANT_LABELS), 1.0, human)
    feedback = (datasets == FEEDBACK).to_numpy()
    if feedback.any():
        wanted = FEEDBACK_SHARE / (1 - FEEDBACK_SHARE) * weights[~feedback].sum() / feedback.sum()
        weights[feedback] = np.clip(wanted, 1.0, MAX_FEEDBACK_WEIGHT * human)
    return weights.astype(np.float32)


def balance(
    weights: npt.NDArray[np.float32], labels: npt.NDArray[np.int8], among: npt.NDArray[np.bool_]
) -> None:
    """Give both labels the same weight among some rows, (N,) bool, in place; that of all stays what it was.

    Rows of one label only stay as they are: there is nothing to balance.
    """
    of_label = [among & (labels == label) for label in (0, 1)]
    if all(rows.any() for rows in of_label):
        half = weights[among].sum() / 2
        for rows in of_label:
            weights[rows] *= half / weights[rows].sum()


def _too_small(role: str, found: set[str]) -> DataError:
    return DataError(
        f"the {role} rows hold {' and '.join(sorted(found)) or 'nothing'} only; negative and positive rows "
        "are both needed: take more rows or other data sets"
    )

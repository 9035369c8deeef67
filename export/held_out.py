"""The texts that a model never saw, and what its training framework says of them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from export.calibration import Calibration, refitted, sound_calibration, trust
from export.description import ForeignTexts
from export.errors import ExportError
from export.families import token_ids
from export.metrics import Scores, calibration_error, scores
from export.text_graph import Normaliser, known_share
from export.topics import Topics, fit_topics
from export.trained import TrainedModel

LABELS = ("negative", "positive")
DISTANT_LABELS = ("sentiment140",)
"""Data sets whose labels come from the emoticons that were cut from the tweets, and not from people."""
FEEDBACK = "feedback"
"""The data set of what users corrected, rich in the mistakes of the model that they met."""


class HeldOut:
    """The held-out rows of a trained model.

    ``calibration`` and ``test`` are the negative and positive rows of the two roles, the former without
    feedback where there are other rows; ``all`` has the neutral ones too. Each has the columns dataset, role,
    label and text.
    """

    def __init__(self, trained: TrainedModel) -> None:
        self.all = trained.holdout
        two_class = self.all[self.all["label"].isin(LABELS)]
        calibration = two_class[two_class["role"] == "calibration"]
        self.calibration = _without_feedback(calibration).reset_index(drop=True)
        self.test = two_class[two_class["role"] == "test"].reset_index(drop=True)
        self.normalise = Normaliser()
        self._trained = trained
        self._is_foreign = ForeignTexts()
        self._to_ids = token_ids(trained.family, trained.vocabulary, max_tokens=trained.max_tokens)
        self._calibration_evidence = self._evidence(self.calibration["text"].tolist())

    def fit_calibration(self) -> Calibration:
        """The calibration, fitted on the rows of that role; raises `ExportError` where none is sound."""
        return sound_calibration(
            *self._calibration_evidence, truth(self.calibration), self.calibration["dataset"]
        )

    def refit_calibration(
        self, calibration: Calibration, probability: npt.NDArray[np.float32]
    ) -> Calibration:
        """The calibration fitted anew to the calibration rows' probabilities by a changed model, (N,).

        Raises `ExportError` where none is sound.
        """
        _, trusted = self._calibration_evidence
        return refitted(
            calibration, probability, trusted, truth(self.calibration), self.calibration["dataset"]
        )

    def error_before_calibration(self) -> float:
        """Expected calibration error of the bare model on the calibration rows."""
        bare = Calibration(1.0, 0.0).apply(*self._calibration_evidence)
        return calibration_error(truth(self.calibration), bare)

    def expected(self, texts: Sequence[str], calibration: Calibration) -> npt.NDArray[np.float64]:
        """Calibrated P(positive) of N texts by the training framework instead of the exported model."""
        return calibration.apply(*self._evidence(texts))

    def fit_topics(self, *, seed: int) -> Topics:
        """The topics of the calibration rows, neutral ones too, so that no test row has had a say in them."""
        rows = self.all[self.all["role"] == "calibration"]
        return fit_topics(self.normalise(rows["text"].tolist()), rows["dataset"], seed=seed)

    def typical(self, *, rows: int, seed: int) -> list[str]:
        """At most ``rows`` texts of the calibration rows at random."""
        texts = self.calibration["text"]
        return list(texts.sample(min(rows, len(texts)), random_state=seed))

    def by_dataset(self, probability: npt.NDArray[np.float32]) -> dict[str, Scores]:
        """Scores of the test rows' (N,) probabilities for each data set that holds both classes.

        Raises `ExportError` where none does.
        """
        labels = truth(self.test)
        found = {}
        for name, rows in sorted(self.test.groupby("dataset").indices.items()):
            if len(set(labels[rows])) == len(LABELS):
                found[str(name)] = scores(labels[rows], probability[rows])
        if not found:
            raise ExportError(
                "no data set has test rows of both classes, so nothing says how good the model is; train on "
                "more data"
            )
        return found

    def _evidence(self, texts: Sequence[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        normalised = self.normalise(texts)
        ids = self._to_ids(normalised)
        return self._trained.logits(ids), trust(known_share(ids), self._is_foreign(normalised))


def truth(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The label of each row as (N,) int64, 1 for positive."""
    return np.asarray(rows["label"] == LABELS[1], dtype=np.int64)


def profiled(held_out: pd.DataFrame, *, rows: int, seed: int) -> pd.DataFrame:
    """At most ``rows`` random rows of each data set, neutral ones too: such tweets will arrive.

    ``held_out`` are those of ``HeldOut.all``. Calibration rows count like test rows: what is fitted on them,
    two numbers and the topics, is nothing that some thousand of them could be recognised by. Validation rows
    do not count: the training ended where the model did best on them. Nor does feedback where there are other
    rows: it is of tweets that were scored wrongly more often than such tweets are.
    """
    drawn = _without_feedback(held_out[held_out["role"].isin(["calibration", "test"])])
    return drawn.sample(frac=1.0, random_state=seed).groupby("dataset").head(rows)


def people_said(rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    """P(positive) by the label that people gave each row: (N,) float64, 0 or 1, NaN where there is none.

    NaN for feedback too, where people look more often at what was scored wrongly.
    """
    by_people = rows["label"].isin(LABELS) & ~rows["dataset"].isin([*DISTANT_LABELS, FEEDBACK])
    return np.where(by_people, truth(rows), np.nan)


def _without_feedback(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the other data sets, all rows where there are none of these."""
    usual = rows[rows["dataset"] != FEEDBACK]
    return usual if len(usual) else rows

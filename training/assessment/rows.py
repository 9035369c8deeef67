"""The rows that a candidate's bundle is measured on: negative and positive ones that training never saw."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.data import clean, load, prepare
from training.data.records import NEUTRAL, POSITIVE, TEST, VALIDATION

IMDB = "imdb"
IMDB_ROWS = 5_000
IMDB_SEED = 7
COLUMNS = ["dataset", "role", "label", "text"]


class AssessmentError(Exception):
    """A candidate cannot be assessed; the message says why."""


def assessed_rows(
    holdout: pd.DataFrame, parameters: Mapping[str, str], *, imdb: int | None, progress: bool
) -> pd.DataFrame:
    """The validation and test rows that a run has kept, and IMDB's behind them; columns `COLUMNS`.

    Runs of earlier days kept no validation rows: their data sets are read and split again, as ``parameters``
    (those of the run) say. ``imdb``: at most so many reviews of IMDB's own test part, always the same ones;
    None for none.

    Raises:
        AssessmentError: data sets that are read again are no longer what they were.
        DataError: data sets cannot be read.
    """
    roles = set(holdout["role"])
    kept = [
        holdout if VALIDATION in roles else pd.concat([_validation(parameters, progress=progress), holdout])
    ]
    if imdb is not None and IMDB not in set(holdout["dataset"]):
        kept.append(imdb_rows(imdb, progress=progress))
    rows = pd.concat(kept, ignore_index=True)[COLUMNS]
    return rows[rows["role"].isin([VALIDATION, TEST]) & (rows["label"] != NEUTRAL)].reset_index(drop=True)


def labels_of(rows: pd.DataFrame) -> npt.NDArray[np.int8]:
    """(N,) int8, 1 is positive."""
    return np.asarray(rows["label"] == POSITIVE, dtype=np.int8)


def imdb_rows(most: int, *, progress: bool) -> pd.DataFrame:
    """Reviews of the official test part of IMDB (Maas et al. 2011), the same for every candidate."""
    reviews = load(IMDB, progress=progress)
    test = reviews[reviews["split"] == TEST]
    drawn = np.sort(np.random.default_rng(IMDB_SEED).permutation(len(test))[:most])
    rows = test.iloc[drawn].assign(role=TEST)
    return rows.assign(text=clean(rows["text"]))[COLUMNS]


def imdb_note(max_tokens: int) -> str:
    """What IMDB's figures are of, where a model was trained on tweets."""
    return (
        "film reviews of some hundred words, none of which the model was trained on; it reads the first "
        f"{max_tokens} tokens of each"
    )


def _validation(parameters: Mapping[str, str], *, progress: bool) -> pd.DataFrame:
    limit = parameters.get("limit", "None")
    prepared = prepare(
        parameters["data"].split(","),
        seed=int(parameters["seed"]),
        limit=None if limit == "None" else int(limit),
        progress=progress,
    )
    if prepared.fingerprint.sha256 != parameters["data_sha256"]:
        raise AssessmentError(
            "the run kept no validation rows, and its data sets are not what they were: train it again"
        )
    return prepared.frame[prepared.frame["role"] == VALIDATION]

"""The data sets known by name: their files, their columns and how each is split."""

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .errors import DataError

REPOSITORY = Path(__file__).resolve().parents[2]
FORMATS = "their formats: docs/TRAINING.md, Data files"


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The names of a table's columns.

    `text` and `label` must be there. The others are read when named; where `None`, a column called `author`,
    `split` or `slice` is taken if the table has one.
    """

    text: str = "text"
    label: str = "label"
    author: str | None = None
    split: str | None = None
    slice: str | None = None


@dataclass(frozen=True, kw_only=True)
class Shares:
    """The parts of a data set, each in [0, 1), that are held out; training gets the rest."""

    validation: float = 0.10
    calibration: float = 0.10
    test: float = 0.15

    def __post_init__(self) -> None:
        parts = (self.validation, self.calibration, self.test)
        if not all(math.isfinite(part) and part >= 0 for part in parts) or self.held_out >= 1:
            raise ValueError("shares must be 0 or more and leave something for training")

    @property
    def held_out(self) -> float:
        """The part that training never sees."""
        return self.validation + self.calibration + self.test


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A data set that has a name here.

    Attributes:
        files: file or folder names to look for, in this order.
        columns: the names in its table.
        source: where people get the public original.
        terms: under which it may be used.
        evaluation_only: every row is for testing, and so is any row that shares a text or an author with one.
        official_split: the set's own test rows stay test rows, its training rows never become test rows.
    """

    name: str
    files: tuple[str, ...]
    columns: Columns = Columns()
    source: str
    terms: str
    shares: Shares = field(default_factory=Shares)
    evaluation_only: bool = False
    official_split: bool = False


SENTIMENT140 = "sentiment140"
FEEDBACK = "feedback"
_ORIGINAL_SENTIMENT140 = "training.1600000.processed.noemoticon.csv"

DATASETS = {
    dataset.name: dataset
    for dataset in (
        DataSet(
            name=SENTIMENT140,
            files=(
                "sentiment140.csv.gz",
                _ORIGINAL_SENTIMENT140,
                f"{_ORIGINAL_SENTIMENT140}.gz",
                f"{_ORIGINAL_SENTIMENT140}.zip",
                "trainingandtestdata.zip",
                "sentiment140.zip",
            ),
            source="http://help.sentiment140.com/for-students",
            terms="Go, Bhayani and Huang 2009; academic use, tweets under X's terms",
            shares=Shares(validation=0.01, calibration=0.01, test=0.02),
        ),
        DataSet(
            name="airline",
            files=("airline.csv.gz", "Tweets.csv", "Tweets.csv.gz", "Tweets.csv.zip"),
            columns=Columns(slice="airline"),
            source="https://www.kaggle.com/datasets/crowdflower/twitter-airline-sentiment",
            terms="CrowdFlower 2015; CC BY-NC-SA 4.0",
        ),
        DataSet(
            name="semeval",
            files=("semeval_2013_2016.csv.gz",),
            columns=Columns(split="source", slice="source"),
            source="https://alt.qcri.org/semeval2017/task4/",
            terms="SemEval Task 4/2/9/10 subtask A, 2013-2016; annotations CC BY 3.0",
        ),
        DataSet(
            name="tweet_sentiment_extraction",
            files=("tweet_sentiment_extraction.csv.gz",),
            columns=Columns(split="kaggle_split"),
            source="https://www.kaggle.com/competitions/tweet-sentiment-extraction",
            terms="Kaggle 2020; CC BY 4.0",
        ),
        DataSet(
            name="sts_gold",
            files=("sts_gold.csv.gz",),
            source="the authors of https://ceur-ws.org/Vol-1096/paper1.pdf",
            terms="Saif, Fernandez, He and Alani 2013; research use",
            evaluation_only=True,
        ),
        DataSet(
            name="imdb",
            files=("imdb.csv.gz", "aclImdb"),
            source="https://ai.stanford.edu/~amaas/data/sentiment/",
            terms="Maas et al. 2011; research use, to be cited",
            official_split=True,
        ),
        DataSet(
            name=FEEDBACK,
            files=("feedback.csv",),
            source="python -m training collect",
            terms="what users of this app sent; under what was agreed with them",
            # Users report mistakes more than hits: calibrating or stopping on such rows would mislead.
            shares=Shares(validation=0.0, calibration=0.0, test=0.3),
        ),
    )
}


def known_as(spec: str | Path) -> DataSet | None:
    """The set that has a name here and that a name, or the name of a path's last part, stands for."""
    named = DATASETS.get(str(spec))
    return named or next((one for one in DATASETS.values() if Path(spec).name in one.files), None)


def set_name(spec: str | Path) -> str:
    """What the rows of a data set are called that is given by its name or its path."""
    known = known_as(spec)
    return known.name if known else Path(spec).name.split(".")[0]


def is_feedback(spec: str | Path) -> bool:
    """Whether a data set, by its name or its path, is what users of the app said."""
    known = known_as(spec)
    return known is not None and known.name == FEEDBACK


def data_dir(given: Path | None = None) -> Path:
    """The folder of the data sets: `given`, else the environment's `DATA_DIR`, else `../shared/data`.

    Raises:
        DataError: the folder does not exist.
    """
    folder = _folder(given)
    if not folder.is_dir():
        raise DataError(_no_folder(folder))
    return folder


def require(specs: Iterable[str | Path], given: Path | None = None) -> None:
    """Look for every data set that is asked for by its name, before the first of them is read.

    Raises:
        DataError: some are missing: all of these, and where people get them.
    """
    folder = _folder(given)
    wanted = [DATASETS[str(spec)] for spec in specs if str(spec) in DATASETS]
    missing = [dataset for dataset in wanted if _found(dataset, folder) is None]
    if missing and folder.is_dir():
        raise DataError("; ".join([*(_missing(dataset, folder) for dataset in missing), FORMATS]))
    if missing:
        sources = "; ".join(f"{dataset.name} from {dataset.source}" for dataset in missing)
        raise DataError(f"{_no_folder(folder)}; get {sources}; {FORMATS}")


def located(dataset: DataSet, folder: Path) -> Path:
    """The first of the set's files that is in `folder`.

    Raises:
        DataError: none of them is.
    """
    found = _found(dataset, folder)
    if found is None:
        raise DataError(_missing(dataset, folder))
    return found


def _folder(given: Path | None) -> Path:
    return given or Path(os.environ.get("DATA_DIR") or REPOSITORY.parent / "shared" / "data")


def _found(dataset: DataSet, folder: Path) -> Path | None:
    return next((folder / name for name in dataset.files if (folder / name).exists()), None)


def _no_folder(folder: Path) -> str:
    return f"no data folder at {folder}: set DATA_DIR to the folder that holds the data sets"


def _missing(dataset: DataSet, folder: Path) -> str:
    return f"{dataset.name}: none of {', '.join(dataset.files)} is in {folder}; get it from {dataset.source}"

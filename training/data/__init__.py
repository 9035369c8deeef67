"""Labelled texts: loading, cleaning, and splits through which nothing leaks.

>>> from training.data import prepare  # doctest: +SKIP
>>> prepared = prepare(["sentiment140", "airline"], seed=7)  # doctest: +SKIP
>>> train = prepared.frame[prepared.frame["role"] == "train"]  # doctest: +SKIP
"""

from .cleaning import clean
from .datasets import DATASETS, Columns, DataSet, Shares, data_dir
from .duplicates import CleaningReport, text_key, without_conflicts_and_duplicates
from .emoticons import emoticons_restored
from .errors import DataError
from .fingerprints import Fingerprint, RoleCounts, fingerprint
from .loaders import load
from .nonsense import scrambled
from .preparation import Prepared, prepare
from .records import LABELS, ROLES, binary
from .splitting import sampled, split

__all__ = [
    "DATASETS",
    "LABELS",
    "ROLES",
    "CleaningReport",
    "Columns",
    "DataError",
    "DataSet",
    "Fingerprint",
    "Prepared",
    "RoleCounts",
    "Shares",
    "binary",
    "clean",
    "data_dir",
    "emoticons_restored",
    "fingerprint",
    "load",
    "prepare",
    "sampled",
    "scrambled",
    "split",
    "text_key",
    "without_conflicts_and_duplicates",
]

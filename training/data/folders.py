"""The folder of film reviews that is published as aclImdb (Maas et al., 2011)."""

from pathlib import Path

import pandas as pd
from tqdm import tqdm

from .errors import DataError, shown
from .files import BAR_DELAY
from .records import NEGATIVE, POSITIVE, TEST, TRAIN

_SPLITS = (TRAIN, TEST)
_LABELS = {"pos": POSITIVE, "neg": NEGATIVE}


def is_acl_imdb(folder: Path) -> bool:
    """Whether the folder has aclImdb's four parts."""
    return all((folder / split / part).is_dir() for split in _SPLITS for part in _LABELS)


def read_acl_imdb(folder: Path, *, progress: bool = False) -> pd.DataFrame:
    """Columns `text`, `label`, `split` and, all missing, `author` and `slice`, without unlabelled reviews.

    Raises:
        DataError: a file that is not UTF-8 or cannot be read.
    """
    files = [
        (file, label, split)
        for split in _SPLITS
        for part, label in _LABELS.items()
        for file in sorted((folder / split / part).glob("*.txt"))
    ]
    bar = tqdm(
        files,
        desc=f"reading {folder.name}",
        unit="file",
        delay=BAR_DELAY,
        disable=None if progress else True,
        leave=False,
    )
    rows = [(_text(file), label, None, split, None) for file, label, split in bar]
    return pd.DataFrame(rows, columns=["text", "label", "author", "split", "slice"])


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = shown(error.object[error.start : error.end])
        raise DataError(f"{file}: byte {error.start}: {found} is not UTF-8") from error
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error}") from error

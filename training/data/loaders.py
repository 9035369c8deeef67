"""Any data set, by its name or its path, as the one table of `records`."""

from pathlib import Path

import numpy as np
import pandas as pd

from . import tables
from .datasets import DATASETS, Columns, data_dir, located
from .errors import DataError, shown
from .folders import is_acl_imdb, read_acl_imdb
from .records import COLUMNS, NEGATIVE, NEUTRAL, POSITIVE

_SENTIMENT140 = Columns(text="text", label="polarity", author="user")
_AIRLINE = Columns(text="text", label="airline_sentiment", author="name", slice="airline")

_WORDS = {word: word for word in (NEGATIVE, NEUTRAL, POSITIVE)}
_ZERO_ONE = {"0": NEGATIVE, "1": POSITIVE}
_ZERO_TWO_FOUR = {"0": NEGATIVE, "2": NEUTRAL, "4": POSITIVE}


def load(
    spec: str | Path,
    *,
    name: str | None = None,
    columns: Columns | None = None,
    folder: Path | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """One data set as a table with the columns `records.COLUMNS`, in the order of its file.

    Args:
        spec: a name in `DATASETS`, looked for in the data folder, or the path of a file or folder. Which
            format it has is seen from its content: Sentiment140's original, the airline original, the folder
            aclImdb, or any CSV, TSV or JSON Lines file with a text and a label column, plain, gzipped or
            zipped.
        name: what to call a data set given by path. If not given, the known name of a file that `DATASETS`
            lists, else the file's name without endings.
        columns: the names of the columns, where they are not `text` and `label`.
        folder: the data folder, see `data_dir`.

    Raises:
        DataError: it is missing, empty, undecodable, or has other columns or labels than it should.
    """
    known = DATASETS.get(str(spec))
    if known is not None:
        path, name = located(known, data_dir(folder)), known.name
    else:
        path = Path(spec)
        if not path.exists():
            raise DataError(
                f"{path}: no such file or folder, and no data set of that name ({', '.join(DATASETS)})"
            )
        known = next((one for one in DATASETS.values() if path.name in one.files), None)
        name = name or (known.name if known else path.name.split(".")[0])
    if path.is_dir():
        if not is_acl_imdb(path):
            raise DataError(
                f"{path}: a folder should be aclImdb, with train/pos, train/neg, test/pos, test/neg"
            )
        frame = read_acl_imdb(path, progress=progress)
    else:
        usual = known.columns if known else Columns()
        frame = _from_table(path, given=columns, usual=usual, progress=progress)
    if frame.empty:
        raise DataError(f"{path}: has no rows")
    return frame.assign(dataset=name).astype("str")[list(COLUMNS)]


def _from_table(path: Path, *, given: Columns | None, usual: Columns, progress: bool) -> pd.DataFrame:
    table = tables.layout(path)
    header = set(table.header)
    original = _SENTIMENT140 if table.names else _AIRLINE if _AIRLINE.label in header else None
    columns = given or original or usual
    wanted = {"text": columns.text, "label": columns.label}
    for role in ("author", "split", "slice"):
        source = getattr(columns, role) or (role if role in header or table.kind == "jsonl" else None)
        if source is not None:
            wanted[role] = source
    # Objects of one JSON Lines file may differ; the first must have a text and a label.
    needed = wanted.values() if table.kind != "jsonl" else ((columns.text, columns.label) if header else ())
    if missing := [source for source in needed if source not in header]:
        found = ", ".join(shown(column) for column in table.header[:20])
        raise DataError(f"{path}: needs the columns {', '.join(missing)}; found {found}")
    raw = tables.read(path, table, list(wanted.values()), progress=progress)
    frame = pd.DataFrame({role: raw[source] for role, source in wanted.items()})
    incomplete = frame["text"].isna() | frame["label"].isna()
    if incomplete.any():
        row = int(np.argmax(incomplete)) + 1
        raise DataError(f"{path}: row {row}: no {columns.text} or no {columns.label}")
    frame["label"] = labels(frame["label"], path)
    for role in ("author", "split", "slice"):
        frame[role] = frame[role].replace("", np.nan) if role in frame else np.nan
    return frame


def labels(values: pd.Series, path: Path) -> pd.Series:
    """The words for a column of labels: words in any case, or 0 and 1, or 0, 2 and 4.

    Raises:
        DataError: a value that is none of these, by row, counted from 1 without the header.
    """
    codes, found = pd.factorize(values)
    plain = [str(value).strip().casefold() for value in found]
    coding = _WORDS | (_ZERO_TWO_FOUR if {"2", "4"} & set(plain) else _ZERO_ONE)
    for code, value in enumerate(plain):
        if value not in coding:
            row = int(np.argmax(codes == code)) + 1
            expected = "negative, neutral or positive, or 0 and 1, or 0, 2 and 4"
            raise DataError(f"{path}: row {row}: label {shown(found[code])} should be {expected}")
    return pd.Series(np.array([coding[value] for value in plain], dtype=object)[codes], dtype="str")

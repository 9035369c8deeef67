"""Reading CSV, TSV and JSON Lines into columns of strings."""

import csv
import io
import warnings
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pandas as pd

from .errors import DataError, shown
from .files import opened, table_name

UTF8 = "utf-8-sig"  # takes a byte order mark away where there is one
LATIN1 = "latin-1"
SENTIMENT140_COLUMNS = ("polarity", "id", "date", "query", "user", "text")

_PEEKED = 1 << 16  # bytes


class Table(msgspec.Struct, frozen=True):
    """How a file is laid out: `kind` is `"csv"`, `"tsv"` or `"jsonl"`, `header` the columns that it has.

    `names` is empty where the file names its columns itself.
    """

    kind: str
    encoding: str = UTF8
    names: tuple[str, ...] = ()
    header: tuple[str, ...] = ()


def layout(path: Path) -> Table:
    """What the start of the file shows.

    Sentiment140's original is known by its shape: no header, six columns, a polarity and a number first.

    Raises:
        DataError: the file cannot be read, or is empty.
    """
    with opened(path) as stream:
        start = stream.read(_PEEKED).decode(UTF8, errors="replace")
    start = start.lstrip("\r\n")
    if not start.strip():
        raise DataError(f"{path}: is empty")
    name = table_name(path).casefold()
    first_line = start.splitlines()[0]
    if name.endswith((".jsonl", ".ndjson")):
        try:
            return Table("jsonl", header=tuple(msgspec.json.decode(first_line, type=dict[str, object])))
        except msgspec.DecodeError:
            return Table("jsonl")  # reading it says what is wrong, and where
    if name.endswith(".tsv") or ("\t" in first_line and "," not in first_line):
        return Table("tsv", header=tuple(first_line.split("\t")))
    header = tuple(next(csv.reader(io.StringIO(start, newline=""))))
    if len(header) == len(SENTIMENT140_COLUMNS) and header[0] in {"0", "2", "4"} and header[1].isdigit():
        return Table("csv", LATIN1, SENTIMENT140_COLUMNS, SENTIMENT140_COLUMNS)
    if any("\ufffd" in column for column in header) and (undecodable := _undecodable(path)):
        raise undecodable
    return Table("csv", header=header)


def read(path: Path, table: Table, columns: Sequence[str], *, progress: bool = False) -> pd.DataFrame:
    """The named columns of the file, every value as the string that stands there ("NA" stays "NA").

    A tab-separated file has no quoting (IANA text/tab-separated-values).

    Raises:
        DataError: undecodable bytes, a row that is too wide, a line that is no JSON object.
    """
    try:
        if table.kind == "jsonl":
            return _read_jsonl(path, columns, progress=progress)
        return _read_delimited(path, table, columns, progress=progress)
    except UnicodeDecodeError as error:
        raise _undecodable(path) or DataError(f"{path}: is not UTF-8") from error


def _read_delimited(path: Path, table: Table, columns: Sequence[str], *, progress: bool) -> pd.DataFrame:
    with opened(path, progress=progress) as stream, warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            frame = pd.read_csv(
                stream,
                sep="\t" if table.kind == "tsv" else ",",
                quoting=csv.QUOTE_NONE if table.kind == "tsv" else csv.QUOTE_MINIMAL,
                header=None if table.names else 0,
                names=list(table.names) or None,
                encoding=table.encoding,
                dtype=str,
                na_filter=False,
                index_col=False,
            )
        except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
            # An unquoted comma in a text makes a row too wide: taking the first columns would cut the text.
            reason = " ".join(str(error).split())
            raise DataError(f"{path}: not a table of {len(table.header)} columns: {reason}") from error
    return frame[list(dict.fromkeys(columns))]


def _read_jsonl(path: Path, columns: Sequence[str], *, progress: bool) -> pd.DataFrame:
    rows: dict[str, list[str | None]] = {name: [] for name in columns}
    decoder = msgspec.json.Decoder(dict[str, object])
    with opened(path, progress=progress) as stream:
        for number, line in enumerate(stream, start=1):
            content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if not content.strip():
                continue
            try:
                row = decoder.decode(content)
            except msgspec.DecodeError as error:
                content.decode("utf-8")
                raise DataError(f"{path}: line {number}: not a JSON object: {error}") from error
            for name, values in rows.items():
                value = row.get(name)
                values.append(None if value is None else str(value))
    return pd.DataFrame(rows, dtype="str")


def _undecodable(path: Path) -> DataError | None:
    """The error that says where the first line stands that is not UTF-8."""
    offset = 0
    with opened(path) as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                found = shown(line[error.start : error.end])
                return DataError(f"{path}: line {number}, byte {offset + error.start}: {found} is not UTF-8")
            offset += len(line)
    return None

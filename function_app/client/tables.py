"""Files of texts: CSV and TSV with a header, JSON Lines, and plain text with one text a line."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from function_app.client.api import ClientError

Row = dict[str, Any]

READABLE = (".csv", ".tsv", ".jsonl", ".txt")
_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_LARGEST_FIELD = 100_000_000


class Table:
    """A file of texts, read row by row. Raises `ClientError` for a file that cannot be read.

    `column` is where the text is; a `.txt` file has the one column `text`.
    """

    def __init__(self, path: Path, column: str) -> None:
        self.kind = path.suffix.lower()
        if self.kind not in READABLE:
            raise ClientError(f"{path} must be one of {', '.join(READABLE)}, by its name")
        self._path = path
        self.column = "text" if self.kind == ".txt" else column
        self._file: io.BufferedReader | None = None
        try:
            self.size = path.stat().st_size
        except OSError as error:
            raise ClientError(f"{path} cannot be read ({error.strerror}); check the path") from error

    def rows(self) -> Iterator[Row]:
        """The rows in order, each with its columns."""
        csv.field_size_limit(_LARGEST_FIELD)
        try:
            with self._path.open("rb") as self._file:
                text = io.TextIOWrapper(self._file, encoding="utf-8-sig", newline="")
                yield from self._read(text)
        except OSError as error:
            raise ClientError(f"{self._path} cannot be read ({error.strerror})") from error
        except UnicodeDecodeError as error:
            raise ClientError(f"{self._path} is not UTF-8; save it as UTF-8") from error
        except csv.Error as error:
            raise ClientError(f"{self._path} is not a table ({error}); check its quotes") from error

    def bytes_read(self) -> int:
        """How far the file is read, in bytes, for showing progress."""
        return self._file.tell() if self._file is not None and not self._file.closed else self.size

    def _read(self, text: io.TextIOWrapper) -> Iterator[Row]:
        if self.kind == ".txt":
            yield from ({"text": line.rstrip("\r\n")} for line in text)
        elif self.kind == ".jsonl":
            yield from self._read_lines(text)
        else:
            yield from self._read_table(text)

    def _read_table(self, text: io.TextIOWrapper) -> Iterator[Row]:
        reader = csv.DictReader(text, delimiter=_DELIMITERS[self.kind], restval="", strict=True)
        names = reader.fieldnames or []
        if self.column not in names:
            known = ", ".join(names) or "none"
            raise ClientError(
                f"{self._path} has no column {self.column} (its columns: {known}); use --column"
            )
        for row in reader:
            if None in row:
                raise ClientError(f"{self._path}, line {reader.line_num}: more fields than the header has")
            yield row

    def _read_lines(self, text: io.TextIOWrapper) -> Iterator[Row]:
        for number, line in enumerate(text, start=1):
            try:
                row = json.loads(line)
            except ValueError:
                raise ClientError(
                    f"{self._path}, line {number}: not JSON; it must be one object a line"
                ) from None
            if not isinstance(row, dict) or not isinstance(row.get(self.column), str):
                raise ClientError(
                    f"{self._path}, line {number}: no object with a text in {self.column}; use --column"
                )
            yield row


def lines(kind: str, rows: Sequence[Mapping[str, Any]], *, header: bool) -> bytes:
    """The rows as bytes of a `.csv`, `.tsv` or `.jsonl` file; `header` puts the columns' names first."""
    if kind == ".jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(errors="replace")
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=_DELIMITERS[kind], lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()

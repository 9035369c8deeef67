"""Scoring a file: in batches, and so that a run that was cut off goes on where it was.

Rows go to `OUT.partial`, and after each batch `OUT.progress` says how many rows and bytes of it count; what a
killed run has written behind that is cut away by the next one. `OUT` appears when all rows are in it.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from function_app.client.api import Api, ClientError, Limits
from function_app.client.progress import Progress
from function_app.client.tables import Row, Table, lines

COLUMNS = (
    "prediction_id",
    "prediction_label",
    "prediction_confidence",
    "prediction_positive",
    "prediction_model",
    "prediction_error",
)
"""What each row gets; `prediction_positive` is P(positive), the last says why there is no prediction."""

BATCH_TEXTS = 500
_WRITABLE = (".csv", ".tsv", ".jsonl")
_ENVELOPE_BYTES = 64


@dataclass(frozen=True, kw_only=True)
class Scored:
    """How many rows are in the output, how many of them an earlier run has put there, and how many failed."""

    rows: int
    earlier: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class _Checkpoint:
    """How much of the partial output counts, and the input that it belongs to."""

    sha256: str
    column: str
    rows: int = 0
    bytes: int = 0
    failed: int = 0


def score_file(api: Api, source: Table, path: Path, out: Path, *, overwrite: bool) -> Scored:
    """Scores the rows of `source`, the table at `path`, into `out`. Raises `ClientError`."""
    kind = out.suffix.lower()
    if kind not in _WRITABLE or (source.kind == ".jsonl" and kind != ".jsonl"):
        right = ".jsonl, as the input is" if source.kind == ".jsonl" else " or ".join(_WRITABLE)
        raise ClientError(f"--out {out} must end with {right}")
    partial, progress = out.with_name(f"{out.name}.partial"), out.with_name(f"{out.name}.progress")
    if overwrite:
        for old in (out, partial, progress):
            old.unlink(missing_ok=True)
    start = _Checkpoint(sha256=_sha256(path), column=source.column)
    done = _earlier(start, out, partial, progress)
    earlier = done.rows
    limits = api.limits()
    bar = Progress(source.size)
    try:
        with partial.open("r+b" if done.bytes else "wb") as file:
            file.truncate(done.bytes)
            file.seek(done.bytes)
            for rows in _batches(_checked(source, done.rows), source.column, limits):
                scored = _score(api, rows, source.column, limits)
                file.write(lines(kind, scored, header=done.rows == 0))
                file.flush()
                os.fsync(file.fileno())
                done = _Checkpoint(
                    **asdict(start)
                    | {
                        "rows": done.rows + len(scored),
                        "bytes": file.tell(),
                        "failed": done.failed + sum(1 for row in scored if row["prediction_error"]),
                    }
                )
                _keep(progress, done)
                bar.show(source.bytes_read(), done.rows - earlier)
        partial.replace(out)
        progress.unlink(missing_ok=True)
    except OSError as error:
        raise ClientError(f"{error.filename or out} cannot be written ({error.strerror})") from error
    bar.show(source.size, done.rows - earlier, last=True)
    return Scored(rows=done.rows, earlier=earlier, failed=done.failed)


def _earlier(start: _Checkpoint, out: Path, partial: Path, progress: Path) -> _Checkpoint:
    """Where a run that was cut off has ended; the beginning when there was none."""
    if out.exists():
        raise ClientError(f"{out} exists already; give another --out, or --overwrite")
    if not (progress.exists() and partial.exists()):
        return start
    try:
        found = _Checkpoint(**json.loads(progress.read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise ClientError(f"{progress} cannot be read; start anew with --overwrite") from error
    if (found.sha256, found.column) != (start.sha256, start.column):
        raise ClientError(f"{partial} is of another input or column; start anew with --overwrite")
    if partial.stat().st_size < found.bytes:
        raise ClientError(f"{partial} was shortened; start anew with --overwrite")
    return found


def _keep(path: Path, checkpoint: _Checkpoint) -> None:
    """Replaces the file whole, so that a kill leaves the old or the new one."""
    new = path.with_name(f"{path.name}.new")
    with new.open("w", encoding="utf-8") as file:
        json.dump(asdict(checkpoint), file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _checked(source: Table, skip: int) -> Iterator[Row]:
    for row in islice(source.rows(), skip, None):
        if taken := [name for name in COLUMNS if name in row]:
            raise ClientError(f"the input has the column {taken[0]} already; rename it")
        yield row


def _batches(rows: Iterator[Row], column: str, limits: Limits) -> Iterator[list[Row]]:
    """Rows whose texts fit into one request."""
    batch: list[Row] = []
    size = _ENVELOPE_BYTES
    for row in rows:
        added = _bytes(row[column])
        full = len(batch) == min(BATCH_TEXTS, limits.batch_texts)
        if batch and (full or size + added > limits.body_bytes):
            yield batch
            batch, size = [], _ENVELOPE_BYTES
        batch.append(row)
        size += added
    if batch:
        yield batch


def _score(api: Api, rows: list[Row], column: str, limits: Limits) -> list[Row]:
    """The rows with their predictions; those that the app would refuse get the reason instead."""
    faults = [_fault(row[column], limits) for row in rows]
    texts = [row[column] for row, fault in zip(rows, faults, strict=True) if not fault]
    predictions = iter(api.predict(texts) if texts else [])
    return [
        {**row, **(_failed(fault) if fault else _columns(next(predictions)))}
        for row, fault in zip(rows, faults, strict=True)
    ]


def _fault(text: str, limits: Limits) -> str:
    """Why the app would refuse the text; empty when it would not."""
    if not text.strip():
        return "blank"
    if len(text) > limits.text_characters:
        return f"longer than {limits.text_characters} characters"
    if "\0" in text:
        return "holds a NUL character"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "holds half of a surrogate pair"
    return "too large for one request" if _bytes(text) + _ENVELOPE_BYTES > limits.body_bytes else ""


def _columns(prediction: dict[str, Any]) -> Row:
    values = (
        prediction["id"],
        prediction["label"],
        prediction["confidence"],
        prediction["probabilities"]["positive"],
        prediction["model"],
        "",
    )
    return dict(zip(COLUMNS, values, strict=True))


def _failed(fault: str) -> Row:
    return dict.fromkeys(COLUMNS, "") | {COLUMNS[-1]: fault}


def _bytes(text: str) -> int:
    """The bytes of a text in a request, with its quotes and a separator."""
    return len(json.dumps(text, ensure_ascii=False).encode(errors="replace")) + 2


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""A table for a person to look through and correct, and reading it back."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import msgspec

from training.data import DataError
from training.feedback.consensus import Consensus, Decision, Opinion

COLUMNS = ("key", "label", "text", "why", "negative_votes", "positive_votes", "predicted", "confidence")
ALLOWED = get_args(Decision)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_review(path: Path, consensus: Consensus, *, most: int) -> int:
    """Write the texts that are worth a look, at most `most`: ties first, then by value. The number written.

    The person changes the column `label` (negative, positive, or drop) and leaves `key` alone. A text that a
    spreadsheet would take for a formula starts with an apostrophe; the column is not read back.
    """
    worth = [*consensus.ties, *consensus.labelled][:most]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_row(opinion) for opinion in worth)
    return len(worth)


def read_review(path: Path, *, known: Sequence[str]) -> dict[str, Decision]:
    """The person's decisions by key. A row whose label is still empty (a tie) decides nothing.

    Raises:
        DataError: the file cannot be read, lacks a column, or a row has a label or a key that cannot be.
    """
    keys = set(known)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := [name for name in ("key", "label") if name not in (reader.fieldnames or ())]:
                raise DataError(f"{path}: needs the columns {', '.join(missing)}")
            rows = [(reader.line_num, row["key"], row["label"] or "") for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    decisions: dict[str, Decision] = {}
    for line, key, given in rows:
        label = given.strip().casefold()
        if key not in keys:
            raise DataError(f"{path}: line {line}: no text has the key {key!r}; leave that column as it was")
        if label and label not in ALLOWED:
            raise DataError(f"{path}: line {line}: label should be {', '.join(ALLOWED)} or empty")
        if label:
            decisions[key] = msgspec.convert(label, Decision)
    return decisions


def _row(opinion: Opinion) -> list[str]:
    text = f"'{opinion.text}" if opinion.text.startswith(_FORMULA) else opinion.text
    return [
        opinion.key,
        opinion.label or "",
        text,
        _why(opinion),
        str(opinion.negative),
        str(opinion.positive),
        opinion.predicted,
        f"{opinion.confidence:.3f}",
    ]


def _why(opinion: Opinion) -> str:
    if opinion.label is None:
        return "as many votes for either label"
    if opinion.label != opinion.predicted:
        return "the model says otherwise"
    return "the model agrees" if opinion.confidence >= 0.75 else "the model is unsure"

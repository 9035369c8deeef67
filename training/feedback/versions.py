"""Versions of the collected data set: a folder each, written whole and never changed.

A version holds ``feedback.csv`` (what training reads), ``votes.jsonl`` (every vote it rests on, so that the
next version does not depend on what the store still has), ``decisions.json`` (what a person decided, by key),
``left_out.csv`` (votes taken for a flood) and ``manifest.json``.
"""

import csv
import hashlib
import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from function_app.bundle import FileMark
from function_app.clock import utc_now
from training.data import DataError
from training.feedback.consensus import Consensus, Decision, Opinion
from training.feedback.votes import Vote

DATA_FILE = "feedback.csv"
VOTES_FILE = "votes.jsonl"
DECISIONS_FILE = "decisions.json"
LEFT_OUT_FILE = "left_out.csv"
MANIFEST_FILE = "manifest.json"
COLUMNS = ("text", "label", "slice", "value", "predicted", "confidence", "negative", "positive", "key")


class FeedbackManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a version is: its files by SHA-256, the version it grew from, and how many of what went in.

    `fingerprint` is the SHA-256 over the files' digests; `model` gave the predictions that rank the rows.
    """

    version: str
    created: str
    parent: str | None
    store: str
    model: str
    rule: str
    flood_rules: dict[str, float]
    counts: dict[str, int]
    fingerprint: str
    files: dict[str, FileMark]


class FeedbackVersion(msgspec.Struct, frozen=True):
    """A version on disk."""

    folder: Path
    manifest: FeedbackManifest

    @property
    def data(self) -> Path:
        """The table that training reads, with the columns `COLUMNS`."""
        return self.folder / DATA_FILE

    def votes(self) -> list[Vote]:
        """Every vote that the version rests on, floods included."""
        return msgspec.json.Decoder(Vote).decode_lines((self.folder / VOTES_FILE).read_bytes())

    def decisions(self) -> dict[str, Decision]:
        """What a person decided, by key."""
        content = (self.folder / DECISIONS_FILE).read_bytes()
        return msgspec.json.decode(content, type=dict[str, Decision])


def newest_version(root: Path) -> FeedbackVersion | None:
    """The version made last. Raises `DataError` when one is damaged."""
    if not root.is_dir():
        return None
    folders = [folder for folder in root.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    versions = [read_version(folder) for folder in folders]
    return max(versions, key=lambda found: (found.manifest.created, found.manifest.version), default=None)


def read_version(folder: Path) -> FeedbackVersion:
    """A version, its files compared with its manifest. Raises `DataError` when it is not whole."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST_FILE).read_bytes(), type=FeedbackManifest)
        for name, mark in manifest.files.items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != mark.sha256:
                raise DataError(f"{folder / name}: is not the file that {MANIFEST_FILE} vouches for (sha256)")
    except (OSError, msgspec.MsgspecError) as error:
        raise DataError(f"{folder}: is no version of collected feedback: {error}") from error
    return FeedbackVersion(folder, manifest)


def write_version(
    root: Path,
    consensus: Consensus,
    *,
    parent: FeedbackVersion | None,
    votes: Sequence[Vote],
    decisions: Mapping[str, Decision],
    about: Mapping[str, object],
) -> tuple[FeedbackVersion, bool]:
    """Write a version, unless it would say what its parent says; the version, and whether it is new.

    Args:
        about: the manifest's fields store, model, rule, flood_rules and counts.
    """
    files = {
        DATA_FILE: _table(COLUMNS, [_row(opinion) for opinion in consensus.labelled]),
        VOTES_FILE: msgspec.json.Encoder().encode_lines(sorted(votes, key=lambda vote: vote.id)),
        DECISIONS_FILE: msgspec.json.encode(dict(sorted(decisions.items()))),
        LEFT_OUT_FILE: _table(("id", "reason"), [list(row) for row in sorted(consensus.flooded.items())]),
    }
    marks = {name: FileMark(hashlib.sha256(data).hexdigest(), len(data)) for name, data in files.items()}
    fingerprint = hashlib.sha256("".join(mark.sha256 for mark in marks.values()).encode()).hexdigest()
    if parent is not None and parent.manifest.fingerprint == fingerprint:
        return parent, False
    created = utc_now()
    manifest = msgspec.convert(
        {
            **about,
            "version": f"{created[:10].replace('-', '')}-{fingerprint[:8]}",
            "created": created,
            "parent": None if parent is None else parent.manifest.version,
            "fingerprint": fingerprint,
            "files": marks,
        },
        FeedbackManifest,
    )
    encoded = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    return FeedbackVersion(
        _written(root / manifest.version, {**files, MANIFEST_FILE: encoded}), manifest
    ), True


def _written(folder: Path, files: Mapping[str, bytes]) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(mkdtemp(prefix=".incoming-", dir=folder.parent))
    try:
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        if folder.exists():  # the same content on the same day, collected without its parent
            shutil.rmtree(folder)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def _row(opinion: Opinion) -> list[str]:
    return [
        opinion.text,
        opinion.label or "",
        opinion.said,
        f"{opinion.value:.6f}",
        opinion.predicted,
        f"{opinion.confidence:.6f}",
        str(opinion.negative),
        str(opinion.positive),
        opinion.key,
    ]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO(newline="")
    # Unquoted, a carriage return in a text would end its row.
    writer = csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows(rows)
    return written.getvalue().encode()

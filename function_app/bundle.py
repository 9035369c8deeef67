"""The model bundle: the folder with `manifest.json` and the files that it vouches for."""

import hashlib
import itertools
from dataclasses import dataclass
from pathlib import Path

import msgspec

from function_app.contract import LABELS
from function_app.errors import BundleError

MANIFEST = "manifest.json"
MODEL = "model.onnx"
REFERENCE = "reference.json"


class FileMark(msgspec.Struct, frozen=True):
    """What a file must be: its SHA-256 in hex and its size in bytes."""

    sha256: str
    bytes: int


class SelfTest(msgspec.Struct, frozen=True):
    """A text and the P(positive) that the model gave it when the bundle was made."""

    text: str
    probability: float


class Manifest(msgspec.Struct, frozen=True):
    """The part of `manifest.json` that serving needs."""

    version: str
    created: str
    candidate: str
    labels: list[str]
    files: dict[str, FileMark]
    self_test: list[SelfTest] = []


class ScoreHistogram(msgspec.Struct, frozen=True):
    """Shares of P(positive) on held-out data: K + 1 rising `edges` from 0 to 1, K `counts`."""

    edges: list[float]
    counts: list[int]


class Reference(msgspec.Struct, frozen=True):
    """The part of `reference.json` that the drift check needs; made on `rows` held-out texts."""

    rows: int
    score: ScoreHistogram
    positive_rate: float


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A checked bundle. `model` holds the very bytes whose SHA-256 was compared."""

    manifest: Manifest
    manifest_json: bytes
    reference: Reference
    model: bytes


def read_bundle(folder: Path) -> Bundle:
    """Reads a bundle and checks every file that its manifest lists.

    Raises `BundleError` when a file is missing, unreadable or not the one that the manifest vouches for,
    or when the manifest or the reference does not say what it should.
    """
    manifest_json = _read(folder, MANIFEST)
    try:
        manifest = msgspec.json.decode(manifest_json, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BundleError(f"{MANIFEST} in the model folder cannot be read: {error}") from error
    if tuple(manifest.labels) != LABELS:
        raise BundleError(f"{MANIFEST} must list the labels {', '.join(LABELS)} in this order")
    if not manifest.version.strip():
        raise BundleError(f"{MANIFEST} must name a version")
    contents = {name: _checked(folder, name, mark) for name, mark in manifest.files.items()}
    for name in (MODEL, REFERENCE):
        if name not in contents:
            raise BundleError(f"{MANIFEST} must list {name} with its sha256")
    return Bundle(
        manifest=manifest,
        manifest_json=manifest_json,
        reference=_reference(contents[REFERENCE]),
        model=contents[MODEL],
    )


def _checked(folder: Path, name: str, mark: FileMark) -> bytes:
    if Path(name).name != name:
        raise BundleError(f"{MANIFEST} must list plain file names")
    content = _read(folder, name)
    if len(content) != mark.bytes or hashlib.sha256(content).hexdigest() != mark.sha256.lower():
        raise BundleError(f"{name} in the model folder is not the file that {MANIFEST} vouches for (sha256)")
    return content


def _reference(content: bytes) -> Reference:
    try:
        reference = msgspec.json.decode(content, type=Reference)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BundleError(f"{REFERENCE} in the model folder cannot be read: {error}") from error
    edges, counts = reference.score.edges, reference.score.counts
    rising = all(low < high for low, high in itertools.pairwise(edges))
    if len(counts) < 2 or len(edges) != len(counts) + 1 or not rising or (edges[0], edges[-1]) != (0, 1):
        raise BundleError(f"{REFERENCE} must hold two or more score bins whose edges rise from 0 to 1")
    if min(counts) < 0 or sum(counts) == 0:
        raise BundleError(f"{REFERENCE} must hold the count of each score bin, not all of them zero")
    return reference


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise BundleError(f"{name} in the model folder cannot be read ({error.strerror})") from error

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


REFERENCE_FORMAT = 2
"""Newest format of `reference.json` that this app reads; 1 had the first three fields only."""


class Histogram(msgspec.Struct, frozen=True):
    """K + 1 rising `edges` and the `counts` of the K bins; a bin holds its lower edge, the last one both."""

    edges: list[float]
    counts: list[int]


class Topic(msgspec.Struct, frozen=True):
    """A cell of the graph's output `topic`: its most typical words, and the held-out texts in it.

    Its number is its place in the list; the last one holds the texts without a word that says what they
    are about.
    """

    words: list[str]
    count: int


class WordCounts(msgspec.Struct, frozen=True):
    """How many held-out texts hold each of the commonest words, and the sum of such counts over all words."""

    total: int
    counts: dict[str, int]


class SliceCounts(msgspec.Struct, frozen=True):
    """The held-out texts of a slice, by score: one count for each bin of `Reference.score`."""

    name: str
    counts: list[int]


class Outcomes(msgspec.Struct, frozen=True):
    """How many of `rows` held-out predictions were `wrong` by the label that people gave."""

    rows: int
    wrong: int


class Reference(msgspec.Struct, frozen=True):
    """The part of `reference.json` that the drift check needs; made on `rows` held-out texts.

    `score` is of P(positive), from 0 to 1. What format 1 does not have is None: `length` (characters of a
    text), `unknown_share` (unknown tokens by tokens of a text, 0 to 1), `topics`, `foreign` (texts judged not
    to be English), `word_counts`, `slices`, and `outcomes`, which is None, too, where no held-out row was
    labelled by people.
    """

    rows: int
    score: Histogram
    positive_rate: float
    format: int = 1
    length: Histogram | None = None
    unknown_share: Histogram | None = None
    topics: list[Topic] | None = None
    foreign: int | None = None
    word_counts: WordCounts | None = None
    slices: list[SliceCounts] | None = None
    outcomes: Outcomes | None = None


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
    if reference.format > REFERENCE_FORMAT:
        raise BundleError(
            f"{REFERENCE} has format {reference.format}; this app reads up to {REFERENCE_FORMAT}"
        )
    edges = reference.score.edges
    if not _is_histogram(reference.score) or (edges[0], edges[-1]) != (0, 1):
        raise BundleError(f"{REFERENCE} must hold two or more score bins whose edges rise from 0 to 1")
    for name, histogram in (("length", reference.length), ("unknown_share", reference.unknown_share)):
        if histogram is not None and not _is_histogram(histogram):
            raise BundleError(f"{REFERENCE} must hold two or more bins of {name} whose edges rise")
    bins = len(reference.score.counts)
    counted = {
        "score bin": reference.score.counts,
        "length bin": [1] if reference.length is None else reference.length.counts,
        "bin of unknown tokens": [1] if reference.unknown_share is None else reference.unknown_share.counts,
        "topic": [1] if reference.topics is None else [topic.count for topic in reference.topics],
    }
    for name, counts in counted.items():
        if min(counts, default=-1) < 0 or sum(counts) == 0:
            raise BundleError(f"{REFERENCE} must hold the count of each {name}, not all of them zero")
    if any(len(kind.counts) != bins or min(kind.counts) < 0 for kind in reference.slices or ()):
        raise BundleError(f"{REFERENCE} must hold the count of each score bin for each slice")
    return reference


def _is_histogram(histogram: Histogram) -> bool:
    rising = all(low < high for low, high in itertools.pairwise(histogram.edges))
    return len(histogram.counts) >= 2 and len(histogram.edges) == len(histogram.counts) + 1 and rising


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise BundleError(f"{name} in the model folder cannot be read ({error.strerror})") from error

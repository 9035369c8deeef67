import json
from pathlib import Path

import pytest

from function_app.bundle import read_bundle
from function_app.errors import BundleError
from tests.function_app.handmade import VERSION, model_bytes, reference, write_bundle, write_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "model")


def files_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ("model.onnx", "reference.json")}


def test_a_whole_bundle_is_read(folder: Path) -> None:
    bundle = read_bundle(folder)
    assert bundle.manifest.version == VERSION
    assert bundle.model == model_bytes()
    assert bundle.reference.positive_rate == 0.52
    assert json.loads(bundle.manifest_json)["metrics"] == {"held_out": {"accuracy": 0.9}}


@pytest.mark.parametrize("name", ["model.onnx", "reference.json"])
def test_a_file_changed_by_one_byte_is_refused(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[-1] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(BundleError, match=f"{name} .*sha256"):
        read_bundle(folder)


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx", "reference.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BundleError, match=f"{name} .*No such file"):
        read_bundle(folder)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json"):
        read_bundle(tmp_path / "nothing")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"version": "x"}'])
def test_a_manifest_that_says_nothing_is_refused(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(BundleError, match=r"manifest\.json .*cannot be read"):
        read_bundle(folder)


@pytest.mark.parametrize("labels", [[], ["positive", "negative"], ["negative", "neutral", "positive"]])
def test_other_labels_are_refused(folder: Path, labels: list[str]) -> None:
    write_manifest(folder, files=files_of(folder), labels=labels)
    with pytest.raises(BundleError, match="labels negative, positive"):
        read_bundle(folder)


def test_a_blank_version_is_refused(folder: Path) -> None:
    write_manifest(folder, files=files_of(folder), version=" ")
    with pytest.raises(BundleError, match="version"):
        read_bundle(folder)


@pytest.mark.parametrize("name", ["model.onnx", "reference.json"])
def test_a_file_that_the_manifest_does_not_list_is_refused(folder: Path, name: str) -> None:
    files = files_of(folder)
    del files[name]
    write_manifest(folder, files=files)
    with pytest.raises(BundleError, match=f"must list {name}"):
        read_bundle(folder)


def test_a_file_outside_the_folder_is_refused(folder: Path) -> None:
    (folder.parent / "other").write_bytes(b"x")
    write_manifest(folder, files={**files_of(folder), "../other": b"x"})
    with pytest.raises(BundleError, match="plain file names"):
        read_bundle(folder)


@pytest.mark.parametrize(
    "score",
    [
        {"edges": [0.0, 1.0], "counts": [5]},
        {"edges": [0.0, 0.5, 1.0], "counts": [5]},
        {"edges": [0.0, 0.5, 0.5, 1.0], "counts": [1, 1, 1]},
        {"edges": [0.1, 0.5, 1.0], "counts": [1, 1]},
        {"edges": [0.0, 0.5, 1.0], "counts": [-1, 2]},
        {"edges": [0.0, 0.5, 1.0], "counts": [0, 0]},
        {"edges": [], "counts": []},
    ],
)
def test_a_reference_without_a_score_histogram_is_refused(folder: Path, score: object) -> None:
    content = json.dumps(reference() | {"score": score}).encode()
    (folder / "reference.json").write_bytes(content)
    write_manifest(folder, files=files_of(folder))
    with pytest.raises(BundleError, match=r"reference\.json must hold"):
        read_bundle(folder)


def with_reference(folder: Path, **more: object) -> Path:
    """The bundle with other fields in its reference."""
    (folder / "reference.json").write_bytes(json.dumps(reference() | more).encode())
    write_manifest(folder, files=files_of(folder))
    return folder


def test_a_reference_of_the_first_format_is_read_without_what_came_later(folder: Path) -> None:
    first = {
        "unknown_token_rate": 0.02,
        "characters": {"p05": 25.0, "p95": 139.0},
        "tokens": {"p05": 5.0, "p95": 30.0},
        "words": {"the": 0.37, "_user_": 0.37},
    }
    read = read_bundle(with_reference(folder, **first)).reference
    assert (read.format, read.rows, read.positive_rate) == (1, 250, 0.52)
    later = (read.length, read.unknown_share, read.topics, read.foreign, read.word_counts, read.slices)
    assert later == (None,) * 6
    assert read.outcomes is None


def test_a_reference_of_a_later_format_is_refused(folder: Path) -> None:
    with pytest.raises(BundleError, match="format 3; this app reads up to 2"):
        read_bundle(with_reference(folder, format=3))


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("length", {"edges": [0.0, 10.0], "counts": [1]}, "length"),
        ("length", {"edges": [0.0, 10.0, 20.0], "counts": [0, 0]}, "length bin"),
        ("unknown_share", {"edges": [0.0, 0.5, 0.2], "counts": [1, 1]}, "unknown_share"),
        ("unknown_share", {"edges": [0.0, 0.5, 1.0], "counts": [1, -1]}, "unknown tokens"),
        ("topics", [], "topic"),
        ("topics", [{"words": [], "count": 0}], "topic"),
        ("slices", [{"name": "emoji", "counts": [1, 2]}], "slice"),
    ],
)
def test_a_part_of_the_reference_that_cannot_be_used_is_named(
    folder: Path, field: str, value: object, named: str
) -> None:
    with pytest.raises(BundleError, match=rf"reference\.json must hold .*{named}"):
        read_bundle(with_reference(folder, **{field: value}))

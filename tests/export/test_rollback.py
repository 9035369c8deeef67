"""Replaced bundles are kept, and served again on request, whole or not at all."""

import json
import os
import time
from pathlib import Path

import pathspec
import pytest

from export import swapping
from export.__main__ import main
from export.errors import ExportError
from export.history import kept_bundles, publish, rollback
from function_app.bundle import read_bundle
from tests.function_app.handmade import write_bundle, write_manifest


@pytest.fixture
def served(tmp_path: Path) -> Path:
    return tmp_path / "app" / "model"


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return tmp_path / "bundles"


def bundle_files(folder: Path, version: str, *, day: int = 1, bias: float = 0.1) -> dict[str, bytes]:
    write_bundle(folder, bias=bias)
    made = {name: (folder / name).read_bytes() for name in ("model.onnx", "reference.json")}
    write_manifest(folder, files=made, version=version, created=f"2026-03-{day:02}T00:00:00Z")
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture
def three_published(tmp_path: Path, served: Path, history: Path) -> None:
    for day in (1, 2, 3):
        files = bundle_files(tmp_path / f"made-{day}", f"v{day}", day=day, bias=day / 10)
        publish(served, files, history=history)


def version_of(folder: Path) -> str:
    return read_bundle(folder).manifest.version


@pytest.mark.usefixtures("three_published")
def test_what_was_replaced_is_kept_whole(served, history):
    assert version_of(served) == "v3"
    assert [kept.version for kept in kept_bundles(history)] == ["v2", "v1"]
    assert version_of(history / "v1") == "v1"


@pytest.mark.usefixtures("three_published")
def test_rolling_back_goes_one_step_each_time_and_forward_by_name(served, history):
    assert rollback(served, history).version == version_of(served) == "v2"
    assert rollback(served, history).version == version_of(served) == "v1"
    with pytest.raises(ExportError, match="older than v1"):
        rollback(served, history)
    assert rollback(served, history, "v3").version == version_of(served) == "v3"
    assert [kept.version for kept in kept_bundles(history)] == ["v3", "v2", "v1"]


@pytest.mark.usefixtures("three_published")
def test_rolling_back_passes_over_the_same_model_exported_before(tmp_path, served, history):
    publish(served, bundle_files(tmp_path / "again", "v3-again", day=4, bias=0.3), history=history)
    assert [kept.version for kept in kept_bundles(history)] == ["v3", "v2", "v1"]
    assert rollback(served, history).version == "v2"


@pytest.mark.usefixtures("three_published")
def test_what_a_killed_swap_left_goes_with_the_next_one_after_an_hour(served, history):
    old, new, other = (served.parent / name for name in (".model-old", ".model-new", ".another"))
    for left in (old, new, other):
        left.mkdir()
        (left / "model.onnx").write_bytes(b"half")
    for left in (old, other):
        os.utime(left, (time.time() - 3700,) * 2)
    rollback(served, history)
    assert sorted(entry.name for entry in served.parent.iterdir()) == [".another", ".model-new", "model"]


def test_what_a_killed_swap_left_is_neither_committed_nor_sent():
    root = Path(__file__).resolve().parents[2]
    for file in (".gitignore", ".funcignore"):
        ignored = pathspec.GitIgnoreSpec.from_lines((root / file).read_text(encoding="utf-8").splitlines())
        assert ignored.match_file("function_app/.model-x1y2/model.onnx")
        assert not ignored.match_file("function_app/model/model.onnx")
    assert "function_app/.model-*" in (root / ".dockerignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.usefixtures("three_published")
def test_what_was_left_stays_while_it_may_be_the_only_bundle(tmp_path, served):
    only = served.rename(served.parent / ".model-x-old")
    os.utime(only, (0, 0))
    publish(served, bundle_files(tmp_path / "made-4", "v4", day=4), history=None)
    assert version_of(only) == "v3"


@pytest.mark.usefixtures("three_published")
def test_the_files_and_their_folder_are_on_the_disk_before_the_swap(served, history, monkeypatch):
    done = []
    sync, exchange = os.fsync, swapping._exchange

    def synced(opened: int) -> None:
        done.append(os.stat(opened).st_ino)
        sync(opened)

    def exchanged(fresh: Path, folder: Path) -> bool:
        assert {path.stat().st_ino for path in (fresh, *fresh.iterdir())} <= set(done)
        done.append(0)
        return exchange(fresh, folder)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(swapping, "_exchange", exchanged)
    rollback(served, history)
    assert done[done.index(0) :] == [0, served.parent.stat().st_ino]


@pytest.mark.usefixtures("three_published")
@pytest.mark.parametrize("name", ["model.onnx", "reference.json", "manifest.json"])
def test_a_damaged_bundle_is_refused_and_the_present_one_stays(served, history, name):
    damaged = history / "v2" / name
    damaged.write_bytes(damaged.read_bytes()[:-9] + b"corrupted")
    with pytest.raises(ExportError, match=r"v2 in .* cannot be served"):
        rollback(served, history, "v2")
    assert version_of(served) == "v3"
    assert [kept.version for kept in kept_bundles(history)] == ["v1"]


@pytest.mark.usefixtures("three_published")
def test_a_whole_bundle_that_fails_its_self_test_is_refused(served, history):
    manifest = json.loads((history / "v2" / "manifest.json").read_text())
    manifest["self_test"] = [{"text": "thanks", "probability": 0.001}]
    (history / "v2" / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ExportError, match="self-test"):
        rollback(served, history, "v2")
    assert version_of(served) == "v3"


@pytest.mark.usefixtures("three_published")
@pytest.mark.parametrize("version", ["", "..", "../app/model", ".hidden", "v2/../v1"])
def test_a_version_cannot_lead_out_of_the_history(served, history, version):
    with pytest.raises(ExportError, match="cannot name a folder"):
        rollback(served, history, version)
    assert version_of(served) == "v3"


@pytest.mark.usefixtures("three_published")
def test_the_served_folder_is_there_at_every_moment_of_a_swap(served, history, monkeypatch):
    seen = []
    exchange = swapping._exchange

    def watched(fresh: Path, folder: Path) -> bool:
        seen.append((version_of(folder), version_of(fresh)))
        done = exchange(fresh, folder)
        seen.append((version_of(folder), version_of(fresh)))
        return done

    monkeypatch.setattr(swapping, "_exchange", watched)
    rollback(served, history)
    assert seen == [("v3", "v2"), ("v2", "v3")]
    assert [entry.name for entry in served.parent.iterdir()] == ["model"]


@pytest.mark.usefixtures("three_published")
def test_without_an_exchange_in_one_step_two_renames_do_it(served, history, monkeypatch):
    monkeypatch.setattr(swapping, "_exchange", lambda fresh, folder: False)
    assert rollback(served, history).version == version_of(served) == "v2"
    assert [entry.name for entry in served.parent.iterdir()] == ["model"]


def test_a_folder_that_is_no_bundle_is_replaced_and_not_kept(tmp_path, served, history):
    served.mkdir(parents=True)
    (served / "model.onnx").write_bytes(b"half")
    publish(served, bundle_files(tmp_path / "made", "v1"), history=history)
    assert version_of(served) == "v1"
    assert kept_bundles(history) == []


@pytest.mark.usefixtures("three_published")
def test_a_copy_that_was_cut_short_is_made_again(tmp_path, served, history):
    (history / "v3").mkdir()
    (history / "v3" / "manifest.json").write_bytes(b"{")
    publish(served, bundle_files(tmp_path / "made-4", "v4", day=4), history=history)
    assert [kept.version for kept in kept_bundles(history)] == ["v3", "v2", "v1"]


@pytest.mark.usefixtures("three_published")
def test_the_command_lists_and_rolls_back(served, history, capsys):
    places = ("--bundle", str(served), "--history", str(history))
    assert main(["rollback", "--list", *places]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["v2", "v1"]
    assert version_of(served) == "v3"
    assert main(["rollback", "v1", *places]) == 0
    assert "v1" in capsys.readouterr().out
    assert version_of(served) == "v1"
    assert main(["rollback", "v9", *places]) == 2
    assert capsys.readouterr().err.startswith("error: v9")

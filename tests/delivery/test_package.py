"""The package holds what an instance needs, nothing else, and the app in it answers."""

import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pathspec
import pytest

from delivery.__main__ import main
from delivery.errors import DeliveryError
from delivery.package import LIMIT_MB, ROOT, SITE_PACKAGES, build, sources, version_in

OFFLINE = re.compile(r"NewConnectionError|name resolution|Network is unreachable|ConnectTimeout|ProxyError")
MANIFEST = json.loads((ROOT / "function_app" / "model" / "manifest.json").read_text(encoding="utf-8"))
CALLS = [
    {"function": "health"},
    {"function": "predict", "body": {"text": "my bag is lost and nobody helps", "explain": True}},
    {"function": "predict_batch", "body": {"texts": ["great crew, thank you!", "worst airline"]}},
    {"function": "model"},
    {"function": "predict", "body": {"text": 5}},
]


def skip_offline(why: str) -> None:
    """Skips where pip cannot reach an index; on a runner of continuous integration that is a failure."""
    if OFFLINE.search(why) and "CI" not in os.environ:
        pytest.skip("no package index can be reached")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The package made by the command, and what that printed."""
    target = tmp_path_factory.mktemp("dist") / "function-app.zip"
    done = subprocess.run(
        [sys.executable, "-m", "delivery", "package", "--package", str(target)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    skip_offline(done.stderr)
    assert done.returncode == 0, done.stderr
    return target, done.stdout


@pytest.fixture(scope="module")
def instance(built: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the app said when it was loaded from the unpacked package alone."""
    folder = tmp_path_factory.mktemp("wwwroot")
    with zipfile.ZipFile(built[0]) as archive:
        archive.extractall(folder)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("instance.py")), str(folder)],
        env={
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "STORE_PATH": str(tmp_path_factory.mktemp("store") / "store.sqlite3"),
        },
        input=json.dumps(CALLS),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_size_is_printed_and_within_the_limit(built: tuple[Path, str]) -> None:
    package, printed = built
    size_mb = package.stat().st_size / 1e6
    assert f"{size_mb:.1f} MB zipped" in printed
    assert MANIFEST["version"] in printed
    assert size_mb <= LIMIT_MB == 80


def test_the_app_in_it_answers_from_the_shipped_model(instance: dict[str, Any]) -> None:
    health, predicted, batch, model, wrong = instance["answers"]
    assert (health["status"], health["body"]["status"]) == (200, "ok")
    assert (predicted["status"], predicted["body"]["label"]) == (200, "negative")
    assert predicted["body"]["model"] == model["body"]["version"] == MANIFEST["version"]
    assert [one["label"] for one in batch["body"]["predictions"]] == ["positive", "negative"]
    assert wrong["status"] == 400
    assert {"feedback", "drift_check", "stream", "alerts"} <= set(instance["functions"])


def test_the_app_in_it_needs_nothing_from_elsewhere(instance: dict[str, Any]) -> None:
    assert instance["strangers"] == []


def test_the_app_in_it_starts_without_compiling(instance: dict[str, Any]) -> None:
    assert instance["cold"] == []


def test_it_holds_our_serving_files_and_wheels_alone(built: tuple[Path, str]) -> None:
    with zipfile.ZipFile(built[0]) as archive:
        names = archive.namelist()
    ours = [name for name in names if not name.startswith(f"{SITE_PACKAGES}/")]
    assert sorted(name for name in ours if "__pycache__" not in name) == sources()
    assert not [name for name in names if re.search(r"\.sqlite3|settings\.json$|\.env|\.pem$|\.key$", name)
                and not name.endswith("certifi/cacert.pem")]  # fmt: skip
    for package in ("waitress", "croniter", "tensorflow", "mlflow", "pytest", "onnx"):
        assert not [name for name in names if name.startswith(f"{SITE_PACKAGES}/{package}/")]


def test_what_a_killed_exchange_of_models_left_is_not_sent(tmp_path: Path) -> None:
    for name in ("model", ".model-k3j2"):
        (tmp_path / "function_app" / name).mkdir(parents=True)
        (tmp_path / "function_app" / name / "model.onnx").touch()
    assert [path for path in sources(tmp_path) if path.endswith(".onnx")] == ["function_app/model/model.onnx"]


def test_no_member_has_a_time_or_rights_of_this_machine(built: tuple[Path, str]) -> None:
    with zipfile.ZipFile(built[0]) as archive:
        members = archive.infolist()
    assert [one.filename for one in members] == sorted(one.filename for one in members)
    assert {one.date_time for one in members} == {(1980, 1, 1, 0, 0, 0)}
    assert {stat.S_IMODE(one.external_attr >> 16) for one in members} == {0o644}


def test_what_azure_s_own_tools_would_send_is_the_same() -> None:
    """They take everything that `.funcignore` does not name."""
    ignored = pathspec.GitIgnoreSpec.from_lines((ROOT / ".funcignore").read_text().splitlines())
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout, so there is no list of the files")
    kept = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    assert sorted(set(ignored.match_files(kept, negate=True))) == sources()


def test_its_commands_need_the_standard_library_alone() -> None:
    """So a workflow's runner installs nothing to publish and to test."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "delivery", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree of the same shape: one tiny wheel to install."""
    for path, text in {
        "main.py": "import msgspec\n",
        "host.json": "{}",
        "requirements.txt": "-c constraints.txt\nmsgspec\n",
        "constraints.txt": (ROOT / "constraints.txt").read_text(),
        "function_app/__init__.py": "x = {'a': 1, 'b': (2, 3)}\n",
        "function_app/NOTES.md": "not shipped",
        "function_app/client/__init__.py": "",
        "function_app/localhost/__init__.py": "",
        "function_app/model/manifest.json": '{"version": "small-1"}',
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def build_small(target: Path, tree: Path, **limits: float) -> str:
    try:
        return build(target, tree, **limits).sha256
    except DeliveryError as error:
        skip_offline(str(error))
        raise


def test_the_same_tree_gives_the_same_bytes(tree: Path) -> None:
    first, second = tree / "dist" / "a.zip", tree / "dist" / "b.zip"
    digest = build_small(first, tree)
    os.utime(tree / "main.py", (0, 0))
    (tree / "host.json").chmod(0o755)
    assert build_small(second, tree) == digest
    assert first.read_bytes() == second.read_bytes()
    assert version_in(first) == "small-1"


def test_a_package_that_is_too_big_is_not_written(tree: Path) -> None:
    target = tree / "dist" / "a.zip"
    with pytest.raises(DeliveryError, match=r"MB, more than the 0.01 MB allowed"):
        build_small(target, tree, limit_mb=0.01)
    assert list(target.parent.iterdir()) == []


def test_the_command_says_why_it_failed(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "requirements.txt").write_text("--no-index\nmsgspec==0.0.0\n")
    with pytest.raises(DeliveryError, match=r"pip could not install requirements\.txt:\n.*msgspec"):
        build(tree / "a.zip", tree)
    assert main(["smoke", "--url", "http://127.0.0.1:9", "--package", str(tree / "no.zip")]) == 1
    assert "no.zip" in capsys.readouterr().err

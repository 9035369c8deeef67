"""README and docs are true: tables are those of the code, and conversations happen as printed."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from function_app.drift.watches import LEAST, SHARES
from function_app.settings import SETTINGS
from tests.function_app.running import RunningHost

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
EVERYTHING = "\n".join([README, *DOCS.values()])
IDENTIFIERS = {"id", "feedback_id", "prediction_id"}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    running = RunningHost(STORE_PATH=str(tmp_path_factory.mktemp("store") / "store.sqlite3"))
    yield running
    assert running.stop() == 0


def test_the_settings_table_is_the_one_in_the_code():
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| `(.*?)` \| (.+?) \|$", README, re.MULTILINE)
    assert rows == [(s.name, s.type, s.default, s.help) for s in SETTINGS]


def test_the_table_of_drift_tests_is_the_one_in_the_code():
    section = DOCS["DRIFT"].split("## Method\n")[1].split("\n## ")[0]
    pattern = r"^\| `([a-z_]+)` \| .+ \| (?:(\d+)( point)?|`DRIFT_MIN_EFFECT`).*\|$"
    rows = re.findall(pattern, section, re.MULTILINE)
    told = {name: float(number) / (100 if points else 1) for name, number, points in rows if number}
    assert told == LEAST
    assert {name for name, _, _ in rows} == {*SHARES}


def conversation() -> list[tuple[str, str]]:
    """The commands and answers of the section, in order."""
    section = README.split("## First prediction")[1].split("\n## ")[0]
    blocks = re.findall(r"```console\n\$ (.*?)\n(?!> )(\{.*?\})\n```", section, re.DOTALL)
    assert len(blocks) >= 4
    return blocks


def test_the_conversation_happens_as_printed(host):
    meant: dict[str, str] = {}
    for command, printed in conversation():
        to_run = command.replace("http://127.0.0.1:7071", host.base)
        for written, real in meant.items():
            to_run = to_run.replace(written, real)
        done = subprocess.run(
            ["bash", "-c", to_run],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        same(json.loads(printed), json.loads(done.stdout), meant)


def same(printed: Any, found: Any, meant: dict[str, str], name: str = "") -> None:
    """The same keys and values; numbers to three digits; identifiers and times are new every time."""
    if isinstance(printed, dict):
        assert list(printed) == list(found)
        for key in printed:
            same(printed[key], found[key], meant, key)
    elif isinstance(printed, list):
        assert len(printed) == len(found)
        for left, right in zip(printed, found, strict=True):
            same(left, right, meant, name)
    elif name in IDENTIFIERS:
        meant[printed] = found
    elif isinstance(printed, float):
        assert found == pytest.approx(printed, abs=2e-3)
    else:
        assert found == printed


INTERPRETERS = {
    "bash": ["bash", "-c"],
    "python": [sys.executable, "-W", "error", "-c"],
    "javascript": ["node", "--input-type=module", "-e"],
}


@pytest.mark.parametrize("language", INTERPRETERS)
def test_the_programs_for_the_api_run_as_printed(host, language):
    interpreter = INTERPRETERS[language]
    if shutil.which(interpreter[0]) is None:
        pytest.skip(f"{interpreter[0]} is not installed")
    (program,) = re.findall(rf"```{language}\n(.*?)```", DOCS["API"], re.DOTALL)
    assert "http://127.0.0.1:7071" in program
    done = subprocess.run(
        [*interpreter, program.replace("http://127.0.0.1:7071", host.base)],
        env={name: value for name, value in os.environ.items() if name != "TWEETS_KEY"},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert (answer["matched"], done.stderr) == (True, "")
    assert answer["correct"] is not None


def test_the_figures_are_the_manifest_s():
    manifest = json.loads((ROOT / "function_app" / "model" / "manifest.json").read_text(encoding="utf-8"))
    assert f"`{manifest['version']}`" in README
    section = README.split("## Figures")[1].split("\n## ")[0]
    found = {rows: figures for rows, *figures in re.findall(r"\| ([\d,]+)" + r" \| ([\d.]+)" * 7, section)}
    shown = ("f1_negative", "f1_positive", "roc_auc", "log_loss", "calibration_error")
    assert len(found) == len(manifest["metrics"])
    for result in manifest["metrics"].values():
        accuracy, _, *others = found[f"{result['rows']:,}"]
        assert [accuracy, *others] == [f"{result[name]:.3f}" for name in ("accuracy", *shown)]


def test_the_size_is_the_shipped_file_s():
    size = (ROOT / "function_app" / "model" / "model.onnx").stat().st_size
    assert f"| `model.onnx` | {size / 1e6:.1f} MB |" in README


def test_the_contents_name_every_section_in_order():
    contents = README.split("**Contents:**")[1].split(". Why")[0]
    sections = [title.lower().replace(" ", "-") for title in re.findall(r"^## (.+)$", README, re.MULTILINE)]
    assert re.findall(r"\(#(.+?)\)", contents) == sections[1:]


def client_conversation() -> list[tuple[str, str]]:
    """The client's commands, and what they print."""
    section = DOCS["SCORING"].split("## Command line")[1].split("\n## ")[0]
    block = re.findall(r"```console\n(\$ .*?)```", section, re.DOTALL)[0]
    return re.findall(r"^\$ python -m (.+)\n(.+)\n", block, re.MULTILINE)


def test_the_client_s_commands_print_what_is_printed(host, tmp_path):
    identifier = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    meant: dict[str, str] = {}
    assert len(client_conversation()) >= 3
    for command, printed in client_conversation():
        to_run = command.replace("tests/corpus", str(ROOT / "tests" / "corpus"))
        for written, real in meant.items():
            to_run = to_run.replace(written, real)
        done = subprocess.run(
            ["bash", "-c", f"'{sys.executable}' -m {to_run} 2>&1"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TWEETS_URL": host.base},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        meant |= zip(re.findall(identifier, printed), re.findall(identifier, done.stdout), strict=True)
        found = re.sub(identifier, "ID", done.stdout.strip()).split()
        for left, right in zip(re.sub(identifier, "ID", printed).split(), found, strict=True):
            if re.fullmatch(r"0\.\d+", left):
                assert float(right) == pytest.approx(float(left), abs=2e-3)
            else:
                assert left == right


def test_every_make_target_it_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)(?:PORT=\d+ )?make ([a-z-]+)", EVERYTHING, re.MULTILINE)) <= targets


def test_every_command_of_training_and_export_it_names_has_help():
    for module, command in sorted(set(re.findall(r"python -m (training|export) ([a-z-]+)", EVERYTHING))):
        subprocess.run(
            [sys.executable, "-m", module, command, "--help"],
            cwd=ROOT,
            capture_output=True,
            timeout=60,
            check=True,
        )

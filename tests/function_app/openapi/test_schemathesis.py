"""Hundreds of requests made up from the document: no failure, and no answer that it does not know."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.function_app.running import HostStarter

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
KEY = "a-key-for-tests"
MOST_SECONDS = 150


def run(document: str, folder: Path, *options: str) -> tuple[int, str]:
    """Runs Schemathesis; its exit code and what it wrote."""
    command = [sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", str(CONFIGURATION)]
    done = subprocess.run(
        [*command, "run", document, *options],
        cwd=folder,
        env={**os.environ, "LOCAL_FUNCTION_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_app_keeps_to_its_document(start_host: HostStarter, tmp_path: Path) -> None:
    host = start_host(
        LOCAL_FUNCTION_KEY=KEY,
        STORE_PATH=str(tmp_path / "store.sqlite3"),
        ALLOW_DRIFT_SIMULATION="true",
        MAX_TEXT_CHARACTERS="200",  # small limits are as good to break, and sooner
        MAX_BATCH_TEXTS="20",
    )
    code, output = run(f"{host.base}/api/openapi.json", tmp_path)
    assert code == 0, output
    paths = host.get("openapi.json").json()["paths"]
    documented = sum(len(methods) for methods in paths.values())
    # All but the one that it got the document from.
    assert re.search(rf"Tested: +{documented - 1}\b", output), output
    assert host.stop() == 0


def test_an_answer_that_is_not_in_the_document_is_found(start_host: HostStarter, tmp_path: Path) -> None:
    """Without its key the app answers what it should not."""
    host = start_host(STORE_PATH=str(tmp_path / "store.sqlite3"))
    path = ("--include-path", "/retrain", "--phases", "examples")
    code, output = run(f"{host.base}/api/openapi.json", tmp_path, *path)
    assert code == 1
    assert "API accepts requests without authentication" in output

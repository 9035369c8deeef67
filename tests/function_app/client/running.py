"""The client as a process of its own, as a person runs it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SECONDS = 60


def start_client(*arguments: str, stderr: int = subprocess.PIPE, **environment: str) -> subprocess.Popen[str]:
    """Starts the client; its output is a pipe, and its errors are where they are not sent elsewhere."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "function_app.client", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )


def run_client(*arguments: str, code: int = 0, **environment: str) -> tuple[str, str]:
    """What the client wrote to standard output and to standard error; its exit code must be `code`."""
    process = start_client(*arguments, **environment)
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == code, out + err
    return out, err

"""A folder of its own to train, export and collect in, by the commands that a developer gives."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "corpus" / "tweets.csv"


class Workplace:
    """An empty folder with an MLflow database of its own, and the commands run in it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.tracking_uri = f"sqlite:///{folder}/mlflow.db"
        self.bundle = folder / "bundle"
        self._environment = environment

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run ``python -m …``, which must end with that code; its output, or its errors where code is 2."""
        environment = {
            **os.environ,
            **self._environment,
            "PYTHONPATH": str(ROOT),
            "MLFLOW_TRACKING_URI": self.tracking_uri,
            "PYTHONWARNINGS": "default",
        }
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stderr if code == 2 else done.stdout

    def select(self, *arguments: str) -> str:
        """Assess what was trained and select; the budget is one that a busy machine keeps to."""
        candidates = str(self.folder / "candidates")
        small = ("--min-parity-texts", "50", "--bundles", candidates, "--max-latency-ms", "1000")
        return self.run("training", "select", *small, *arguments)

"""Microsoft's own language service for Kusto queries, from npm, as a process of its own."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.infra.logs import SCHEMA

PACKAGE = Path(sys.prefix) / "kusto" / "node_modules" / "@kusto" / "language-service-next"
SCRIPT = Path(__file__).with_name("check_kql.js")
LIMIT_SECONDS = 60


@dataclass(frozen=True)
class Analysis:
    """What the service says about a query: errors with their line and column, and the result's columns."""

    errors: tuple[str, ...]
    columns: Mapping[str, str]


def why_not() -> str | None:
    """Why queries cannot be checked here, or None when they can."""
    if shutil.which("node") is None:
        return "Node is not installed"
    if not PACKAGE.is_dir():
        return "the language service is not in .venv/kusto; `make setup` puts it there where npm is installed"
    return None


def analyse(queries: Mapping[str, str]) -> dict[str, Analysis]:
    """Checks queries against the tables of Application Insights."""
    done = subprocess.run(
        ["node", str(SCRIPT), str(PACKAGE)],
        input=json.dumps(
            {"tables": {name: dict(columns) for name, columns in SCHEMA.items()}, "queries": dict(queries)}
        ),
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=True,
    )
    answers = json.loads(done.stdout)
    return {name: Analysis(tuple(one["errors"]), one["columns"]) for name, one in answers.items()}

"""Small tables and files, written here."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from training.data.records import COLUMNS


@pytest.fixture
def table() -> Callable[..., pd.DataFrame]:
    """Rows of (text, label) or dicts of columns -> a table as the loaders make it."""

    def make(*rows: tuple[str, str] | dict[str, str], dataset: str = "mine") -> pd.DataFrame:
        given = [row if isinstance(row, dict) else {"text": row[0], "label": row[1]} for row in rows]
        return pd.DataFrame(
            [dict.fromkeys(COLUMNS) | {"dataset": dataset, "label": "positive"} | row for row in given],
            columns=list(COLUMNS),
            dtype="str",
        )

    return make


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """A file of that name and content."""

    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return write

"""A table of tweets is scored on local Spark by the documented lines; the scores are the predictor's."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
    pytest.skip("Java is not installed; Spark needs 17 or newer", allow_module_level=True)
pytest.importorskip("pyspark", reason="PySpark is not installed here: `make spark-test`")

import numpy as np
import pandas as pd

from function_app.bundle import read_bundle
from function_app.predictor import Predictor

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "function_app" / "model"
FILES = 4
HARD = [
    "",
    " ",
    "😡",
    "👍🏽👍🏽",
    "مرحبا بالعالم",
    "x" * 5000,
    "line\nbreak, \"quoted\", 'too'",
    "null",
    "NaN",
]


def tweets() -> list[str | None]:
    """A few thousand texts of many lengths; every tenth is hard and every thirteenth missing."""
    random = np.random.default_rng(5)
    words = (ROOT / "README.md").read_text(encoding="utf-8").split()
    texts: list[str | None] = []
    for row in range(4000):
        if row % 13 == 0:
            texts.append(None)
        elif row % 10 == 0:
            texts.append(HARD[row // 10 % len(HARD)])
        else:
            texts.append(" ".join(random.choice(words, random.integers(1, 40))))
    return texts


def python(folder: Path, *arguments: str, **environment: str) -> None:
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={
            **own,
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_SUBMIT_ARGS": "--master local[2] --conf spark.ui.enabled=false pyspark-shell",
            "SPARK_LOCAL_IP": "127.0.0.1",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def documented_lines() -> str:
    section = (
        (ROOT / "docs" / "SCORING.md")
        .read_text(encoding="utf-8")
        .split("## Mass scoring")[1]
        .split("\n## ")[0]
    )
    (lines,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    return lines


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tweets.parquet and, after one Spark job, scored.parquet; no repository in sight."""
    place = tmp_path_factory.mktemp("spark")
    given = pd.DataFrame({"row": range(4000), "text": pd.Series(tweets(), dtype=object)})
    (place / "tweets.parquet").mkdir()
    for number in range(FILES):
        given.iloc[number::FILES].to_parquet(place / "tweets.parquet" / f"{number}.parquet", index=False)
    python(place, "-m", "export", "register", PYTHONPATH=str(ROOT))
    python(place, "-c", documented_lines())
    return place


@pytest.fixture(scope="module")
def scored(folder: Path) -> pd.DataFrame:
    """The scored rows in the order in which the tweets were written."""
    table = pd.read_parquet(folder / "scored.parquet").sort_values("row", ignore_index=True)
    return table[["row", "text"]].join(pd.json_normalize(table["sentiment"].tolist()))


def test_every_tweet_is_there_once_and_was_scored_in_several_partitions(folder, scored):
    assert scored["row"].tolist() == list(range(4000))
    assert len(list((folder / "scored.parquet").glob("part-*.parquet"))) > 1


def test_scores_are_the_predictor_s(scored):
    predictor = Predictor(read_bundle(MODEL))
    there = scored[scored["text"].notna()]
    expected = predictor.predict(there["text"].tolist()).probability
    np.testing.assert_allclose(there["probability"], expected, atol=1e-6, rtol=0)
    assert there["label"].tolist() == ["positive" if p >= 0.5 else "negative" for p in expected]
    np.testing.assert_allclose(there["confidence"], np.maximum(expected, 1 - expected), atol=1e-6, rtol=0)
    assert set(scored["model"]) == {predictor.version}


def test_missing_texts_are_not_scored_and_hard_ones_are(scored):
    given = pd.Series(tweets(), dtype=object)
    missing = given.isna()
    assert scored["text"].isna().tolist() == missing.tolist()
    assert set(scored["label"][missing]) == {""}
    assert scored["probability"][missing].isna().all()
    assert scored["confidence"][missing].isna().all()
    hard = scored[given.isin(HARD)]
    assert set(hard["text"]) == set(HARD)
    assert hard["probability"].between(0, 1).all()

"""The texts that are measured with: those of tests/corpus, joined where longer ones are needed."""

import csv
import itertools
from pathlib import Path

from function_app.predictor import Predictor

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "function_app" / "model"
TEXTS_A_LENGTH = 100


def corpus() -> list[str]:
    """The corpus's texts."""
    return [row["text"] for row in _rows()]


def labelled() -> tuple[list[str], list[str]]:
    """The negative and positive texts and their labels."""
    rows = [row for row in _rows() if row["label"] != "neutral"]
    return [row["text"] for row in rows], [row["label"] for row in rows]


def repeated(texts: list[str], count: int) -> list[str]:
    """The texts over and over, until there are `count`."""
    return list(itertools.islice(itertools.cycle(texts), count))


def texts_of(tokens: int, model: Predictor) -> list[str]:
    """Texts within a tenth of `tokens`, joined where one alone is shorter."""
    texts = corpus()
    found: list[str] = []
    joined, length = "", 0
    for text, of_text in zip(texts * 4, model.predict(texts).tokens.tolist() * 4, strict=True):
        joined, length = f"{joined} {text}".lstrip(), length + of_text
        if length > tokens * 1.1:
            joined, length = "", 0
        elif length >= tokens * 0.9:
            found.append(joined)
            joined, length = "", 0
    return found[:TEXTS_A_LENGTH]


def _rows() -> list[dict[str, str]]:
    with (ROOT / "tests" / "corpus" / "tweets.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

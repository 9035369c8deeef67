"""Which words speak for which label: leave-one-out on the log-odds."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from function_app.contract import Word
from function_app.predictor import Predictor

MOST_RUNS = 64
"""Most parts of a text that are left out, one after the other; it bounds the work for one explanation."""

_WORD = re.compile(r"\S+")
_CLIP = 1e-6


def explain(predictor: Predictor, text: str) -> list[Word]:
    """The words of `text` in order, each with the change in the log-odds of *positive* that it brings.

    The weight of word i is logit(p(text)) − logit(p(text without word i)). Words are what whitespace parts;
    p is clipped to [1e-6, 1 − 1e-6]. A text of n > 64 words is cut into runs of ceil(n / 64) words: a run is
    left out as a whole and each of its words gets an equal share of its weight, so that at most 65 texts are
    scored, in one call.
    """
    spans = [found.span() for found in _WORD.finditer(text)]
    size = -(-len(spans) // MOST_RUNS)
    runs = [spans[start : start + size] for start in range(0, len(spans), size)]
    variants = [text, *(text[: run[0][0]] + text[run[-1][1] :] for run in runs)]
    log_odds = _logit(predictor.predict(variants).probability)
    weights = log_odds[0] - log_odds[1:]
    return [
        Word(word=text[start:end], weight=float(weight) / len(run))
        for run, weight in zip(runs, weights, strict=True)
        for start, end in run
    ]


def _logit(probability: NDArray[np.float32] | Sequence[float]) -> NDArray[np.float64]:
    clipped = np.clip(np.asarray(probability, np.float64), _CLIP, 1 - _CLIP)
    return np.asarray(np.log(clipped) - np.log1p(-clipped), np.float64)

"""Which words speak for which label: Shapley values of the log-odds, by sampling orders of the words."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from function_app.contract import Word
from function_app.predictor import Predictor

MOST_PARTS = 64
"""Most parts that a text is taken apart into; with `ORDERS` it bounds the work for one explanation."""

ORDERS = 8
"""Orders in which the parts come in, half of them the reverse of the other half."""

_WORD = re.compile(r"\S+")
_CLIP = 1e-6

Part = list[tuple[int, int]]


def explain(predictor: Predictor, text: str) -> list[Word]:
    """The words of `text` in order, each with the change in the log-odds of *positive* that it brings.

    Leaving one word out says little where others say the same. So the text is built up from nothing, word by
    word, in several orders; a word's weight is the mean change of logit(p) when it comes in (Štrumbelj and
    Kononenko, "Explaining prediction models and individual predictions with feature contributions", 2014).
    The weights add up to logit(p(text)) − logit(p(nothing)). The same text gets the same weights every time.

    Words are what whitespace parts; p is clipped to [1e-6, 1 − 1e-6]. A text of n > 64 words is taken apart
    into runs of ceil(n / 64) words whose weight is shared evenly. At most 64 · 8 + 1 texts are scored.
    """
    spans = [found.span() for found in _WORD.finditer(text)]
    size = -(-len(spans) // MOST_PARTS)
    parts = [spans[start : start + size] for start in range(0, len(spans), size)]
    return [
        Word(word=text[start:end], weight=float(weight) / len(part))
        for part, weight in zip(parts, _weights(predictor, text, parts), strict=True)
        for start, end in part
    ]


def _weights(predictor: Predictor, text: str, parts: Sequence[Part]) -> NDArray[np.float64]:
    """The weight of each part, (len(parts),)."""
    orders = _orders(len(parts))
    # Row o · (n + 1) + k of `present`: what is there after the first k parts of order o.
    ranks = np.argsort(orders, axis=1)
    steps = np.arange(len(parts) + 1)
    present = (ranks[:, None, :] < steps[None, :, None]).reshape(-1, len(parts))
    distinct, which = np.unique(present, axis=0, return_inverse=True)
    texts = [
        " ".join(
            text[part[0][0] : part[-1][1]] for part, is_there in zip(parts, row, strict=True) if is_there
        )
        for row in distinct
    ]
    log_odds = _logit(predictor.probability(texts))[which].reshape(len(orders), -1)
    changes = np.diff(log_odds, axis=1)
    return np.asarray(np.take_along_axis(changes, ranks, axis=1).mean(axis=0), np.float64)


def _orders(parts: int) -> NDArray[np.int64]:
    generator = np.random.default_rng(0)
    forward = [generator.permutation(parts) for _ in range(ORDERS // 2)]
    return np.array([*forward, *(order[::-1] for order in forward)])


def _logit(probability: NDArray[np.float32]) -> NDArray[np.float64]:
    clipped = np.clip(np.asarray(probability, np.float64), _CLIP, 1 - _CLIP)
    return np.asarray(np.log(clipped) - np.log1p(-clipped), np.float64)

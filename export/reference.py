"""The reference profile: how held-out tweets look to the bundle, for the drift check to compare with."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

SCORE_BINS = 20
WORDS = 500
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def reference_profile(
    texts: Sequence[str],
    normalised: Sequence[str],
    *,
    probability: npt.NDArray[np.float32],
    tokens: npt.NDArray[np.int64],
    unknown_tokens: npt.NDArray[np.int64],
) -> dict[str, Any]:
    """The profile of N held-out texts, ready for JSON.

    ``score`` counts P(positive) in 20 bins of equal width; ``unknown_token_rate`` is over all tokens;
    ``characters`` and ``tokens`` are quantiles of length; ``words`` is the share of texts that hold each of
    the 500 commonest words.
    """
    edges = np.linspace(0.0, 1.0, SCORE_BINS + 1)
    counts, _ = np.histogram(probability.astype(np.float64), bins=edges)
    holding: Counter[str] = Counter()
    for text in normalised:
        holding.update(set(text.split()))
    return {
        "rows": len(texts),
        "score": {"edges": [round(float(edge), 10) for edge in edges], "counts": [int(n) for n in counts]},
        "positive_rate": float((probability >= 0.5).mean()),
        "unknown_token_rate": float(unknown_tokens.sum() / max(int(tokens.sum()), 1)),
        "characters": _quantiles(np.array([len(text) for text in texts])),
        "tokens": _quantiles(tokens),
        "words": {
            word: round(count / len(texts), 6)
            for word, count in sorted(holding.items(), key=lambda item: (-item[1], item[0]))[:WORDS]
        },
    }


def _quantiles(values: npt.NDArray[Any]) -> dict[str, float]:
    return {f"p{int(q * 100):02d}": float(np.quantile(values, q)) for q in QUANTILES}

"""Evidence against "nothing has changed" that may be looked at after every tweet.

A Dirichlet-multinomial mixture e-process: the likelihood of the observed bin counts under a mixture over all
bin distributions, divided by their likelihood under the reference. If nothing has changed it is a martingale
that starts at 1, so by Ville's inequality the chance that it *ever* reaches 1/α is at most α, however often
it is looked at (Ramdas, Grünwald, Vovk and Shafer, "Game-Theoretic Statistics and Safe Anytime-Valid
Inference", Statistical Science, 2023).
"""

from collections.abc import Sequence
from math import lgamma, log

CONCENTRATION = 50.0
"""Weight of the reference in the mixture, in tweets: small ones favour large shifts, large ones small."""


def reference_shares(counts: Sequence[int]) -> list[float]:
    """Bin probabilities (K,) of the reference; half a count is added to each so that none is zero."""
    total = sum(counts) + 0.5 * len(counts)
    return [(count + 0.5) / total for count in counts]


def log_e_value(
    counts: Sequence[int], shares: Sequence[float], *, concentration: float = CONCENTRATION
) -> float:
    """Natural logarithm of the e-value of the observed `counts` (K,) against the reference `shares` (K,).

    >>> log_e_value([0, 0], [0.5, 0.5])
    0.0
    >>> log_e_value([90, 10], [0.5, 0.5]) > 20
    True
    """
    total = sum(counts)
    evidence = lgamma(concentration) - lgamma(concentration + total)
    for count, share in zip(counts, shares, strict=True):
        evidence += lgamma(concentration * share + count) - lgamma(concentration * share) - count * log(share)
    return evidence


def total_variation(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Total variation distance (0 to 1) of the observed bin shares from the reference; 0 for no counts."""
    total = sum(counts)
    if total == 0:
        return 0.0
    pairs = zip(counts, shares, strict=True)
    return 0.5 * sum(abs(count / total - share) for count, share in pairs)

"""Two models on the same rows."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

Probabilities = npt.NDArray[np.float32]
DRAWS = 100_000


@dataclass(frozen=True, kw_only=True)
class Paired:
    """How often two models are right on the same N rows.

    ``fixed`` rows only the challenger gets right, ``broken`` rows only the present model. ``p_better`` and
    ``p_worse`` are one-sided exact McNemar tests (McNemar 1947): were both equally good, fixed would be
    binomial with n = fixed + broken and a half. ``log_loss_error`` is the standard error of the difference of
    the two log-losses (nats), from the rows' differences.
    """

    rows: int
    present_right: int
    challenger_right: int
    fixed: int
    broken: int
    p_better: float
    p_worse: float
    present_log_loss: float
    challenger_log_loss: float
    log_loss_error: float

    @property
    def loss(self) -> float:
        """Accuracy that the challenger costs on these rows; negative where it gains."""
        return (self.present_right - self.challenger_right) / self.rows

    @property
    def p_different(self) -> float:
        """The two-sided exact McNemar test."""
        return min(1.0, 2 * min(self.p_better, self.p_worse))


def paired(labels: npt.ArrayLike, *, present: Probabilities, challenger: Probabilities) -> Paired | None:
    """Compare two (N,) arrays of P(positive) on (N,) labels 0 or 1; None for no rows."""
    truth = np.asarray(labels, dtype=bool)
    if not len(truth):
        return None
    old, new = (present >= 0.5) == truth, (challenger >= 0.5) == truth
    old_loss, new_loss = _log_losses(truth, present), _log_losses(truth, challenger)
    fixed, broken = int((new & ~old).sum()), int((old & ~new).sum())
    return Paired(
        rows=len(truth),
        present_right=int(old.sum()),
        challenger_right=int(new.sum()),
        fixed=fixed,
        broken=broken,
        p_better=_at_least(fixed, fixed + broken),
        p_worse=_at_least(broken, fixed + broken),
        present_log_loss=float(old_loss.mean()),
        challenger_log_loss=float(new_loss.mean()),
        log_loss_error=float((new_loss - old_loss).std() / np.sqrt(len(truth))),
    )


def p_of_mean_loss(
    datasets: npt.NDArray[np.str_], *, present: npt.NDArray[np.bool_], challenger: npt.NDArray[np.bool_]
) -> float:
    """How likely it is by chance that the challenger's mean accuracy over the data sets falls so far behind.

    The three are (N,): a row's data set and whether each model is right on it. McNemar's test, with the fair
    coins of each data set weighted so that sets count alike however many rows they have; one-sided, from
    `DRAWS` draws of the coins under a fixed seed. On one data set it is McNemar's test up to the draws.
    """
    lost, drawn = 0.0, np.zeros(DRAWS)
    random = np.random.default_rng(7)
    for name in np.unique(datasets):
        here = datasets == name
        broken = int((present & ~challenger & here).sum())
        fixed = int((challenger & ~present & here).sum())
        lost += (broken - fixed) / here.sum()
        drawn += (2 * random.binomial(broken + fixed, 0.5, DRAWS) - (broken + fixed)) / here.sum()
    return float((1 + (drawn >= lost - 1e-12).sum()) / (1 + DRAWS))


def _at_least(successes: int, trials: int) -> float:
    """P(a fair coin falls so often or more)."""
    return float(binomtest(successes, trials, 0.5, alternative="greater").pvalue) if trials else 1.0


def _log_losses(truth: npt.NDArray[np.bool_], probability: Probabilities) -> npt.NDArray[np.float64]:
    of_truth = np.where(truth, probability, 1 - probability.astype(np.float64))
    return np.asarray(-np.log(np.clip(of_truth, 1e-7, 1.0)))

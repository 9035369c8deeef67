"""The ways to check for drift that are compared, each with the threshold it is used with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from training.drift_study.baselines import KolmogorovSmirnov, Psi, Statistic, Wasserstein, windows
from training.drift_study.streams import Stream

OURS = "drift check"
"""What the app's own is called."""


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """What a method says at each check of a stream, (C,) each.

    `level` float64: what it computed, as a multiple of what raises an alarm; NaN where it did not judge.
    `alarm` bool.
    """

    level: NDArray[np.float64]
    alarm: NDArray[np.bool_]


class Method(Protocol):
    """One way to check for drift."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def verdicts(self, stream: Stream, *, to_the_end: bool) -> Verdicts:
        """Its verdicts; after a change was found it need not go on unless `to_the_end`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """A statistic of the window, compared with the reference anew at every check."""

    name: str
    statistic: Callable[[NDArray[np.floating]], Statistic]
    limit: float

    def verdicts(self, stream: Stream, *, to_the_end: bool) -> Verdicts:
        """Its verdicts; no check knows of the others."""
        statistic = self.statistic(stream.reference.probability)
        level = np.full(len(stream.checks), np.nan)
        after_change = stream.after_change
        for check, window in windows(stream):
            level[check] = statistic(window) / self.limit
            if level[check] > 1 and after_change[check] and not to_the_end:
                break
        return Verdicts(level=level, alarm=level > 1)


BASELINES: tuple[Method, ...] = (
    Threshold(name="PSI > 0.1", statistic=Psi, limit=0.1),
    Threshold(name="PSI > 0.2", statistic=Psi, limit=0.2),
    Threshold(name="KS p < 0.05", statistic=KolmogorovSmirnov, limit=1.0),
    Threshold(name="Wasserstein > 0.1", statistic=Wasserstein, limit=0.1),
)

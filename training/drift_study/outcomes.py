"""What many streams say about one method: how often it was wrong, and how soon it was right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from training.drift_study.methods import Verdicts
from training.drift_study.streams import Stream

NEVER = float("inf")


@dataclass(frozen=True, kw_only=True)
class Result:
    """One stream, one method. Infinite where it did not happen within the stream.

    `false_alarm`, `false_alarm_hours`: tweets and hours from deployment to the first alarm before any change.
    `delay`, `delay_hours`: tweets and hours from the change to the first alarm after it. `wrong`, `judged`:
    checks before the change that raised an alarm, and all that judged. `hours`: how long the stream went on.
    """

    false_alarm: float
    false_alarm_hours: float
    delay: float
    delay_hours: float
    wrong: int
    judged: int
    hours: float


def result(verdicts: Verdicts, stream: Stream) -> Result:
    """The verdicts, held against the truth."""
    seen = stream.seen
    change = stream.change or 0
    early = ~stream.after_change
    start = 0.0 if stream.change is None else float(stream.hours[stream.change])
    false = np.flatnonzero(verdicts.alarm & early)
    found = np.flatnonzero(verdicts.alarm & ~early)
    return Result(
        false_alarm=float(seen[false[0]]) if len(false) else NEVER,
        false_alarm_hours=float(stream.checks[false[0]]) if len(false) else NEVER,
        delay=float(seen[found[0]] - change) if len(found) else NEVER,
        delay_hours=float(stream.checks[found[0]] - start) if len(found) else NEVER,
        wrong=len(false),
        judged=int(np.sum(early & ~np.isnan(verdicts.level))),
        hours=float(stream.hours[-1]),
    )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """S streams, one method; arrays (S,) float64, as in `Result`. `hours`: of the longest stream."""

    method: str
    false_alarms: NDArray[np.float64]
    false_alarms_hours: NDArray[np.float64]
    delays: NDArray[np.float64]
    delays_hours: NDArray[np.float64]
    wrong: int
    judged: int
    hours: float

    @property
    def false_alarm_rate(self) -> float:
        """Share of streams with a false alarm."""
        return float(np.isfinite(self.false_alarms).mean())

    @property
    def false_alarm_interval(self) -> tuple[float, float]:
        """95 % interval of that share (Clopper and Pearson, Biometrika, 1934)."""
        false, streams = int(np.isfinite(self.false_alarms).sum()), len(self.false_alarms)
        low = stats.beta.ppf(0.025, false, streams - false + 1) if false else 0.0
        high = stats.beta.ppf(0.975, false + 1, streams - false) if false < streams else 1.0
        return float(low), float(high)

    @property
    def found_rate(self) -> float:
        """Share of streams whose change was found before they ended."""
        return float(np.isfinite(self.delays).mean())

    def until_false_alarm(self, share: float) -> float:
        """Tweets after which this share of the streams had a false alarm; infinite where it never came."""
        return _quantile(self.false_alarms, share)

    def delay(self, share: float) -> float:
        """Tweets after which this share of the changes was found; infinite where it never was."""
        return _quantile(self.delays, share)

    def delay_hours(self, share: float) -> float:
        """The same in hours."""
        return _quantile(self.delays_hours, share)


def outcome(method: str, results: list[Result]) -> Outcome:
    """The results of all streams, together."""
    return Outcome(
        method=method,
        false_alarms=np.array([one.false_alarm for one in results]),
        false_alarms_hours=np.array([one.false_alarm_hours for one in results]),
        delays=np.array([one.delay for one in results]),
        delays_hours=np.array([one.delay_hours for one in results]),
        wrong=sum(one.wrong for one in results),
        judged=sum(one.judged for one in results),
        hours=max(one.hours for one in results),
    )


def _quantile(delays: NDArray[np.float64], share: float) -> float:
    """Without interpolation, which has no meaning beside an infinite delay."""
    return float(np.quantile(delays, share, method="inverted_cdf"))

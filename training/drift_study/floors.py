"""What the drift check has to reach, and whether it did."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from training.drift_study.outcomes import Outcome


@dataclass(frozen=True, kw_only=True)
class Floor:
    """`text` says what is asked, `met` whether an outcome reaches it."""

    text: str
    met: "Callable[[Outcome], bool]"


FALSE_ALARMS = Floor(
    text="at most 1 % of streams with a false alarm", met=lambda outcome: outcome.false_alarm_rate <= 0.01
)

TOPIC = Floor(
    text="found within 300 tweets in at least 95 % of streams",
    met=lambda outcome: float(np.mean(outcome.delays <= 300)) >= 0.95,
)


def median_within(tweets: int) -> Floor:
    """The median delay is at most so many tweets."""
    return Floor(
        text=f"median delay at most {tweets:,} tweets", met=lambda outcome: outcome.delay(0.5) <= tweets
    )

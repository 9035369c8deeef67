"""Figures of a candidate that more than one part of the page shows."""

from training.assessment import kept
from training.assessment.record import Assessment, Estimate


def tweet_sets(one: Assessment) -> list[str]:
    """The data sets that the mean is over: all but those of other texts, unless there are no others."""
    return [name for name in one.sets if name not in kept.NOT_TWEETS] or list(one.sets)


def mean_accuracy(one: Assessment) -> float:
    """On the test rows of the tweet sets, each set counting alike."""
    return kept.mean_accuracy({name: on.accuracy.value for name, on in one.sets.items()})


def megabytes(one: Assessment) -> float:
    """Of the bundle, in 10^6 bytes."""
    return one.cost.bytes / 1e6


def duration(seconds: float) -> str:
    """For people: seconds, minutes or hours."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def with_interval(estimate: Estimate) -> str:
    """Value and 95 % interval."""
    return f"{estimate.value:.3f} ({estimate.low:.3f}–{estimate.high:.3f})"

"""The app's drift check, on a stream: the very tests, allowance and verdict of a deployed app."""

import numpy as np
from numpy.typing import NDArray

from function_app.bundle import Reference
from function_app.drift.judgement import judge
from function_app.drift.monitor import DriftRule, Monitor, Votes
from function_app.drift.tweets import Tweets
from training.drift_study.methods import OURS, Verdicts
from training.drift_study.reference import reference_of
from training.drift_study.scored import UNLABELLED
from training.drift_study.streams import Stream

DEPLOYED = 500_000 * 3_600.0
"""When streams begin, in seconds since 1970: a full hour."""


class DriftCheck:
    """`like` is the reference whose bins and topics are used, `rule` what the settings say."""

    name = OURS

    def __init__(self, like: Reference, rule: DriftRule) -> None:
        self._like = like
        self._rule = rule

    def verdicts(self, stream: Stream, *, to_the_end: bool) -> Verdicts:
        """Its verdict at each check."""
        monitor = Monitor(reference_of(stream.reference, like=self._like), self._rule)
        tweets, votes = _tweets(stream), _votes(stream)
        level = np.full(len(stream.checks), np.nan)
        alarm = np.zeros(len(stream.checks), bool)
        after_change, taken = stream.after_change, 0
        for check, end in enumerate(stream.seen):
            monitor.observe(tweets.take(np.arange(taken, end)))
            monitor.hear(_between(votes, tweets.seconds[taken:end]))
            taken = int(end)
            verdict = judge(monitor)
            if verdict.status != "insufficient_data":
                level[check] = max(0.0, verdict.evidence.log_e / verdict.evidence.alarm_at)
            alarm[check] = verdict.status == "drift"
            if alarm[check] and after_change[check] and not to_the_end:
                break
        return Verdicts(level=level, alarm=alarm)


def _tweets(stream: Stream) -> Tweets:
    tweets = stream.tweets
    # Which tweets of an hour count is drawn by numbers that have nothing to do with what they say.
    keys = np.random.default_rng(0).integers(2**63, size=len(tweets), dtype=np.uint64)
    return Tweets(
        probability=tweets.probability.astype(np.float64),
        characters=tweets.characters,
        tokens=tweets.tokens,
        unknown_tokens=tweets.unknown_tokens,
        topic=tweets.topic,
        foreign=tweets.foreign.astype(np.int64),
        seconds=DEPLOYED + stream.hours * 3_600,
        key=keys,
    )


def _votes(stream: Stream) -> Votes:
    known = np.flatnonzero(stream.voted & (stream.tweets.truth != UNLABELLED))
    return Votes(
        wrong=stream.tweets.truth[known] != stream.tweets.positive[known],
        seconds=DEPLOYED + stream.hours[known] * 3_600,
        key=known.astype(np.uint64),
    )


def _between(votes: Votes, seconds: NDArray[np.float64]) -> Votes:
    """The votes on answers of these times, which rise."""
    start, end = (
        np.searchsorted(votes.seconds, [seconds[0], np.nextafter(seconds[-1], np.inf)])
        if len(seconds)
        else (0, 0)
    )
    return Votes(wrong=votes.wrong[start:end], seconds=votes.seconds[start:end], key=votes.key[start:end])

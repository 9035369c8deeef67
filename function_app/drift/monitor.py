"""All tests together: takes tweets and votes, keeps the evidence, and judges.

No clock, store or chance is in here: the same tweets give the same judgement, however they are spread over
checks that each take whole hours.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import msgspec
import numpy as np
from numpy.typing import NDArray

from function_app.bundle import Reference
from function_app.drift.accuracy import tolerated_error_rate
from function_app.drift.allowance import PATIENT_HOURS, Allowance, AllowanceState
from function_app.drift.detector import BLOCK, LUMP, MEMORY, Detector, DetectorState
from function_app.drift.tweets import Tweets, cells, confidences
from function_app.drift.watches import Floats, Watch, watch_of_votes, watches_of_tweets
from function_app.settings import Settings

CAP = 10.0
"""An R is lowered to so many times what alone would raise the alarm: enough that a lasting change does not
flicker, and little enough to be forgotten within some hundred tweets when it is over."""


class DriftRule(msgspec.Struct, frozen=True, kw_only=True):
    """When to judge, what shift matters, and how many false alarms a month are tolerated; see the settings.

    `min_effect` is that of the positive rate, `error_rate` the tolerated one (None: the bundle's).
    """

    min_samples: int
    min_effect: float
    false_alarms_per_month: float
    sample_per_hour: int
    error_rate: float | None = None

    @property
    def alarm_at(self) -> float:
        """Natural logarithm of the evidence from which the alarm is raised."""
        return log(1 / self.false_alarms_per_month)


def rule_of(settings: Settings) -> DriftRule:
    """The rule that the settings make."""
    return DriftRule(
        min_samples=settings.drift_min_samples,
        min_effect=settings.drift_min_effect,
        false_alarms_per_month=settings.drift_false_alarms_per_month,
        sample_per_hour=settings.drift_sample_per_hour,
        error_rate=settings.drift_error_rate,
    )


class _Part(msgspec.Struct, kw_only=True):
    """What one stream, tweets or votes, has come to; `tests` marks the tests that the detector is for."""

    tests: str = ""
    detector: DetectorState | None = None
    allowance: AllowanceState | None = None
    patient: AllowanceState | None = None


class MonitorState(msgspec.Struct, kw_only=True):
    """All that the next check needs of the tests. `voted` and `wrong` count all votes."""

    tweets: _Part = msgspec.field(default_factory=_Part)
    votes: _Part = msgspec.field(default_factory=_Part)
    voted: int = 0
    wrong: int = 0


@dataclass(frozen=True, kw_only=True)
class Votes:
    """N votes: `wrong` (N,) bool, `seconds` (N,) float64 since 1970, `key` (N,) uint64 as in `Tweets`."""

    wrong: NDArray[np.bool_]
    seconds: Floats
    key: NDArray[np.uint64]


class Stream:
    """The watches on tweets or on votes, with their detector and the allowance of each hour."""

    def __init__(self, watches: Sequence[Watch], rule: DriftRule, part: _Part) -> None:
        self.watches = watches
        self._tests = _fingerprint(watches)
        same = part.tests == self._tests
        log_cap = rule.alarm_at + log(CAP)
        state = part.detector if same else None
        self.detector = Detector(watches, log_cap=log_cap, state=state) if watches else None
        self.allowance = Allowance(rule.sample_per_hour, part.allowance)
        self.patient = Allowance(rule.sample_per_hour, part.patient, saved_hours=PATIENT_HOURS)

    def state(self) -> _Part:
        """What the next check needs."""
        detector = None if self.detector is None else self.detector.state()
        return _Part(
            tests=self._tests,
            detector=detector,
            allowance=self.allowance.state(),
            patient=self.patient.state(),
        )


class Monitor:
    """The tests of one model, going on from `state`; they start afresh where the tests are others by now."""

    def __init__(self, reference: Reference, rule: DriftRule, state: MonitorState | None = None) -> None:
        state = MonitorState() if state is None else state
        self.reference = reference
        self.rule = rule
        self.expected = rule.error_rate if rule.error_rate is not None else tolerated_error_rate(reference)
        on_tweets = watches_of_tweets(reference, least_positive_rate=rule.min_effect)
        on_votes = [] if self.expected is None else [watch_of_votes(self.expected)]
        self.tweets = Stream(on_tweets, rule, state.tweets)
        self.votes = Stream(on_votes, rule, state.votes)
        self.voted, self.wrong = state.voted, state.wrong

    def observe(self, tweets: Tweets) -> int:
        """Takes the tweets that the allowance lets count; how many."""
        drawn = tweets.take(self.tweets.allowance.draw(tweets.seconds, tweets.key))
        even = np.zeros(len(drawn), bool)
        even[self.tweets.patient.draw(drawn.seconds, drawn.key)] = True
        if self.tweets.detector is not None and len(drawn):
            self.tweets.detector.observe(
                cells(drawn, self.tweets.watches, self.reference),
                seconds=drawn.seconds,
                confidence=confidences(drawn, self.reference),
                even=even,
            )
        return len(drawn)

    def hear(self, votes: Votes) -> None:
        """Takes votes; like tweets, only so many of an hour are evidence."""
        self.voted += len(votes.wrong)
        self.wrong += int(votes.wrong.sum())
        drawn = self.votes.allowance.draw(votes.seconds, votes.key)
        if self.votes.detector is not None and len(drawn):
            self.votes.detector.observe(
                votes.wrong[drawn].astype(np.int64)[:, None],
                seconds=votes.seconds[drawn],
                confidence=np.zeros(len(drawn)),
            )

    def state(self) -> MonitorState:
        """What the next check needs."""
        return MonitorState(
            tweets=self.tweets.state(), votes=self.votes.state(), voted=self.voted, wrong=self.wrong
        )


def _fingerprint(watches: Sequence[Watch]) -> str:
    """Tells tests that look for something else, or at it otherwise, apart."""
    digest = hashlib.sha256(f"{LUMP} {BLOCK} {MEMORY}".encode())
    for watch in watches:
        digest.update(watch.name.encode())
        for numbers in (
            watch.null,
            watch.log_ratios,
            watch.weights,
            watch.values,
            watch.mixtures,
            watch.patient.astype(np.float64),
        ):
            # Rounded, since instances whose processors differ in a last bit go on from each other's state.
            digest.update((np.round(numbers, 6) + 0.0).tobytes())
    return digest.hexdigest()[:16]

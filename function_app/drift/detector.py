"""Evidence of a change at an unknown time, that may be looked at after every tweet.

For each alternative of each watch the Shiryaev–Roberts e-detector R ← (R + w)·L(x) of Shin, Ramdas and
Rinaldo ("E-detectors: a nonparametric framework for sequential change detection", New England Journal of
Statistics in Data Science, 2023), L being the likelihood ratio of the tweet and w the part of the false-alarm
budget that becomes available before it. R adds up the evidence for every start of the change so far, yet it
is a single number.

Why it can be trusted. The mean M of all R, weighted so that the weights add up to 1, has the expectation Σw
as long as nothing changes, since E[L] = 1 for each tweet given those before; M − Σw is a martingale. By
Doob's inequality P(M ever reaches 1/α while Σw ≤ b) ≤ α·b, however often one looks. Σw is at most 1 in the
first month and grows by at most 1 in each month after it: at most α false alarms a month. A month is 730
hours or 20,000 tweets, whichever lasts longer. `LUMP` of the first month's budget is there from the first
tweet: a change that came with the deployment, the likeliest one, is found the soonest.

A tweet that an alternative leaves out is one that says nothing to it: L is 1. Which ones are left out follows
from when they came, never from what they say.

An R above its cap is lowered to it, which can only delay an alarm. So evidence of a change that is over dies
away within some hundred tweets.

When the change began is told by a CUSUM of the same likelihood ratios (Page, "Continuous inspection schemes",
Biometrika 41, 1954): it was after the tweet at which the sum last stood at zero.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from function_app.drift.watches import Floats, Watch

LUMP = 0.95
MONTH_SECONDS = 730 * 3600.0
MONTH_TWEETS = 20_000

BLOCK = 25
"""Tweets that are added up at once, and the learned alternatives' pace: blocks end where the count of all
tweets so far is a multiple of it, so it makes no difference how the tweets are spread over checks."""

MEMORY = 300.0
"""Tweets over which a learned alternative forgets."""

NO_EVIDENCE = -700.0
"""Logarithm of no evidence: finite, for JSON has no infinity."""


class DetectorState(msgspec.Struct, kw_only=True):
    """All that a detector knows. A alternatives of T watches; times are in seconds since 1970.

    `log_r`, `cusum`: (A,). `since`, `counts`, `sums`, `confidence`: (A,), tallies since the CUSUM last stood
    at zero: its time, the tweets, and the sums of their measured values and of their confidence. `totals`,
    `total_sums`: (T,), the same from the beginning. `learned`, `pending`: for each watch the running estimate
    (K,) and the counts (K,) that it has yet to learn; empty for those that learn nothing.
    """

    started: float
    latest: float
    seen: int
    total_confidence: float
    log_r: list[float]
    cusum: list[float]
    since: list[float]
    counts: list[int]
    sums: list[float]
    confidence: list[float]
    totals: list[int]
    total_sums: list[float]
    learned: list[list[float]]
    pending: list[list[int]]


class Detector:
    """Adds up the evidence of several watches on one stream; `caps` (A,) bound the logarithm of each R."""

    def __init__(self, watches: Sequence[Watch], *, log_cap: float, state: DetectorState | None) -> None:
        self._watches = watches
        self.owner = np.repeat(np.arange(len(watches)), [len(watch.weights) for watch in watches])
        """(A,): the number of the watch that each alternative belongs to."""
        weights = np.concatenate([watch.weights * watch.share for watch in watches])
        self._caps = log_cap - np.log(weights)
        self._fixed = [_with_absent(watch.log_ratios) for watch in watches]
        self._values = [np.append(watch.values, 0.0) for watch in watches]
        self._patient = np.concatenate([watch.patient for watch in watches])
        state = _fresh(watches) if state is None else state
        self.started, self.latest, self.seen = state.started, state.latest, state.seen
        self.total_confidence = state.total_confidence
        self.log_r, self.cusum, self.since = (
            np.array(one) for one in (state.log_r, state.cusum, state.since)
        )
        self.counts, self.totals = np.array(state.counts, np.int64), np.array(state.totals, np.int64)
        self.sums, self.confidence = np.array(state.sums), np.array(state.confidence)
        self.total_sums = np.array(state.total_sums)
        self._learned = [np.array(one) for one in state.learned]
        self._pending = [np.array(one, np.int64) for one in state.pending]

    def observe(
        self,
        cells: NDArray[np.integer],
        *,
        seconds: Floats,
        confidence: Floats,
        even: NDArray[np.bool_] | None = None,
    ) -> None:
        """Takes N tweets in their order.

        `cells` (N, T): the cell in each watch, -1 where it is not known. `seconds` (N,) since 1970: when each
        came. `confidence` (N,): of their labels, 0 to 1. `even` (N,): which of them patient alternatives
        take; None for all.
        """
        if len(cells) == 0:
            return
        even = np.ones(len(cells), bool) if even is None else even
        if self.seen == 0:
            self.started = self.latest = float(seconds[0])
            self.since[:] = self.started
        seconds = np.maximum.accumulate(np.maximum(seconds, self.latest))
        start = 0
        while start < len(cells):
            end = min(len(cells), start + BLOCK - self.seen % BLOCK)
            block = slice(start, end)
            self._add(cells[block], seconds[block], confidence[block], even[block])
            if self.seen % BLOCK == 0:
                self._learn()
            start = end

    def state(self) -> DetectorState:
        """What the next detector needs to go on from here."""
        return DetectorState(
            started=self.started,
            latest=self.latest,
            seen=self.seen,
            total_confidence=self.total_confidence,
            log_r=self.log_r.tolist(),
            cusum=self.cusum.tolist(),
            since=self.since.tolist(),
            counts=self.counts.tolist(),
            sums=self.sums.tolist(),
            confidence=self.confidence.tolist(),
            totals=self.totals.tolist(),
            total_sums=self.total_sums.tolist(),
            learned=[one.tolist() for one in self._learned],
            pending=[one.tolist() for one in self._pending],
        )

    def _add(
        self,
        cells: NDArray[np.integer],
        seconds: Floats,
        confidence: Floats,
        even: NDArray[np.bool_],
    ) -> None:
        taken = even[:, None] | ~self._patient
        tables, values = self._tables()
        columns = range(len(tables))
        steps = np.concatenate([tables[column][:, cells[:, column]].T for column in columns], axis=1) * taken
        measured = np.stack([values[column][cells[:, column]] for column in columns], axis=1)
        sums = steps.cumsum(axis=0)
        with np.errstate(divide="ignore"):  # no budget may have become available
            budget = np.log(self._budget(seconds))
        terms = np.vstack([self.log_r, budget[:, None] - (sums - steps)])
        self.log_r = np.minimum(np.logaddexp.reduce(terms, axis=0) + sums[-1], self._caps)
        present = cells >= 0
        self._look_back(
            sums,
            np.cumsum(present[:, self.owner] & taken, axis=0),
            np.cumsum(measured[:, self.owner] * taken, axis=0),
            np.cumsum(confidence[:, None] * taken, axis=0),
            seconds,
        )
        self.totals = self.totals + present.sum(axis=0)
        self.total_sums = self.total_sums + measured.sum(axis=0)
        self.total_confidence += float(confidence.sum())
        for column, pending in enumerate(self._pending):
            if len(pending):
                known = cells[:, column][cells[:, column] >= 0]
                pending[:] = pending + np.bincount(known, minlength=len(pending))
        self.seen += len(cells)
        self.latest = float(seconds[-1])

    def _budget(self, seconds: Floats) -> Floats:
        """The part of the budget that becomes available before each of N tweets, (N,)."""
        count = self.seen + np.arange(-1, len(seconds))
        times = np.concatenate([[self.latest], seconds])
        months = np.minimum((times - self.started) / MONTH_SECONDS, count / MONTH_TWEETS)
        available = np.maximum(LUMP + (1 - LUMP) * months, months)
        if self.seen == 0:
            available[0] = 0.0
        return np.diff(available)

    def _look_back(
        self,
        sums: Floats,
        counts: NDArray[np.integer],
        values: Floats,
        sure: Floats,
        seconds: Floats,
    ) -> None:
        """Moves the CUSUMs on over a block, and the tallies since they last stood at zero; all but the times
        are (N, A), added up over the block.
        """
        paths = self.cusum + sums
        last = len(paths) - 1 - np.argmin(paths[::-1], axis=0)
        lowest = np.minimum(paths[last, np.arange(paths.shape[1])], 0.0)
        reset = lowest < 0
        self.cusum = np.minimum(paths[-1] - lowest, self._caps)
        alternatives = np.arange(len(self.owner))
        self.since = np.where(reset, seconds[np.minimum(last + 1, len(paths) - 1)], self.since)
        self.counts = np.where(reset, -counts[last, alternatives], self.counts) + counts[-1]
        self.sums = np.where(reset, -values[last, alternatives], self.sums) + values[-1]
        self.confidence = np.where(reset, -sure[last, alternatives], self.confidence) + sure[-1]

    def _tables(self) -> tuple[list[Floats], list[Floats]]:
        """For each watch the log-likelihood ratios (A, K + 1) and the values (K + 1,); last comes absence."""
        tables, values = list(self._fixed), list(self._values)
        for column, (watch, learned) in enumerate(zip(self._watches, self._learned, strict=True)):
            if len(learned):
                ratio = learned / watch.null
                tables[column] = _with_absent(np.log1p(np.outer(watch.mixtures, ratio - 1)))
                # What lies above its share in cells that were above it before: no more than the distance of
                # the two distributions (total variation), and in the mean nothing where there is none.
                above = ratio > 1
                values[column] = np.append(above - watch.null[above].sum(), 0.0)
        return tables, values

    def _learn(self) -> None:
        for learned, pending in zip(self._learned, self._pending, strict=True):
            count = int(pending.sum()) if len(pending) else 0
            if count:
                pace = min(1.0, count / MEMORY)
                learned[:] = learned + pace * (pending / count - learned)
                pending[:] = 0


def _with_absent(table: Floats) -> Floats:
    return np.hstack([table, np.zeros((len(table), 1))])


def _fresh(watches: Sequence[Watch]) -> DetectorState:
    alternatives = sum(len(watch.weights) for watch in watches)
    learns = [bool(len(watch.mixtures)) for watch in watches]
    return DetectorState(
        started=0.0,
        latest=0.0,
        seen=0,
        total_confidence=0.0,
        log_r=[NO_EVIDENCE] * alternatives,
        cusum=[0.0] * alternatives,
        since=[0.0] * alternatives,
        counts=[0] * alternatives,
        sums=[0.0] * alternatives,
        confidence=[0.0] * alternatives,
        totals=[0] * len(watches),
        total_sums=[0.0] * len(watches),
        learned=[watch.null.tolist() if learn else [] for watch, learn in zip(watches, learns, strict=True)],
        pending=[
            [0] * len(watch.null) if learn else [] for watch, learn in zip(watches, learns, strict=True)
        ],
    )

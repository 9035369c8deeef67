"""A stream of tweets that shifts, fed through the model and the drift check as real ones are.

Nothing of it reaches the real records: the stream has a store of its own, in memory.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np

from function_app.bundle import Reference
from function_app.clock import rfc3339
from function_app.contract import ShiftKind, SimulateRequest
from function_app.drift.history import example_with_text
from function_app.drift.memory import MemoryStore
from function_app.drift.profile import profile_of
from function_app.drift.shifts import Tweet, corpus, shift
from function_app.ids import id_of
from function_app.store import DriftReport, Feedback, Prediction, Store
from function_app.store.records import DriftStatus

TWEETS_A_CHECK = 50

QUIET_SHARE = 0.25
"""Part of the stream before the change."""

LEAST_BASE, MOST_BASE = 100, 1_000
"""Different texts that a stream is drawn from. With fewer recent ones, the invented ones are taken."""

VOTE_SHARE = 0.1
"""Share of the tweets on whose answer somebody says whether it was right."""

MOST_REPORTS = 24
"""Reports back from which recent texts are looked for."""

Score = Callable[[Sequence[str]], list[Prediction]]
"""Predictions of texts, in their order, not recorded."""

Check = Callable[[MemoryStore, Reference], DriftReport]
"""One drift check on a store against a reference, which reports to that store."""


class SimulatedCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a check said after `tweets` of the stream."""

    tweets: int
    status: DriftStatus
    log_e: float
    alarm_at: float
    positive_rate: float | None


class SimulationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a simulated stream of `rows` tweets, the first `change_at` of them before the change.

    `base` says whether unchanged tweets were drawn from recent ones of the store or from invented ones, and
    `base_texts` from how many. `alarm_at` is how many tweets had come when the first alarm was raised, null
    for none, and `delay` how many of them since the change. `report` is what the last check said, `history`
    has all checks.
    """

    kind: ShiftKind
    strength: float
    rows: int
    seed: int
    base: str
    base_texts: int
    change_at: int
    alarm_at: int | None
    delay: int | None
    sentence: str
    report: DriftReport
    history: list[SimulatedCheck]


def simulate(
    request: SimulateRequest,
    *,
    recent: Sequence[str],
    reference: Reference,
    score: Score,
    check: Check,
    per_hour: int,
    end: datetime,
) -> SimulationAnswer:
    """Runs the stream, whose last tweet comes at `end`. The same arguments give the same stream.

    It is no faster than the drift check counts, `per_hour` tweets an hour.

    The base, `recent` texts or invented ones, is at the same time what the stream is compared with, in the
    form of `reference`: before the change nothing is unusual, by construction. A tenth of the answers get a
    vote. It is the truth on the invented tweets that bring the change; on others it says "wrong" as often as
    the model's confidence makes one expect.
    """
    rng = np.random.default_rng(request.seed)
    is_real = len(recent) >= LEAST_BASE
    texts = recent[:MOST_BASE] if is_real else [tweet.text for tweet in corpus("airline")]
    base = [Tweet(text=text, label=None) for text in texts]
    scored = score(texts)
    change_at = int(QUIET_SHARE * request.rows)
    drawn = shift(
        request.kind,
        request.strength,
        base=base,
        called_positive=[row.label == "positive" for row in scored],
        rng=rng,
    ).draw(request.rows, change_at=change_at, rng=rng)
    own_reference = profile_of(scored, reference)
    store = MemoryStore()
    stream = _stream(drawn, score, per_hour=per_hour, end=end, rng=rng)
    for start in range(0, request.rows, TWEETS_A_CHECK):
        part = stream[start : start + TWEETS_A_CHECK]
        store.add_predictions([row for row, _ in part])
        store.add_votes([(vote, row) for row, vote in part if vote is not None])
        check(store, own_reference)
    reports = store.drift_reports(request.rows)[::-1]
    last = reports[-1]
    history = [
        _point(report, tweets=min(number * TWEETS_A_CHECK, request.rows))
        for number, report in enumerate(reports, start=1)
    ]
    alarm_at = next((one.tweets for one in history if one.status == "drift"), None)
    return SimulationAnswer(
        kind=request.kind,
        strength=request.strength,
        rows=request.rows,
        seed=request.seed,
        base="recent tweets" if is_real else "invented tweets",
        base_texts=len(base),
        change_at=change_at,
        alarm_at=alarm_at,
        delay=None if alarm_at is None or alarm_at <= change_at else alarm_at - change_at,
        sentence=last.sentence,
        report=msgspec.structs.replace(
            last, examples=[example_with_text(store, example) for example in last.examples]
        ),
        history=history,
    )


def recent_texts(store: Store) -> list[str]:
    """Different texts of predictions that are not long ago, as many as are kept and `MOST_BASE` at most.

    The last reports say where in the records they begin. Raises `StoreUnavailableError`.
    """
    seen = 0
    reports = store.drift_reports(MOST_REPORTS)
    cursor = reports[-1].cursor if len(reports) == MOST_REPORTS else ""
    for report in reports:
        if seen >= 2 * MOST_BASE:
            cursor = report.cursor
            break
        seen += report.new_samples + report.other_model
    rows, _ = store.predictions_after(cursor, 2 * MOST_BASE)
    return list(dict.fromkeys(row.text for row in rows if row.text is not None))[:MOST_BASE]


def _stream(
    drawn: Sequence[Tweet], score: Score, *, per_hour: int, end: datetime, rng: np.random.Generator
) -> list[tuple[Prediction, Feedback | None]]:
    """Each tweet's prediction, as if it had been made at its time, with the vote on it if there is one."""
    texts = list(dict.fromkeys(tweet.text for tweet in drawn))
    scored = dict(zip(texts, score(texts), strict=True))
    pace = timedelta(hours=1) / per_hour
    start = end - pace * len(drawn)
    stream: list[tuple[Prediction, Feedback | None]] = []
    for number, tweet in enumerate(drawn):
        moment = start + pace * number
        row = msgspec.structs.replace(
            scored[tweet.text], id=_id(moment, rng), created=rfc3339(moment), sampled=True
        )
        votes, errs = rng.random() < VOTE_SHARE, rng.random() >= row.confidence
        is_wrong = tweet.label != row.label if tweet.label is not None else errs
        stream.append((row, _vote(row, is_wrong=is_wrong, new_id=_id(moment, rng)) if votes else None))
    return stream


def _vote(row: Prediction, *, is_wrong: bool, new_id: str) -> Feedback:
    return Feedback(
        id=new_id,
        created=row.created,
        prediction_id=row.id,
        matched=True,
        correct=not is_wrong,
        label=None,
        text=None,
        comment=None,
    )


def _id(moment: datetime, rng: np.random.Generator) -> str:
    return id_of(int(moment.timestamp() * 1000), int(rng.integers(1 << 62)))


def _point(report: DriftReport, *, tweets: int) -> SimulatedCheck:
    return SimulatedCheck(
        tweets=tweets,
        status=report.status,
        log_e=report.evidence.log_e,
        alarm_at=report.evidence.alarm_at,
        positive_rate=report.positive_rate,
    )

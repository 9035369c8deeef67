"""Reads for a check what came since the last one, page by page."""

import heapq
from collections.abc import Iterator

import numpy as np

from function_app.drift.checkpoint import Mark
from function_app.drift.monitor import Votes
from function_app.drift.tweets import Tweets, joined, key_of, seconds_of, tweets_of
from function_app.store import DriftStore, Feedback, Prediction

PAGE_ROWS = 2_000
"""Predictions held in memory at once."""

ROWS_A_MARK = 5_000


class Reading:
    """The predictions behind a cursor: those of the model as columns, and where to go on.

    `read` is how many were read before; `marks` are places in what is read now.
    """

    def __init__(self, store: DriftStore, cursor: str, model: str, *, read: int) -> None:
        self.other_model = 0
        self.cursor = cursor
        self.marks: list[Mark] = []
        parts = [tweets_of([])]
        for rows, onwards in _pages(store, cursor):
            of_model = [row for row in rows if row.model == model]
            part = tweets_of([row for row in of_model if row.sampled])
            if len(part) and (not self.marks or read - self.marks[-1].read >= ROWS_A_MARK):
                self.marks.append(Mark(seconds=float(part.seconds.min()), read=read, cursor=self.cursor))
            read += len(part)
            parts.append(part)
            self.other_model += len(rows) - len(of_model)
            self.cursor = onwards
        self.tweets: Tweets = joined(parts)


def read_votes(store: DriftStore, cursor: str, model: str) -> tuple[Votes, str]:
    """What people said behind the cursor about answers of the model, one vote an answer; where to go on.

    Of several votes on an answer the first counts, so that nobody can vote a drift into being by insisting.
    """
    votes: dict[str, Feedback] = {}
    while True:
        rows, cursor = store.feedback_after(cursor, PAGE_ROWS)
        for feedback, prediction in rows:
            if prediction is not None and prediction.model == model and feedback.correct is not None:
                known = votes.get(prediction.id, feedback)
                votes[prediction.id] = min(known, feedback, key=lambda one: one.id)
        if len(rows) < PAGE_ROWS:
            break
    said = list(votes.values())
    return Votes(
        wrong=np.array([not one.correct for one in said], np.bool_),
        seconds=np.array([seconds_of(one.created) for one in said], np.float64),
        key=np.array([key_of(one.id) for one in said], np.uint64),
    ), cursor


def read_sample(
    store: DriftStore, cursor: str, model: str, *, since: str, most_read: int, most_kept: int
) -> list[Prediction]:
    """Predictions of the model since a time (RFC 3339), from the cursor on: those that `key_of` draws.

    The first `most_read` are looked at and `most_kept` are kept, in the order of their ids.
    """
    kept: list[tuple[int, str, Prediction]] = []
    read = 0
    for rows, _ in _pages(store, cursor):
        read += len(rows)
        kept.extend(
            (key_of(row.id), row.id, row)
            for row in rows
            if row.model == model and row.sampled and row.created >= since
        )
        kept = heapq.nsmallest(most_kept, kept)
        if read >= most_read:
            break
    return sorted((row for _, _, row in kept), key=lambda row: row.id)


def _pages(store: DriftStore, cursor: str) -> Iterator[tuple[list[Prediction], str]]:
    while True:
        rows, cursor = store.predictions_after(cursor, PAGE_ROWS)
        yield rows, cursor
        if len(rows) < PAGE_ROWS:
            return

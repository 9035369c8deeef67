"""What one check leaves for the next, as the text that the store keeps with its report."""

import msgspec

from function_app.drift.monitor import MonitorState

MOST_MARKS = 24


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A place in the predictions: the time (seconds since 1970) of the first tweet there, and the cursor.

    `read` is how many predictions had been read before.
    """

    seconds: float
    read: int
    cursor: str


class Checkpoint(msgspec.Struct, kw_only=True):
    """The evidence so far, and where the next check goes on in the predictions and in the feedback.

    `marks` lead back to the tweets since a change: the older, the fewer are kept. `read` counts the
    predictions of the model that were read, whether they count or not.
    """

    monitor: MonitorState = msgspec.field(default_factory=MonitorState)
    cursor: str = ""
    feedback_cursor: str = ""
    read: int = 0
    marks: list[Mark] = []

    def mark_before(self, seconds: float, *, most: int) -> str:
        """A cursor from which everything since that time is read, but no more than `most` predictions.

        Where both cannot be had the reading begins later.
        """
        near = [mark for mark in self.marks if self.read - mark.read <= most] or self.marks[-1:]
        early = [mark for mark in near if mark.seconds <= seconds]
        chosen = early[-1:] or near[:1]
        return chosen[0].cursor if chosen else self.cursor


def with_mark(marks: list[Mark], mark: Mark) -> list[Mark]:
    """The marks with a new one. When there are too many, one goes out of the densest stretch of time.

    >>> marks: list[Mark] = []
    >>> for hour in range(200):
    ...     marks = with_mark(marks, Mark(hour * 3600.0, hour, str(hour)))
    >>> len(marks), marks[0].cursor, marks[-1].cursor
    (24, '0', '199')
    """
    marks = [*marks, mark]
    if len(marks) > MOST_MARKS:
        # The gap that a mark's absence would leave, by how long ago it is: short and old ones go first.
        now = mark.seconds
        gaps = [
            (marks[at + 1].seconds - marks[at - 1].seconds) / (now - marks[at].seconds + 3600)
            for at in range(1, len(marks) - 1)
        ]
        del marks[1 + gaps.index(min(gaps))]
    return marks


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint; a new one for an empty text."""
    return msgspec.json.decode(text, type=Checkpoint) if text else Checkpoint()


def write_checkpoint(checkpoint: Checkpoint) -> str:
    """The text."""
    return msgspec.json.encode(checkpoint).decode()

"""Votes that look like one hand pretending to be many.

The store knows no user, by design. What it knows is when a vote came, on which text, and with which comment:
three patterns of flooding show in that.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from training.feedback.votes import Vote

SAME_TEXT = "one text"
SAME_COMMENT = "one comment"
SCRIPT = "a script's pace"


@dataclass(frozen=True, kw_only=True)
class FloodRules:
    """From how many votes on a pattern is a flood.

    ``text_votes`` votes on one text, numbers and spelling of mentions and links aside, within
    ``window_seconds``. ``comment_votes`` votes with the same comment of at least ``comment_characters`` on
    different texts ("wrong" is what many people write; a sentence is not). ``script_votes`` votes for one
    label in a row on different texts, each less than ``script_seconds`` after the one before: a person reads
    before the next click, and of many users at once some vote otherwise. The last is for feedback alone:
    labelled examples may well be sent by a script.
    """

    text_votes: int = 20
    window_seconds: float = 60.0
    comment_votes: int = 10
    comment_characters: int = 20
    script_votes: int = 50
    script_seconds: float = 0.5


def flooded(votes: Sequence[Vote], wordings: Sequence[str], rules: FloodRules) -> dict[str, str]:
    """The ids of the votes that belong to a flood, each with the name of the rule.

    Args:
        wordings: what each vote's text shares with its copies (`training.data.wording`).
    """
    found: dict[str, str] = {}
    rows = sorted(zip(votes, wordings, strict=True), key=lambda row: (row[0].created, row[0].id))
    for reason, group in (
        *((SAME_TEXT, group) for group in _crowds(rows, rules)),
        *((SAME_COMMENT, group) for group in _chants(rows, rules)),
        *((SCRIPT, group) for group in _scripts(rows, rules)),
    ):
        for vote in group:
            found.setdefault(vote.id, reason)
    return found


Rows = list[tuple[Vote, str]]


def _crowds(rows: Rows, rules: FloodRules) -> Iterable[list[Vote]]:
    """Votes on one template that lie in a window with too many of them."""
    window = timedelta(seconds=rules.window_seconds)
    for group in _by(rows, [_template(wording) for _, wording in rows]):
        times = [_time(vote) for vote, _ in group]
        first = 0
        for last, time in enumerate(times):
            while time - times[first] > window:
                first += 1
            if last - first + 1 > rules.text_votes:
                yield [vote for vote, _ in group[first : last + 1]]


def _chants(rows: Rows, rules: FloodRules) -> Iterable[list[Vote]]:
    said = [(vote, wording) for vote, wording in rows if _is_sentence(vote.comment, rules)]
    for group in _by(said, [(vote.comment or "").casefold().split() for vote, _ in said]):
        if len({wording for _, wording in group}) > rules.comment_votes:
            yield [vote for vote, _ in group]


def _scripts(rows: Rows, rules: FloodRules) -> Iterable[list[Vote]]:
    """Runs of votes for one label that follow one another faster than a person reads."""
    rows = [row for row in rows if row[0].source == "feedback"]
    pace = timedelta(seconds=rules.script_seconds)
    run = 0
    runs = [0] if rows else []
    for (one, _), (other, _) in pairwise(rows):
        run += one.label != other.label or _time(other) - _time(one) >= pace
        runs.append(run)
    for _, numbered in groupby(zip(runs, rows, strict=True), key=lambda item: item[0]):
        group = [row for _, row in numbered]
        if len({wording for _, wording in group}) > rules.script_votes:
            yield [vote for vote, _ in group]


def _by(rows: Rows, keys: Iterable[Hashable | list[str]]) -> Iterable[Rows]:
    groups: dict[Hashable, Rows] = defaultdict(list)
    for row, key in zip(rows, keys, strict=True):
        groups[tuple(key) if isinstance(key, list) else key].append(row)
    return groups.values()


def _template(wording: str) -> str:
    """The wording without its numbers: "flight 12 was late" and "flight 13 was late" are one."""
    return "".join(character for character in wording if not character.isdigit()) or wording


def _is_sentence(comment: str | None, rules: FloodRules) -> bool:
    return comment is not None and len(comment.strip()) >= rules.comment_characters


def _time(vote: Vote) -> datetime:
    return datetime.fromisoformat(vote.created)

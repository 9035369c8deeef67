"""Collecting: from the store to a new version of the data set, with an account of what was done."""

from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from function_app.contract import LABELS
from function_app.errors import ConflictError
from function_app.examples import TAKEN_STATE
from function_app.predictor import Predictor
from function_app.store import Store
from training.data import DataError
from training.feedback.consensus import RULE, Consensus, find_consensus, keys_of
from training.feedback.floods import FloodRules
from training.feedback.review import read_review, write_review
from training.feedback.versions import FeedbackVersion, newest_version, write_version
from training.feedback.votes import Read, Vote, read_votes


class NothingToCollectError(DataError):
    """The store holds nothing yet that a training could learn from."""


@dataclass(frozen=True, kw_only=True)
class CollectOptions:
    """What a collection is asked for.

    ``root`` holds the versions; without ``with_parent`` the new one rests on the store alone. ``review`` is
    where to write a table of at most ``review_rows`` texts for a person, ``reviewed`` such a table come back.
    """

    root: Path
    rules: FloodRules = field(default_factory=FloodRules)
    with_parent: bool = True
    review: Path | None = None
    review_rows: int = 200
    reviewed: Path | None = None


@dataclass(frozen=True)
class Collected:
    """A version, whether it is new, and what became of the votes."""

    version: FeedbackVersion
    is_new: bool
    consensus: Consensus
    review_rows: int | None
    unusable: dict[str, int]


def collect(store: Store, predictor: Predictor, options: CollectOptions) -> Collected:
    """Read every vote, add those of the parent version, decide, rank, write.

    Raises `StoreUnavailableError`, `NothingToCollectError`, and `DataError` when a reviewed table is not what
    it should be.
    """
    parent = newest_version(options.root) if options.with_parent else None
    read = read_votes(store)
    votes = _joined(read.votes, parent)
    if not votes:
        raise NothingToCollectError(f"nothing to collect: {_told(read)}")
    decisions = {} if parent is None else parent.decisions()
    if options.reviewed is not None:
        decisions |= read_review(options.reviewed, known=keys_of(vote.text for vote in votes))

    consensus = find_consensus(
        votes,
        score=lambda texts: predictor.predict(texts).probability,
        decisions=decisions,
        rules=options.rules,
    )
    if not consensus.labelled and options.review is None:
        raise NothingToCollectError(
            f"no text is left: {len(consensus.ties)} ties, {len(consensus.flooded)} votes in floods"
        )
    version, is_new = write_version(
        options.root,
        consensus,
        parent=parent,
        votes=votes,
        decisions=decisions,
        about={
            "store": store.kind,
            "model": predictor.version,
            "rule": RULE,
            "flood_rules": asdict(options.rules),
            "counts": _counts(votes, consensus),
        },
    )
    _take_examples(store, read.examples_cursor)
    written = None
    if options.review is not None:
        written = write_review(options.review, consensus, most=options.review_rows)
    return Collected(version, is_new, consensus, written, read.unusable)


def report(collected: Collected) -> str:
    """What was done, for a person; without a single text."""
    counts, manifest = collected.version.manifest.counts, collected.version.manifest
    floods = Counter(collected.consensus.flooded.values())
    lines = [
        f"votes                       {counts['votes']:>7,}",
        *(f"  unusable: {reason}: {count:,}" for reason, count in collected.unusable.items()),
        *(f"  left out as a flood of {reason}: {count:,}" for reason, count in sorted(floods.items())),
        f"  empty after cleaning      {counts['empty']:>7,}",
        f"texts, copies merged        {counts['rows'] + counts['ties'] + counts['rejected']:>7,}",
        f"  with votes for both       {counts['disputed']:>7,}",
        f"  ties, left out            {counts['ties']:>7,}",
        f"  dropped by a person       {counts['rejected']:>7,}",
        f"rows                        {counts['rows']:>7,}",
        f"  negative / positive       {counts['negative']:>7,} / {counts['positive']:,}",
        f"  decided by a person       {counts['reviewed']:>7,}",
        f"  {manifest.model} is wrong {counts['model_wrong']:,}, and unsure or worse (below 0.75) "
        f"{counts['model_unsure']:,}",
        f"{collected.version.data} ({'new' if collected.is_new else 'nothing new'})",
        f"  parent: {manifest.parent or 'none'}",
    ]
    if collected.review_rows is not None:
        lines.append(f"{collected.review_rows:,} texts to review; read them back with --reviewed")
    return "\n".join(lines)


def _joined(votes: list[Vote], parent: FeedbackVersion | None) -> list[Vote]:
    """The store's votes and those it has no more; where both have one, the store knows better."""
    known = {} if parent is None else {vote.id: vote for vote in parent.votes()}
    return list((known | {vote.id: vote for vote in votes}).values())


def _take_examples(store: Store, cursor: str) -> None:
    """Say that the examples so far no longer wait."""
    known = store.state(TAKEN_STATE)
    if cursor and (known is None or known.value != cursor):
        # Another collection at the same time has taken what it read; this is a count for people.
        with suppress(ConflictError):
            store.put_state(TAKEN_STATE, cursor, None if known is None else known.version)


def _told(read: Read) -> str:
    reasons = "; ".join(f"{reason}: {count}" for reason, count in read.unusable.items())
    return reasons or "the store holds no feedback and no examples"


def _counts(votes: list[Vote], consensus: Consensus) -> dict[str, int]:
    rows = consensus.labelled
    return {
        "votes": len(votes),
        "flooded": len(consensus.flooded),
        "empty": consensus.empty,
        "ties": len(consensus.ties),
        "rejected": consensus.rejected,
        "disputed": sum(1 for opinion in (*rows, *consensus.ties) if opinion.negative and opinion.positive),
        "rows": len(rows),
        **{label: sum(1 for opinion in rows if opinion.label == label) for label in LABELS},
        "reviewed": sum(1 for opinion in rows if opinion.reviewed),
        "model_wrong": sum(1 for opinion in rows if opinion.label != opinion.predicted),
        "model_unsure": sum(1 for opinion in rows if opinion.value > 0.25),
    }

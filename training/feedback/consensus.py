"""From votes to one label a text, ranked by what a model can learn from it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from function_app.contract import Label
from training.data import clean
from training.data.duplicates import text_key, wording
from training.feedback.floods import FloodRules, flooded
from training.feedback.votes import Vote

RULE = (
    "Texts with the same wording are one. The label with more votes than the other wins; a tie is left out, "
    "unless a person decided it. The text is that of the latest winning vote."
)
DROP = "drop"

Decision = Literal["negative", "positive", "drop"]
Said = Literal["wrong", "right", "unknown"]
Score = Callable[[list[str]], npt.NDArray[np.float32]]
"""N texts -> the present model's P(positive), (N,) float32."""


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """A text and what was said about it.

    `key` names it in files for people. `label` is None for a tie that nobody decided. `said` is whether users
    found the prediction that they saw wrong. `predicted` and `value` come from the model that is served now:
    `value` is the probability that it gives to the other label, so confident mistakes come first, then what
    it is unsure of, then what it knows (for a tie: how unsure it is, from 0 to 0.5).
    """

    key: str
    text: str
    label: Label | None
    negative: int
    positive: int
    said: Said
    reviewed: bool
    predicted: Label
    confidence: float
    value: float


class Consensus(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the votes: opinions with a label, the most valuable first, ties, and what was left out.

    `flooded` has the reason by vote id; `empty` counts votes of whose text cleaning leaves nothing.
    """

    labelled: list[Opinion]
    ties: list[Opinion]
    flooded: dict[str, str]
    empty: int
    rejected: int


def find_consensus(
    votes: Sequence[Vote], *, score: Score, decisions: Mapping[str, Decision], rules: FloodRules
) -> Consensus:
    """Leave floods out, merge copies of a text, let the majority decide, and rank.

    Args:
        decisions: what a person decided, by the key of the text; it stands above the votes.
    """
    texts = clean([vote.text for vote in votes])
    filled = [
        (vote, text, same)
        for vote, text, same in zip(votes, texts, wording(text_key(texts)), strict=True)
        if text.strip()
    ]
    floods = flooded([vote for vote, _, _ in filled], [same for *_, same in filled], rules)
    groups: dict[str, list[tuple[Vote, str]]] = {}
    for vote, text, same in filled:
        if vote.id not in floods:
            groups.setdefault(_key(same), []).append((vote, text))
    rejected = [key for key in groups if decisions.get(key) == DROP]
    for key in rejected:
        del groups[key]
    opinions = _opinions(groups, decisions, score)
    return Consensus(
        labelled=sorted(
            (opinion for opinion in opinions if opinion.label is not None),
            key=lambda opinion: (-opinion.value, opinion.key),
        ),
        ties=sorted(
            (opinion for opinion in opinions if opinion.label is None),
            key=lambda opinion: (-opinion.value, opinion.key),
        ),
        flooded=floods,
        empty=len(votes) - len(filled),
        rejected=len(rejected),
    )


def keys_of(texts: Iterable[str]) -> list[str]:
    """The short names of N texts in files for people; copies of one text share theirs."""
    return [_key(same) for same in wording(text_key(clean(texts)))]


def _key(same: str) -> str:
    return hashlib.sha256(same.encode()).hexdigest()[:16]


def _opinions(
    groups: Mapping[str, list[tuple[Vote, str]]], decisions: Mapping[str, Decision], score: Score
) -> list[Opinion]:
    labels = {key: _label(group, decisions.get(key)) for key, group in groups.items()}
    texts = {key: _text(group, labels[key]) for key, group in groups.items()}
    probabilities = score(list(texts.values())) if texts else np.empty(0, np.float32)
    opinions = []
    for (key, group), positive in zip(groups.items(), probabilities.tolist(), strict=True):
        count = Counter(vote.label for vote, _ in group)
        label = labels[key]
        other = {"negative": positive, "positive": 1 - positive, None: min(positive, 1 - positive)}[label]
        opinions.append(
            Opinion(
                key=key,
                text=texts[key],
                label=label,
                negative=count["negative"],
                positive=count["positive"],
                said=_said(group, label),
                reviewed=key in decisions,
                predicted="positive" if positive >= 0.5 else "negative",
                confidence=max(positive, 1 - positive),
                value=other,
            )
        )
    return opinions


def _label(group: Sequence[tuple[Vote, str]], decision: Decision | None) -> Label | None:
    if decision == "negative" or decision == "positive":  # noqa: PLR1714 - mypy narrows this
        return decision
    count = Counter(vote.label for vote, _ in group)
    if count["negative"] == count["positive"]:
        return None
    return "negative" if count["negative"] > count["positive"] else "positive"


def _text(group: Sequence[tuple[Vote, str]], label: Label | None) -> str:
    winning = [(vote, text) for vote, text in group if vote.label == label] or group
    return max(winning, key=lambda row: (row[0].created, row[0].id))[1]


def _said(group: Sequence[tuple[Vote, str]], label: Label | None) -> Said:
    """What those who gave the winning label said of the prediction they saw."""
    wrong = Counter(vote.said_wrong for vote, _ in group if vote.label == label)
    if not wrong[True] and not wrong[False]:
        return "unknown"
    return "wrong" if wrong[True] >= wrong[False] else "right"

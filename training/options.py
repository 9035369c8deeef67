"""Options of runs, and how they differ from the usual ones and from another run's, as MLflow keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

USUAL = {
    "seed": "7",
    "limit": "None",
    "human_weight": "10.0",
    "balanced": "",
    "emoticons": "0.05",
    "nonsense": "0.01",
    "train_rows": "None",
}
"""Defaults of `RunOptions`, ``data`` aside, as text."""
BEFORE = {**USUAL, "nonsense": "0.0"}
"""How a run ran that has none of that name in its parameters, since the option did not exist then."""
_NOTHING = ("", "None")


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What a run is asked for besides its candidate.

    ``human_weight``: how much a row that people labelled counts against one labelled by its emoticon.
    ``balanced``: data sets in whose training rows both labels weigh the same: those scored by the
    mean of both recalls.
    ``emoticons``: share of Sentiment140's training rows that get an emoticon of their label back.
    ``nonsense``: share of the training rows whose texts are scrambled and added under both labels.
    ``train_rows``: at most so many training rows, of all data sets together, at random; fewer are a part of
    more, and the held-out rows stay what they are (``limit`` draws from every role). Feedback is kept whole,
    and not counted.
    ``checkpoints``: where a candidate that trains for hours keeps its state and goes on from.
    """

    data: tuple[str, ...]
    seed: int = 7
    limit: int | None = None
    human_weight: float = 10.0
    balanced: tuple[str, ...] = ()
    emoticons: float = 0.05
    nonsense: float = 0.01
    train_rows: int | None = None
    progress: bool = True
    checkpoints: Path | None = None


def unusual(parameters: Mapping[str, object]) -> dict[str, object]:
    """A run's parameters without the options that are as usual: a new option changes nothing in it."""
    return {key: value for key, value in parameters.items() if USUAL.get(key) != str(value)}


def options_of(parameters: Mapping[str, str]) -> dict[str, str]:
    """The options among a run's parameters, those of before they existed too."""
    return {key: parameters.get(key, before) for key, before in BEFORE.items()}


def unlike(parameters: Mapping[str, str], others: Mapping[str, str]) -> str:
    """Options of one run that differ from another's; empty where none does.

    >>> unlike({"train_rows": "20000", "seed": "7"}, {"seed": "7", "balanced": "airline"})
    'no balanced, train_rows=20000'
    """
    own, other = options_of(parameters), options_of(others)
    return ", ".join(
        f"no {key}" if value in _NOTHING else f"{key}={value}"
        for key, value in own.items()
        if value != other[key]
    )

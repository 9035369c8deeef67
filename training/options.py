"""Options of runs as MLflow keeps them: those that differ from the usual ones, and from another run's."""

from collections.abc import Mapping

USUAL = {
    "seed": "7",
    "limit": "None",
    "human_weight": "10.0",
    "balanced": "",
    "emoticons": "0.05",
    "nonsense": "0.01",
    "train_rows": "None",
}
"""Defaults of `training.run.RunOptions`, ``data`` aside, as text."""
BEFORE = {**USUAL, "nonsense": "0.0"}
"""How a run ran that has none of that name in its parameters, since the option did not exist then."""
_NOTHING = ("", "None")


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

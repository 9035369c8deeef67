"""Candidates by name, with hyperparameters as text: from a command line, or from a bundle's manifest."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

from training.candidates import CANDIDATES, Candidate
from training.candidates.base import HyperparameterError
from training.candidates.word_vectors import vector_width

KEEPING_STATE = ("transformer",)
"""Candidates that train for hours, and whose training goes on where it was stopped."""


def named_candidate(name: str, given: Mapping[str, str]) -> Candidate:
    """The candidate of that name with these hyperparameters in place of its defaults.

    Raises `HyperparameterError` that names what is wrong.
    """
    if name not in CANDIDATES:
        raise HyperparameterError(f"no candidate {name!r}; there are {', '.join(CANDIDATES)}")
    types = hyperparameters(name)
    values = {}
    for key, value in given.items():
        if key not in types:
            raise HyperparameterError(f"{key}={value}: the hyperparameters of {name} are {', '.join(types)}")
        try:
            values[key] = types[key](value)
        except ValueError:
            raise HyperparameterError(f"{key}={value}: {key} must be of type {types[key].__name__}") from None
    replaced: Candidate = replace(CANDIDATES[name](), **values)  # type: ignore[type-var]
    return replaced


def as_pairs(given: Sequence[str]) -> dict[str, str]:
    """``NAME=VALUE`` items as a dictionary. Raises `HyperparameterError` for one without ``=``."""
    for item in given:
        if "=" not in item:
            raise HyperparameterError(f"--set {item}: give NAME=VALUE")
    return dict(item.split("=", 1) for item in given)


def with_word_vectors(name: str, given: Mapping[str, str], file: Path) -> dict[str, str]:
    """What was given and a file of word vectors to start from, whose width is that of the embedding.

    Raises `HyperparameterError` for a candidate that has no word vectors, `WordVectorsError` for a bad file.
    """
    able = [known for known in CANDIDATES if "embeddings" in hyperparameters(known)]
    if name in CANDIDATES and name not in able:
        raise HyperparameterError(f"--embeddings: {name} has no word vectors; {', '.join(able)} has")
    return {"embedding_width": str(vector_width(file)), **given, "embeddings": str(file)}


def require_state(name: str) -> None:
    """Raises `HyperparameterError` for a candidate whose training keeps no state that it could go on from."""
    if name in CANDIDATES and name not in KEEPING_STATE:
        raise HyperparameterError(f"--resume: {name} keeps no state; {', '.join(KEEPING_STATE)} does")


def hyperparameters(name: str) -> dict[str, type]:
    """The names and types of what can be set for a candidate."""
    candidate = CANDIDATES[name]()
    types = {field.name: type(getattr(candidate, field.name)) for field in fields(candidate)}  # type: ignore[arg-type]
    types.pop("family")
    return types

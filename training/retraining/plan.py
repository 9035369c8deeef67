"""What a challenger is trained with: as the present model was, unless something else is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from function_app.predictor import Predictor
from training.candidates import CANDIDATES, Candidate
from training.candidates.base import HyperparameterError
from training.candidates.hyperparameters import hyperparameters, named_candidate
from training.data import DataError
from training.data.datasets import is_feedback, set_name
from training.options import BEFORE

_OF_LAST_RUN = frozenset({"human_weight", "balanced", "train_rows"})
"""Options that a run which goes on from another one has for itself."""
_SHAPE = frozenset({"folder", "layers", "max_tokens", "vocabulary_size"})
"""Hyperparameters that it shares with the other one."""


class _Recipe(msgspec.Struct, frozen=True):
    """The part of a bundle's manifest that says how its model was trained."""

    candidate: str
    parameters: dict[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What differs from the present model's training; None leaves it as it was."""

    candidate: str | None = None
    hyperparameters: Mapping[str, str]
    data: tuple[str, ...] | None = None
    seed: int | None = None
    limit: int | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A training to be run. ``data`` are the usual data sets, without feedback.

    ``notes`` say where the comparison with the present model is not on equal terms.
    """

    name: str
    candidate: Candidate
    data: tuple[str, ...]
    seed: int
    limit: int | None
    train_rows: int | None
    human_weight: float
    balanced: tuple[str, ...]
    emoticons: float
    nonsense: float
    notes: tuple[str, ...]


def make_plan(present: Predictor, wishes: Wishes) -> Plan:
    """Complete what is asked for with what the present bundle's manifest says.

    Raises:
        HyperparameterError: no such candidate or hyperparameter.
        DataError: the manifest does not say which data its model was trained on, and none are given.
    """
    recipe = msgspec.json.decode(present.manifest_json, type=_Recipe)
    known: Mapping[str, Any] = recipe.parameters
    usual = tuple(spec for spec in _names(known.get("data", "")) if not is_feedback(spec))
    data = wishes.data or usual
    if not data:
        raise DataError("the present bundle does not say what it was trained on; name data sets with --data")
    seed = int(known.get("seed", 7))
    limit = _count(known, "limit")
    name = wishes.candidate or recipe.candidate
    if name not in CANDIDATES:
        raise HyperparameterError(
            f"no candidate {name!r}; choose with --candidate from {', '.join(CANDIDATES)}"
        )
    inherited = hyperparameters(name) if name == recipe.candidate else {}
    notes = []
    if known.get("start") and "start" not in wishes.hyperparameters:
        notes.append(
            f"the present model was trained in several runs, the last from {known['start']}: the challenger "
            "is trained in one, with the candidate's defaults where nothing else is asked for"
        )
        known = {key: known[key] for key in known if key not in _OF_LAST_RUN}
        # The pieces are those of the model that it started from, whatever size the last run was told.
        known |= {"vocabulary_size": known["vocabulary_words"]} if "vocabulary_words" in known else {}
        inherited = {key: inherited[key] for key in inherited if key in _SHAPE}
    balanced = _names(known.get("balanced", ""))
    gone = [one for one in balanced if one not in map(set_name, data)]
    if list(map(set_name, data)) != list(map(set_name, usual)) or wishes.seed not in (None, seed):
        notes.append(
            "other data sets or another seed than the present model's: it may have learned from rows "
            "that are test rows here, which flatters it"
        )
    if gone:
        notes.append(f"the present model's training balanced {', '.join(gone)}, which the challenger's lacks")
    return Plan(
        name=name,
        candidate=named_candidate(
            name,
            {key: known[key] for key in inherited if key in known} | dict(wishes.hyperparameters),
        ),
        data=data,
        seed=seed if wishes.seed is None else wishes.seed,
        limit=limit if wishes.limit is None else wishes.limit,
        train_rows=_count(known, "train_rows"),
        human_weight=float(known.get("human_weight", BEFORE["human_weight"])),
        balanced=tuple(one for one in balanced if one not in gone),
        emoticons=float(known.get("emoticons", BEFORE["emoticons"])),
        nonsense=float(known.get("nonsense", BEFORE["nonsense"])),
        notes=tuple(notes),
    )


def _names(joined: str) -> tuple[str, ...]:
    return tuple(name for name in joined.split(",") if name)


def _count(known: Mapping[str, str], option: str) -> int | None:
    said = known.get(option, "None")
    return None if said == "None" else int(said)

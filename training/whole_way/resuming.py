"""What need not be done again: finished runs, and how far a training came that was stopped."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from mlflow import MlflowClient

from training import tracking
from training.candidates import Candidate
from training.options import BEFORE, RunOptions, unusual
from training.run import parameters

CHECKPOINTS = "checkpoints"
AGAIN = "again"
"""A file beside the state of a training that was begun by ``--again``, and may be gone on with by it."""


def finished_before(
    client: MlflowClient, name: str, candidate: Candidate, options: RunOptions, *, data_sha256: str
) -> str | None:
    """The id of the candidate's newest finished run, if it is the very run that these would repeat.

    What the run does not know, since it did not exist then, counts as it was then; a hyperparameter, as its
    default.
    """
    wanted = {**parameters(candidate, options), "data_sha256": data_sha256}
    defaults = {**asdict(type(candidate)()), **BEFORE}  # type: ignore[call-overload]
    for run in tracking.finished_runs(client):
        if run.data.tags["candidate"] == name:
            known = {**defaults, **run.data.params}
            same = all(str(known.get(key)) == str(value) for key, value in wanted.items())
            return str(run.info.run_id) if same else None
    return None


def has_hyperparameters(candidate: Candidate, known: Mapping[str, str]) -> bool:
    """Whether a run of these parameters trained just this; one it does not know counts as the default."""
    defaults = asdict(type(candidate)())  # type: ignore[call-overload]
    wanted = asdict(candidate)  # type: ignore[call-overload]
    return all(str(known.get(key, defaults[key])) == str(value) for key, value in wanted.items())


def state_of(folder: Path, name: str, candidate: Candidate, options: RunOptions, *, data_sha256: str) -> Path:
    """Where a training of just this keeps its state."""
    described = json.dumps(
        [data_sha256, unusual(parameters(candidate, options))], sort_keys=True, default=str
    )
    return folder / CHECKPOINTS / f"{name}-{hashlib.sha256(described.encode()).hexdigest()[:12]}"


def begin_again(state: Path) -> None:
    """Remove the state, unless it is that of a training which itself was begun again and was stopped."""
    if not (state / AGAIN).exists():
        shutil.rmtree(state, ignore_errors=True)
        state.mkdir(parents=True)
        (state / AGAIN).touch()


def give_up(state: Path) -> None:
    """Let the next ``--again`` begin anew: what failed, and was not stopped, may fail from here again."""
    (state / AGAIN).unlink(missing_ok=True)

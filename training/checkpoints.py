"""What a long training run leaves behind every few minutes, and takes up again after it was stopped."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras
import numpy as np

STATE = "state.npz"
"""One file, written aside and put in place whole: a run that is killed while it writes loses nothing."""
LOG = "log.csv"


class CheckpointError(Exception):
    """The state that was found belongs to another run."""


@dataclass
class Progress:
    """How far a run is: batches since its begin, and its figures so far."""

    step: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)


class Checkpoints:
    """The state of a network and its optimiser in a folder.

    ``purpose`` says what the state belongs to (hyperparameters that shape the network, the data): a folder
    that holds the state of something else is refused.
    """

    def __init__(self, folder: Path, *, purpose: str, every_seconds: float) -> None:
        self._folder = folder
        self._purpose = purpose
        self._every = every_seconds
        self._last = time.monotonic()

    def restore(self, network: keras.Model) -> Progress:
        """Put the newest state into the network and its optimiser; a fresh `Progress` where there is none.

        Raises `CheckpointError` when the folder's state belongs to another network or other data.
        """
        path = self._folder / STATE
        if not path.exists():
            return Progress()
        with np.load(path) as state:
            about = json.loads(str(state["about"]))
            if about["purpose"] != self._purpose:
                raise CheckpointError(
                    f"{path} belongs to another run ({about['purpose']}); this one is: {self._purpose}"
                )
            network.set_weights([state[f"weight_{k}"] for k in range(len(network.weights))])
            optimizer = network.optimizer
            optimizer.build(network.trainable_variables)
            for number, variable in enumerate(optimizer.variables):
                variable.assign(state[f"optimizer_{number}"])
        return Progress(**about["progress"])

    def due(self) -> bool:
        """Whether it is time to save again."""
        return time.monotonic() - self._last >= self._every

    def save(self, network: keras.Model, progress: Progress) -> None:
        """Replace the state."""
        self._folder.mkdir(parents=True, exist_ok=True)
        about = {"purpose": self._purpose, "progress": asdict(progress)}
        arrays = {f"weight_{k}": array for k, array in enumerate(network.get_weights())}
        for number, variable in enumerate(network.optimizer.variables):
            arrays[f"optimizer_{number}"] = variable.numpy()
        aside = self._folder / f"{STATE}.new"
        with aside.open("wb") as file:
            np.savez(file, about=np.array(json.dumps(about)), **arrays)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._folder / STATE)
        self._log(progress)
        self._last = time.monotonic()

    def _log(self, progress: Progress) -> None:
        if progress.history:
            names = list(progress.history[0])
            lines = [",".join(names)]
            lines += [",".join(f"{row[name]:.6g}" for name in names) for row in progress.history]
            (self._folder / LOG).write_text("\n".join(lines) + "\n", encoding="utf-8")

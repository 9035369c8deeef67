"""What a fault is given to work with: how much of it, from which seed, where, and on which model."""

import random
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.bench.servers import no_settings
from tests.chaos.record import Record
from tests.function_app.running import AT_NEW_YEAR, ROOT, RunningHost

SHIPPED_MODEL = ROOT / "function_app" / "model"


@dataclass(frozen=True)
class Trial:
    """`folder` is empty and the fault's own. `quick`: a smoke run of seconds."""

    folder: Path
    seed: int = 0
    quick: bool = False
    model: Path = SHIPPED_MODEL
    _started: list[RunningHost] = field(default_factory=list)

    @property
    def store(self) -> Path:
        """The file of the embedded store."""
        return self.folder / "store.sqlite3"

    def random(self, name: str) -> random.Random:
        """A source of chance of its own for each use, the same at every run with this seed."""
        return random.Random(f"{self.seed}-{name}")

    def often(self, full: int, quick: int) -> int:
        """How often something is done."""
        return quick if self.quick else full

    def host(self, **environment: str) -> RunningHost:
        """A running host on the trial's store and model, unless `environment` says another one."""
        own = {"MODEL_DIR": str(self.model), "STORE_PATH": str(self.store), "DRIFT_SCHEDULE": AT_NEW_YEAR}
        settings = {**no_settings(), **own, **environment}
        self._started.append(RunningHost(**settings))
        return self._started[-1]

    def make(self, fault: "Fault") -> Record:
        """The fault's record. What it waited for in vain is what is broken; no host outlives it.

        So is a host that does not answer the fault itself, or does not end.
        """
        try:
            return fault(self)
        except (AssertionError, requests.RequestException, subprocess.TimeoutExpired) as error:
            said = (str(error).splitlines() or ["something did not come about"])[0]
            name = f"{fault.__module__.rpartition('.')[2]}.{fault.__name__}"
            return Record(fault=name, done="not carried out", bound=0.0, broken=[f"gave up: {said}"])
        finally:
            for host in self._started:
                host.kill()


Fault = Callable[[Trial], Record]

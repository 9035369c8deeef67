"""Faults that are quick to make, on a small model; `make chaos` makes all, often, on the shipped one."""

from functools import partial
from pathlib import Path

import pytest

from tests.chaos import (
    broken_bundle,
    clock_jumps,
    disk_full,
    hostile_requests,
    killed,
    slow_clients,
    stopped,
    store_away,
)
from tests.chaos.record import HELD
from tests.chaos.trial import Fault, Trial
from tests.function_app.handmade import write_bundle

FAULTS: dict[str, Fault] = {
    "killed": killed.run,
    "stopped": stopped.run,
    "disk full": disk_full.run,
    "no file may be written": partial(disk_full.run, mount=False),
    "store gone": store_away.folder_gone,
    "store locked": store_away.locked,
    "clock": clock_jumps.run,
    "bundle": broken_bundle.run,
    "slow clients": slow_clients.run,
    "hostile requests": hostile_requests.run,
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_nothing_that_was_promised_is_broken(fault: Fault, tmp_path: Path) -> None:
    trial = Trial(tmp_path, quick=True, model=write_bundle(tmp_path / "bundle"))
    record = trial.make(fault)
    assert record.verdict == HELD
    assert record.times > 0
    assert record.requests > 0

"""All faults by their names, in the order in which they are made."""

from collections.abc import Mapping

from tests.chaos import (
    broken_bundle,
    clock_jumps,
    disk_full,
    hostile_requests,
    killed,
    shared_file,
    sick_telemetry,
    slow_clients,
    stopped,
    store_away,
)
from tests.chaos.trial import Fault

FAULTS: Mapping[str, Fault] = {
    "killed": killed.run,
    "stopped": stopped.run,
    "shared-file": shared_file.run,
    "disk-full": disk_full.run,
    "store-gone": store_away.folder_gone,
    "store-locked": store_away.locked,
    "tables-down": store_away.server_down,
    "telemetry": sick_telemetry.run,
    "clock": clock_jumps.run,
    "bundle": broken_bundle.run,
    "slow-clients": slow_clients.run,
    "hostile": hostile_requests.run,
}

QUICK = tuple(name for name in FAULTS if name != "tables-down")
"""Of a smoke run, which has no time for Azurite."""

"""Times as text: UTC, RFC 3339."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path


def utc_now() -> str:
    """The present time in UTC with milliseconds, for example `2026-03-01T12:00:00.250Z`."""
    return rfc3339(datetime.now(UTC))


def rfc3339(moment: datetime) -> str:
    """A time (aware) in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def process_seconds() -> float | None:
    """How long this process has been running, in seconds; None where the system does not tell (not Linux)."""
    try:
        # Fields of proc(5); the name, the second one, may hold blanks, and a bracket ends it.
        fields = Path("/proc/self/stat").read_text(encoding="latin-1").rpartition(")")[2].split()
    except OSError:
        return None
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")

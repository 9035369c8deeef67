"""Times as text: UTC, RFC 3339."""

from datetime import UTC, datetime


def utc_now() -> str:
    """The present time in UTC with milliseconds, for example `2026-03-01T12:00:00.250Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Times as text: UTC, RFC 3339."""

from datetime import UTC, datetime


def utc_now() -> str:
    """The present time in UTC with milliseconds, for example `2026-03-01T12:00:00.250Z`."""
    return rfc3339(datetime.now(UTC))


def rfc3339(moment: datetime) -> str:
    """A time (aware) in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

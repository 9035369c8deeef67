"""When an NCRONTAB schedule comes true next."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, start=1)}),
    (0, 6, {name: number for number, name in enumerate(_WEEKDAYS)}),
)
_PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d{1,4}))?")
_DAYS_AHEAD = 366 * 40
"""A 29 February that is a given weekday comes within 40 years."""


def next_time(schedule: str, after: datetime) -> datetime:
    """The first moment after `after` (aware), in UTC.

    The fields are second, minute, hour, day, month and weekday (0 is Sunday); all must hold. Raises
    `ValueError` for a schedule that cannot be read or never comes true.

    >>> str(next_time("0 30 9 * * MON-FRI", datetime(2026, 3, 1, 10, 0, tzinfo=UTC)))
    '2026-03-02 09:30:00+00:00'
    """
    fields = schedule.upper().split()
    if len(fields) != len(_FIELDS):
        raise ValueError("a schedule has six fields")
    seconds, minutes, hours, days, months, weekdays = (
        _numbers(text, least, most, names) for text, (least, most, names) in zip(fields, _FIELDS, strict=True)
    )
    start = after.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
    for day in _dates(start.date()):
        if day.day in days and day.month in months and day.isoweekday() % 7 in weekdays:
            earliest = start.time() if day == start.date() else time()
            found = _time_of_day(seconds, minutes, hours, earliest)
            if found is not None:
                return datetime.combine(day, found, UTC)
    raise ValueError("the schedule never comes true")


def _dates(first: date) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range(_DAYS_AHEAD))


def _time_of_day(seconds: list[int], minutes: list[int], hours: list[int], earliest: time) -> time | None:
    for hour in (one for one in hours if one >= earliest.hour):
        for minute in minutes:
            for second in seconds:
                found = time(hour, minute, second)
                if found >= earliest:
                    return found
    return None


def _numbers(text: str, least: int, most: int, names: dict[str, int]) -> list[int]:
    """The numbers that a field stands for, in order."""
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} cannot be read")
        first = least if match["first"] is None else _number(match["first"], names)
        if match["last"] is not None:
            last = _number(match["last"], names)
        else:
            last = most if match["first"] is None or match["step"] else first
        step = int(match["step"] or 1)
        if not least <= first <= last <= most or step == 0:
            raise ValueError(f"{part!r} is not within {least} to {most}")
        found.update(range(first, last + 1, step))
    return sorted(found)


def _number(text: str, names: dict[str, int]) -> int:
    if text in names:
        return names[text]
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise ValueError(f"{text!r} is no number")
    return int(text)

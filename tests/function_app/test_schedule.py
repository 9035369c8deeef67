from datetime import UTC, datetime, timedelta, timezone

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from function_app.schedule import next_time

AFTER = datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("0 0 * * * *", datetime(2026, 3, 1, 11, 0, 0, tzinfo=UTC)),
        ("45 */5 * * * *", datetime(2026, 3, 1, 10, 20, 45, tzinfo=UTC)),
        ("30 20 10 * * *", datetime(2026, 3, 2, 10, 20, 30, tzinfo=UTC)),
        ("0 0 3 * * mon", datetime(2026, 3, 2, 3, 0, 0, tzinfo=UTC)),
        ("0 30 9-11/2 * Jan,Feb MON-FRI", datetime(2027, 1, 1, 9, 30, 0, tzinfo=UTC)),
        ("0 0 12 13 * 5", datetime(2026, 3, 13, 12, 0, 0, tzinfo=UTC)),
        ("0 0 0 29 2 0", datetime(2032, 2, 29, tzinfo=UTC)),
    ],
)
def test_seconds_stand_first_and_every_field_must_hold(schedule: str, due: datetime) -> None:
    assert next_time(schedule, AFTER) == due


def test_another_time_zone_is_read_as_what_it_is() -> None:
    there = AFTER.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert next_time("0 0 * * * *", there) == datetime(2026, 3, 1, 11, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "* * * * *",
        "99 * * * * *",
        "x * * * * *",
        "*/0 * * * * *",
        "5-1 * * * * *",
        "1- * * * * *",
        "1,,2 * * * * *",
        "٣ * * * * *",
        "0 0 0 0 * *",
        "0 0 0 31 2 *",
        "0 0 0 * JANUARY *",
        "0 0 0 * * 7",
    ],
)
def test_what_cannot_be_read_or_never_comes_true_is_refused(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        next_time(schedule, AFTER)


def fields(least: int, most: int) -> st.SearchStrategy[str]:
    """Fields of every form; no span of one number, which croniter takes for all numbers."""
    numbers = st.integers(least, most)
    pairs = st.sets(numbers, min_size=2, max_size=2).map(lambda pair: f"{min(pair)}-{max(pair)}")
    steps = st.integers(1, most).map(lambda step: f"*/{step}")
    lists = st.lists(numbers.map(str), min_size=2, max_size=4).map(",".join)
    return st.one_of(st.just("*"), numbers.map(str), pairs, steps, lists)


@settings(max_examples=300, deadline=None)
@given(
    schedule=st.tuples(
        fields(0, 59), fields(0, 59), fields(0, 23), fields(1, 28), fields(1, 12), st.just("*")
    ).map(" ".join),
    after=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda one: one.replace(tzinfo=UTC)),
)
def test_it_agrees_with_the_package_that_the_local_host_uses(schedule: str, after: datetime) -> None:
    expected = croniter(schedule, after, day_or=False, second_at_beginning=True).get_next(datetime)
    assert next_time(schedule, after) == expected

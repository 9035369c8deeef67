from datetime import UTC, datetime

import pytest

from function_app.localhost.timers import next_run

AFTER = datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("0 0 * * * *", datetime(2026, 3, 1, 11, 0, 0, tzinfo=UTC)),
        ("45 */5 * * * *", datetime(2026, 3, 1, 10, 20, 45, tzinfo=UTC)),
        ("*/20 * * * * *", datetime(2026, 3, 1, 10, 20, 40, tzinfo=UTC)),
        ("0 30 9 * * MON-FRI", datetime(2026, 3, 2, 9, 30, 0, tzinfo=UTC)),
        ("0 0 0 1 JAN *", datetime(2027, 1, 1, tzinfo=UTC)),
        ("0 0 12 13 * 5", datetime(2026, 3, 13, 12, 0, 0, tzinfo=UTC)),
        ("0 0 12 14 * 5", datetime(2026, 8, 14, 12, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_schedule_is_read_with_seconds_first_and_both_days_holding(schedule: str, due: datetime) -> None:
    assert next_run(schedule, AFTER) == due


@pytest.mark.parametrize("schedule", ["99 * * * * *", "0 0 0 31 2 *", "x * * * * *", ""])
def test_a_schedule_that_never_comes_true_is_refused(schedule: str) -> None:
    with pytest.raises(ValueError, match="NCRONTAB"):
        next_run(schedule, AFTER)

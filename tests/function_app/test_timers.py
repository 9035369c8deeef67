import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from function_app.localhost.invocation import LocalFunction
from function_app.localhost.timers import Timers, next_run
from tests.chaos.shifted_clock import shifted_clock
from tests.function_app.waiting import wait_until

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


@pytest.mark.parametrize("seconds", [-86_400.0, 86_400.0])
def test_a_timer_goes_on_when_the_clock_is_set(seconds: float) -> None:
    runs: list[datetime] = []
    ran = threading.Event()

    def count(timer: Any) -> None:
        runs.append(datetime.now(UTC))
        ran.set()

    trigger = {"type": "timerTrigger", "name": "timer", "schedule": "* * * * * *"}
    with shifted_clock() as clock:
        timers = Timers([LocalFunction("count", trigger, count)])
        timers.start()
        assert ran.wait(10)
        clock.ahead = seconds
        before = len(runs)
        wait_until(lambda: len(runs) >= before + 2, seconds=10)
        timers.stop(5)

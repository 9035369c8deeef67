"""The error-rate rule keeps its promise: hardly ever a false alarm, and an alarm when the model is worse."""

from datetime import UTC, datetime, timedelta

import numpy as np

from tests.infra.captured import Captured
from tests.infra.logs import Logs
from tests.infra.rules import AlertRule

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WINDOWS = 500


def alarms(rule: AlertRule, captured: Captured, *, votes: int, worse_by: float, windows: int) -> int:
    """In how many windows the rule fires when the model is wrong more often than it thinks, by so much.

    A model of its own stands for each window, since the rule judges each model alone.
    """
    random = np.random.default_rng([votes, int(1000 * worse_by)])
    # Confidences as the shipped model has them: most near 1, some near one half.
    confidence = 0.5 + 0.5 * random.beta(3, 0.8, size=(windows, votes))
    wrong = random.random((windows, votes)) < np.clip(1 - confidence + worse_by, 0, 1)
    logs = Logs()
    logs.add_envelopes(
        captured.event(
            "feedback",
            NOW - timedelta(hours=1),
            model=f"window-{window}",
            prediction_id=f"{window}-{vote}",
            confidence=f"{confidence[window, vote]:.6f}",
            correct=str(not wrong[window, vote]).lower(),
        )
        for window in range(windows)
        for vote in range(votes)
    )
    return len(rule.evaluate(logs, NOW))


def test_a_healthy_model_hardly_ever_alarms(rules, captured):
    # At the promised rate, one in 1,000, more than 4 alarms in 500 windows come once in 5,800 such tests.
    for votes in (5, 40):
        assert alarms(rules["error-rate"], captured, votes=votes, worse_by=0, windows=WINDOWS) <= 4


def test_a_model_that_is_wrong_twice_as_often_is_noticed(rules, captured):
    found = alarms(rules["error-rate"], captured, votes=150, worse_by=0.2, windows=100)
    assert found >= 90


def test_the_rule_that_only_counts_would_alarm_all_the_time(rules, captured):
    """Why there is a calibrated rule: three wrong ones in five minutes are nothing unusual."""
    random = np.random.default_rng(11)
    logs = Logs()
    logs.add_envelopes(
        captured.event(
            "feedback",
            NOW - timedelta(seconds=int(second)),
            prediction_id=str(vote),
            confidence="0.82",
            correct=str(random.random() < 0.82).lower(),
        )
        for vote, second in enumerate(np.linspace(0, 299, 40))
    )
    assert rules["wrong-predictions"].evaluate(logs, NOW)
    assert rules["error-rate"].evaluate(logs, NOW) == []

"""Each alert rule fires on its case and not just outside it, over events as the real exporter sends them."""

from datetime import UTC, datetime, timedelta

import pytest

from function_app.schedule import next_time
from tests.infra.captured import Captured
from tests.infra.deployments import deploy_with, deployment, settings_of
from tests.infra.logs import Logs
from tests.infra.rules import AlertRule, alert_rules

START = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
WINDOWS = {
    *(timedelta(minutes=m) for m in (1, 5, 10, 15, 30, 45)),
    *(timedelta(hours=h) for h in (1, 2, 3, 4, 5, 6, 24, 48)),
}
"""Sizes that Azure Monitor offers."""


class Feedback:
    """Predictions that people marked, each at so many seconds after the start."""

    def __init__(self, captured: Captured) -> None:
        self.logs = Logs()
        self._captured = captured
        self._count = 0

    def mark(self, *seconds: float, prediction: str | None = None, **changed: str | None) -> "Feedback":
        for second in seconds:
            self._count += 1
            self.logs.add_envelopes(
                [
                    self._captured.event(
                        "feedback",
                        START + timedelta(seconds=second),
                        feedback_id=f"feedback-{self._count}",
                        prediction_id=prediction or f"prediction-{self._count}",
                        **changed,
                    )
                ]
            )
        return self


@pytest.fixture
def feedback(captured):
    return Feedback(captured)


def largest(rule: AlertRule, logs: Logs, *, minutes: int = 30) -> float | None:
    """The largest value that fires while the rule looks again and again; None where it stays silent."""
    values = [
        firing.value
        for at in rule.evaluations(START, START + timedelta(minutes=minutes))
        for firing in rule.evaluate(logs, at)
    ]
    return max(values, default=None)


def moments(rule: AlertRule, logs: Logs, *, hours: int) -> int:
    """At how many of its looks the rule fires."""
    looks = rule.evaluations(START, START + timedelta(hours=hours))
    return sum(bool(rule.evaluate(logs, at)) for at in looks)


class TestWrongPredictions:
    def test_three_within_five_minutes_fire(self, rules, feedback):
        feedback.mark(0, 100, 300)
        assert largest(rules["wrong-predictions"], feedback.logs) == 3

    def test_two_do_not(self, rules, feedback):
        feedback.mark(0, 10)
        assert largest(rules["wrong-predictions"], feedback.logs) is None

    def test_three_within_five_minutes_and_a_second_do_not(self, rules, feedback):
        feedback.mark(0, 100, 301)
        assert largest(rules["wrong-predictions"], feedback.logs) is None

    def test_right_ones_do_not_count(self, rules, feedback):
        feedback.mark(0, 10).mark(20, 30, 40, correct="true").mark(50, correct="unknown")
        assert largest(rules["wrong-predictions"], feedback.logs) is None

    def test_one_prediction_counts_once_however_often_it_is_marked(self, rules, feedback):
        feedback.mark(0, 10, 20, 30, prediction="the-same").mark(40)
        assert largest(rules["wrong-predictions"], feedback.logs) is None

    @pytest.mark.parametrize("first", range(0, 300, 60))
    def test_a_burst_is_found_wherever_the_windows_begin(self, rules, feedback, first):
        feedback.mark(first, first + 150, first + 299)
        assert largest(rules["wrong-predictions"], feedback.logs) == 3

    @pytest.mark.parametrize("late", [60, 600, 1200])
    def test_events_that_arrive_minutes_late_are_not_missed(self, rules, captured, late):
        rule = rules["wrong-predictions"]
        everything = Feedback(captured).mark(0, 100, 299).logs
        arrived = START + timedelta(seconds=299 + late)
        looks = rule.evaluations(START, START + timedelta(minutes=60))
        assert any(rule.evaluate(everything, at) for at in looks if at >= arrived)

    def test_the_mail_says_how_many(self, rules, feedback):
        feedback.mark(*range(0, 50, 10))
        assert largest(rules["wrong-predictions"], feedback.logs) == 5

    def test_the_result_shows_the_texts_or_where_they_are_not_sent_the_ids(self, rules, feedback):
        feedback.mark(0, text="so much for on time").mark(1, text=None).mark(2, text="lovely, lost again")
        (firing,) = rules["wrong-predictions"].evaluate(feedback.logs, START + timedelta(minutes=1))
        newest = max(firing.rows, key=lambda row: row["wrong"])
        assert sorted(newest["examples"]) == ["lovely, lost again", "prediction-2", "so much for on time"]

    def test_the_strict_variant_wants_four_within_three_minutes(self, rules, captured):
        strict = rules["wrong-predictions-strict"]
        assert not strict.enabled
        assert largest(strict, Feedback(captured).mark(0, 60, 120, 180).logs) == 4
        assert largest(strict, Feedback(captured).mark(0, 60, 120).logs) is None
        assert largest(strict, Feedback(captured).mark(0, 60, 120, 181).logs) is None


class TestErrorRate:
    def test_wrong_ones_beyond_what_the_confidence_explains_fire(self, rules, feedback):
        # Of 40 at 0.9, 4 are expected to be wrong; with L = ln 1000, variance 3.6, up to 13.7 are explained.
        feedback.mark(*range(26), correct="true").mark(*range(26, 40))
        (firing,) = rules["error-rate"].evaluate(feedback.logs, START + timedelta(minutes=5))
        assert firing.value == 14
        assert firing.dimensions == {"model": "m-1"}
        (row,) = firing.rows
        assert (row["votes"], row["expected"]) == (40, pytest.approx(4))
        assert row["explained"] == pytest.approx(13.72, abs=0.01)

    def test_one_fewer_does_not(self, rules, feedback):
        feedback.mark(*range(27), correct="true").mark(*range(27, 40))
        assert rules["error-rate"].evaluate(feedback.logs, START + timedelta(minutes=5)) == []

    def test_what_the_model_was_unsure_of_explains_more(self, rules, feedback):
        feedback.mark(*range(26), correct="true", confidence="0.7").mark(*range(26, 40), confidence="0.7")
        assert rules["error-rate"].evaluate(feedback.logs, START + timedelta(minutes=5)) == []

    def test_three_wrong_ones_alone_are_no_evidence(self, rules, feedback):
        feedback.mark(0, 1, 2)
        assert rules["error-rate"].evaluate(feedback.logs, START + timedelta(minutes=5)) == []

    def test_a_prediction_counts_by_what_was_said_last(self, rules, feedback):
        feedback.mark(*range(26), correct="true").mark(*range(26, 39))
        feedback.mark(50, prediction="prediction-27", correct="true").mark(51)
        assert rules["error-rate"].evaluate(feedback.logs, START + timedelta(minutes=5)) == []

    def test_feedback_without_a_known_prediction_is_left_out(self, rules, feedback):
        feedback.mark(*range(40), confidence="unknown", matched="false")
        assert rules["error-rate"].evaluate(feedback.logs, START + timedelta(minutes=5)) == []

    def test_each_model_is_judged_alone(self, rules, feedback):
        feedback.mark(*range(12), model="old", confidence="0.99").mark(
            *range(60), model="new", correct="true"
        )
        (firing,) = rules["error-rate"].evaluate(feedback.logs, START + timedelta(minutes=5))
        assert firing.dimensions == {"model": "old"}

    def test_what_is_older_than_a_day_is_over(self, rules, feedback):
        feedback.mark(*range(40))
        assert rules["error-rate"].evaluate(feedback.logs, START + timedelta(hours=25)) == []


class TestDrift:
    def report(self, captured: Captured, logs: Logs, *, hour: float, **changed: str) -> None:
        logs.add_envelopes([captured.event("drift", START + timedelta(hours=hour), **changed)])

    def test_drift_fires_and_says_what_moved_and_what_to_do(self, rules, captured):
        logs = Logs()
        self.report(captured, logs, hour=0)
        (firing,) = rules["drift"].evaluate(logs, START + timedelta(minutes=5))
        assert firing.dimensions == {"moved": "length,positive_rate", "action": "label"}
        assert firing.rows[0]["sentence"] == "More positive than before."

    @pytest.mark.parametrize("status", ["warning", "stable", "insufficient_data"])
    def test_any_other_status_does_not(self, rules, captured, status):
        logs = Logs()
        self.report(captured, logs, hour=0, status=status, drift="false")
        assert rules["drift"].evaluate(logs, START + timedelta(minutes=5)) == []

    def test_drift_that_goes_on_stays_one_alert(self, rules, captured):
        logs = Logs()
        for hour in range(4):
            self.report(captured, logs, hour=hour, sentence=f"Report {hour}.")
        firings = [
            rules["drift"].evaluate(logs, at)
            for at in rules["drift"].evaluations(START, START + timedelta(hours=4))
        ]
        assert all(len(found) == 1 for found in firings)
        assert len({tuple(found[0].dimensions.items()) for found in firings}) == 1

    def test_the_order_of_what_moved_makes_no_new_alert(self, rules, captured):
        logs = Logs()
        self.report(captured, logs, hour=0)
        self.report(captured, logs, hour=1, moved="length,positive_rate")
        (firing,) = rules["drift"].evaluate(logs, START + timedelta(hours=1, minutes=5))
        assert firing.value == 2

    def test_a_silent_check_fires_after_three_periods(self, rules, captured):
        logs = Logs()
        self.report(captured, logs, hour=0, status="insufficient_data", drift="false")
        rule = rules["drift-silent"]
        assert rule.evaluate(logs, START + timedelta(hours=2, minutes=59)) == []
        assert [one.value for one in rule.evaluate(logs, START + timedelta(hours=3))] == [0]

    @pytest.mark.parametrize("environment", ["dev", "prod"])
    def test_the_windows_fit_the_schedule(self, environment):
        deployed = deployment(environment)
        schedule = settings_of(deployed)["DRIFT_SCHEDULE"]
        first = next_time(schedule, START)
        period = next_time(schedule, first) - first
        rules = alert_rules(deployed)
        assert rules["drift-silent"].window == 3 * period
        assert rules["drift"].window > period


class TestRequests:
    def calls(
        self, *, good: int, bad: int, status: int = 500, name: str = "predict", ms: float = 5.0
    ) -> Logs:
        logs = Logs()
        for _ in range(good):
            logs.add_request(name, at=START, status=200, milliseconds=ms, success=True)
        for _ in range(bad):
            logs.add_request(name, at=START, status=status, milliseconds=ms, success=False)
        return logs

    @pytest.mark.parametrize(
        ("good", "bad", "percent"), [(94, 6, 6.0), (95, 5, None), (0, 20, 100.0), (0, 19, None)]
    )
    def test_more_than_five_in_a_hundred_failures_fire(self, rules, good, bad, percent):
        assert largest(rules["failures"], self.calls(good=good, bad=bad), minutes=5) == percent

    @pytest.mark.parametrize("status", [400, 404, 413, 429])
    def test_a_caller_s_mistakes_are_not_failures(self, rules, status):
        assert largest(rules["failures"], self.calls(good=0, bad=50, status=status), minutes=5) is None

    def test_timers_and_messages_that_end_in_an_error_are(self, rules):
        logs = self.calls(good=0, bad=30, status=0, name="stream")
        assert largest(rules["failures"], logs, minutes=5) == 100

    def test_a_sampled_request_stands_for_those_left_out(self, rules):
        logs = Logs()
        logs.add_request("predict", at=START, status=500, milliseconds=5, success=False, item_count=25)
        assert largest(rules["failures"], logs, minutes=5) == 100

    def test_slow_answers_fire(self, rules):
        logs = self.calls(good=90, bad=0)
        for _ in range(10):
            logs.add_request("predict", at=START, status=200, milliseconds=1001, success=True)
        assert largest(rules["slow"], logs, minutes=5) == 1001

    def test_a_few_slow_answers_or_slow_batches_do_not(self, rules):
        logs = self.calls(good=97, bad=0)
        for name in ("predict", "predict", "predict", *["predict_batch"] * 50):
            logs.add_request(name, at=START, status=200, milliseconds=3000, success=True)
        assert largest(rules["slow"], logs, minutes=5) is None

    def test_exactly_the_limit_does_not(self, rules):
        assert largest(rules["slow"], self.calls(good=50, bad=0, ms=1000.0), minutes=5) is None


class TestNoPredictions:
    def test_an_hour_without_any_fires(self, rules, captured):
        logs = Logs()
        logs.add_envelopes([captured.event("predictions", START)])
        rule = rules["no-predictions"]
        assert rule.evaluate(logs, START + timedelta(minutes=59)) == []
        assert [one.value for one in rule.evaluate(logs, START + timedelta(minutes=60))] == [0]

    def test_only_where_traffic_is_expected(self, rules):
        assert rules["no-predictions"].enabled
        assert not alert_rules(deployment("dev"))["no-predictions"].enabled


def test_nothing_fires_where_nothing_is_wrong(rules, captured, feedback):
    feedback.mark(*range(0, 600, 20), correct="true").mark(10, 500)
    for minute in range(0, 60, 5):
        at = START + timedelta(minutes=minute)
        feedback.logs.add_envelopes(
            [captured.event("predictions", at), captured.event("drift", at, status="stable", drift="false")]
        )
        feedback.logs.add_request("predict", at=at, status=200, milliseconds=4, success=True)
    for rule in rules.values():
        assert rule.evaluate(feedback.logs, START + timedelta(minutes=60)) == [], rule.name


def test_what_must_be_missed_first_is_not_missed_before_the_code_is_there():
    before = alert_rules(deployment("prod", CODE_DEPLOYED="false"))
    assert not before["drift-silent"].enabled
    assert not before["no-predictions"].enabled


def test_azure_monitor_offers_the_windows_and_looks_at_least_once_in_each(rules):
    for rule in rules.values():
        assert rule.window in WINDOWS
        assert rule.frequency in WINDOWS
        assert rule.frequency <= rule.window
        assert rule.operator in ("GreaterThan", "GreaterThanOrEqual", "LessThan")
        assert (rule.aggregation, rule.measure is None) in (("Count", True), ("Maximum", False))
        assert 0 <= rule.severity <= 4


def test_a_mail_says_what_happened_what_to_do_and_where_to_look():
    runbook = deploy_with({}, runbookUrl="https://example.com/RUNBOOK.md")
    for chapter, rule in alert_rules(runbook).items():
        assert f"What to do: https://example.com/RUNBOOK.md#{chapter}" in rule.description
        assert "Dashboard: <environment().portal>/#resource<workbook.id>/workbook" in rule.description
        assert rule.properties["whatToDo"] == f"https://example.com/RUNBOOK.md#{chapter}"
        assert len(rule.description) < 1_000

"""The runbook has a chapter for every alert, queries that are right, and figures that a command prints."""

import re
import subprocess
import sys
from collections.abc import Mapping

import pytest

from delivery.cost import Prices, Use, month
from delivery.package import ROOT
from tests.infra.deployments import deployment
from tests.infra.kusto import analyse, why_not
from tests.infra.logs import SCHEMA
from tests.infra.rules import alert_rules
from tests.test_docs import headings

RUNBOOK = ROOT / "docs" / "RUNBOOK.md"
TEXT = RUNBOOK.read_text(encoding="utf-8")
QUERIES = {
    f"query {number}": text for number, text in enumerate(re.findall(r"^ask '(.+?)'", TEXT, re.S | re.M))
}


@pytest.fixture(scope="module")
def errors() -> Mapping[str, tuple[str, ...]]:
    """What Microsoft's checker says of each query that asks a table which it knows here."""
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    known = {name: text for name, text in QUERIES.items() if text.split()[0] in SCHEMA}
    assert len(known) >= 7
    return {name: found.errors for name, found in analyse(known).items()}


def test_every_rule_has_its_chapter() -> None:
    rules = alert_rules(deployment("prod"))
    assert len(rules) >= 7
    assert [rule.chapter for rule in rules.values() if rule.chapter not in headings(RUNBOOK)] == []


def test_every_mail_is_in_the_table() -> None:
    for rule in alert_rules(deployment("prod")).values():
        title = rule.display_name.partition(": ")[2]
        assert f"| {title} | [{rule.chapter}](#{rule.chapter}) |" in TEXT


def test_its_queries_are_right(errors: Mapping[str, tuple[str, ...]]) -> None:
    assert {name: found for name, found in errors.items() if found} == {}


@pytest.mark.parametrize("command", re.findall(r"^\$ python -m (delivery cost.*)$", TEXT, re.MULTILINE))
def test_what_it_says_of_cost_is_printed_by_the_command(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert f"$ python -m {command}\n{done.stdout}```" in TEXT


def test_the_bill_counts_the_rules_that_bicep_switches_on() -> None:
    frequencies = [
        rule.frequency.total_seconds() for rule in alert_rules(deployment("prod")).values() if rule.enabled
    ]
    use = Use(requests_a_day=0)
    assert frequencies.count(300) == use.rules_each_5_minutes
    assert len(frequencies) - frequencies.count(300) == use.rules_each_15_minutes


def test_the_bill_adds_up() -> None:
    price = Prices()
    bill = {line.what: line.dollars for line in month(Use(requests_a_day=1_000_000, sample=0.5))}
    assert bill["working"] == pytest.approx((30 * 86_400 * 2 - 100_000) * price.gb_second)
    assert bill["executions"] == pytest.approx(29.75 * price.million_executions)
    assert bill["telemetry"] == pytest.approx((45 - 5) * price.log_gb)
    assert bill["store"] == pytest.approx(45 * price.table_gb + 1_500 * price.ten_thousand_operations)
    nothing = {line.what: line.dollars for line in month(Use(requests_a_day=0))}
    assert {what for what, dollars in nothing.items() if dollars} == {"alert rules"}

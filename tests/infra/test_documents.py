"""README and runbook tell of the alert rules that there are."""

import re
from collections.abc import Mapping

import pytest

from tests.infra.deployments import deployment
from tests.infra.rules import AlertRule, alert_rules
from tests.workplace import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([a-z-]+)` \| .+ \| (.+) \|$", README.split("\n## Alerts\n")[1], re.MULTILINE))


def anchors(text: str) -> set[str]:
    """What links into a Markdown file may end with."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a (?:id|name)="([^"]+)">', text))


def test_the_readme_lists_the_rules(rules: Mapping[str, AlertRule]):
    assert set(ROWS) == set(rules)


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_readme_says_which_of_them_are_on(environment):
    on = {name for name, rule in alert_rules(deployment(environment)).items() if rule.enabled}
    in_both = {"yes", "once code is deployed"}
    said = {"dev": in_both, "prod": {*in_both, "in production, once code is deployed"}}[environment]
    assert on == {name for name, when in ROWS.items() if when in said}


def test_the_strict_rule_is_switched_on_as_the_readme_says():
    assert "`STRICT_WRONG=true`" in ROWS["wrong-predictions-strict"]
    assert alert_rules(deployment(STRICT_WRONG="true"))["wrong-predictions-strict"].enabled


def test_the_runbook_has_a_chapter_for_every_rule(rules: Mapping[str, AlertRule]):
    runbook = (ROOT / "docs" / "RUNBOOK.md").read_text(encoding="utf-8")
    assert set(rules) <= anchors(runbook)

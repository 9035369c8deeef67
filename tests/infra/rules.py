"""Alert rules as Azure Monitor evaluates them: query, window, aggregation, threshold, split, state."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.infra.bicep import Deployment, Resource
from tests.infra.logs import Logs

TYPE = "Microsoft.Insights/scheduledQueryRules"
_COMPARE = {
    "GreaterThan": lambda value, threshold: value > threshold,
    "GreaterThanOrEqual": lambda value, threshold: value >= threshold,
    "LessThan": lambda value, threshold: value < threshold,
}


@dataclass(frozen=True, kw_only=True)
class Firing:
    """A rule's condition is met: the value that was compared, and the split columns' values."""

    value: float
    dimensions: Mapping[str, str]
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class AlertRule:
    """One scheduled query rule, as its Bicep says."""

    name: str
    display_name: str
    description: str
    severity: int
    enabled: bool
    query: str
    aggregation: str
    measure: str | None
    operator: str
    threshold: int
    window: timedelta
    frequency: timedelta
    split: tuple[str, ...]
    properties: Mapping[str, str]

    @property
    def chapter(self) -> str:
        """The rule's name without the environment's: its chapter in the runbook."""
        return self.name.split("-", 2)[2]

    def evaluate(self, logs: Logs, at: datetime) -> list[Firing]:
        """What fires when the rule looks at the logs at this time."""
        rows = logs.query(self.query, until=at, window=self.window)
        found = []
        for values, group in self._groups(rows):
            value = (
                len(group)
                if self.aggregation == "Count"
                else max((r[str(self.measure)] for r in group), default=None)
            )
            if value is not None and _COMPARE[self.operator](value, self.threshold):
                found.append(Firing(value=value, dimensions=values, rows=tuple(group)))
        return found

    def evaluations(self, first: datetime, last: datetime) -> Iterator[datetime]:
        """The times at which the rule looks, from `first` to `last`."""
        at = first
        while at <= last:
            yield at
            at += self.frequency

    def _groups(self, rows: list[dict[str, Any]]) -> list[tuple[dict[str, str], list[dict[str, Any]]]]:
        if not self.split:
            return [({}, rows)]
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in rows:
            groups.setdefault(tuple(str(row[name]) for name in self.split), []).append(row)
        return [(dict(zip(self.split, values, strict=True)), group) for values, group in groups.items()]


def alert_rules(deployed: Deployment) -> dict[str, AlertRule]:
    """The rules of a deployment, by their chapters in the runbook."""
    rules = [_rule(resource) for resource in deployed.of_type(TYPE)]
    return {rule.chapter: rule for rule in rules}


def duration(text: str) -> timedelta:
    """An ISO 8601 duration of days, hours or minutes, such as PT15M."""
    match = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", text)
    assert match, text
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _rule(resource: Resource) -> AlertRule:
    body = resource.body["properties"]
    (condition,) = body["criteria"]["allOf"]
    return AlertRule(
        name=resource.body["name"],
        display_name=body["displayName"],
        description=body["description"],
        severity=body["severity"],
        enabled=body["enabled"],
        query=condition["query"],
        aggregation=condition["timeAggregation"],
        measure=condition["metricMeasureColumn"],
        operator=condition["operator"],
        threshold=condition["threshold"],
        window=duration(body["windowSize"]),
        frequency=duration(body["evaluationFrequency"]),
        split=tuple(one["name"] for one in condition["dimensions"]),
        properties=body["actions"]["customProperties"],
    )

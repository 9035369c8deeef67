"""What Azure Monitor says about an alert, to people and to functions: the common alert schema."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.infra.rules import AlertRule, Firing

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rehearsal"
KNOWN = {
    "<environment().portal>": "https://portal.azure.com",
    "<workbook.id>": f"{GROUP}/providers/Microsoft.Insights/workbooks/rehearsal",
    "<component.id>": f"{GROUP}/providers/Microsoft.Insights/components/rehearsal",
}
"""What only Azure knows, made up."""


def filled(text: str) -> str:
    """The text with made-up names for what only Azure knows."""
    for unknown, name in KNOWN.items():
        text = text.replace(unknown, name)
    return text


def common_alert(rule: AlertRule, firing: Firing, at: datetime) -> dict[str, Any]:
    """The alert that a log search rule raises when it fires."""
    alert = uuid.uuid4()
    component = filled("<component.id>")
    return {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {
            "essentials": {
                "alertId": f"{GROUP}/providers/Microsoft.AlertsManagement/alerts/{alert}",
                "alertRule": rule.display_name,
                "severity": f"Sev{rule.severity}",
                "signalType": "Log",
                "monitorCondition": "Fired",
                "monitoringService": "Log Alerts V2",
                "alertTargetIDs": [component],
                "configurationItems": [component],
                "originAlertId": str(alert),
                "firedDateTime": _moment(at),
                "description": filled(rule.description),
                "essentialsVersion": "1.0",
                "alertContextVersion": "1.0",
            },
            "alertContext": {
                "properties": {name: filled(value) for name, value in rule.properties.items()},
                "conditionType": "LogQueryCriteria",
                "condition": {
                    "windowSize": _duration(rule.window),
                    "windowStartTime": _moment(at - rule.window),
                    "windowEndTime": _moment(at),
                    "allOf": [
                        {
                            "searchQuery": rule.query,
                            "metricMeasureColumn": rule.measure,
                            "targetResourceTypes": "['microsoft.insights/components']",
                            "operator": rule.operator,
                            "threshold": str(rule.threshold),
                            "timeAggregation": rule.aggregation,
                            "dimensions": [
                                {"name": name, "value": value} for name, value in firing.dimensions.items()
                            ],
                            "metricValue": firing.value,
                            "failingPeriods": {"numberOfEvaluationPeriods": 1, "minFailingPeriodsToAlert": 1},
                            "linkToSearchResultsUI": f"https://portal.azure.com/#resource{component}/logs",
                        }
                    ],
                },
            },
        },
    }


def strongest(rule: AlertRule, firing: Firing) -> Sequence[Any]:
    """The result's rows, those with the largest value first."""
    if rule.measure is None:
        return firing.rows
    return sorted(firing.rows, key=lambda row: row[str(rule.measure)], reverse=True)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _duration(span: timedelta) -> str:
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes or not hours else "")

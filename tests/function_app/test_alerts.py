"""Azure Monitor's alerts over HTTP: kept once, whatever the store, and never half."""

import copy
import json
from typing import Any

import pytest

from function_app.store import Store
from tests.function_app.places import Place
from tests.function_app.running import HostStarter, RunningHost

FIRED: dict[str, Any] = {
    "schemaId": "azureMonitorCommonAlertSchema",
    "data": {
        "essentials": {
            "alertId": "/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/1",
            "alertRule": "wrong-predictions",
            "severity": "Sev1",
            "signalType": "Log",
            "monitorCondition": "Fired",
            "monitoringService": "Log Alerts V2",
            "alertTargetIDs": ["/subscriptions/s/resourcegroups/r/providers/microsoft.insights/components/c"],
            "configurationItems": ["c"],
            "originAlertId": "o",
            "firedDateTime": "2026-03-01T12:00:00.3713213Z",
            "description": "Three or more predictions were wrong.",
            "essentialsVersion": "1.0",
            "alertContextVersion": "1.0",
        },
        "alertContext": {
            "properties": {},
            "conditionType": "LogQueryCriteria",
            "condition": {
                "allOf": [
                    {
                        "metricValue": 3.0,
                        "linkToSearchResultsUI": "https://portal.azure.com/#search",
                        "linkToFilteredSearchResultsUI": "https://portal.azure.com/#filtered",
                    }
                ]
            },
        },
        "customProperties": {"what to do": "see the runbook"},
    },
}


def alert(**essentials: Any) -> dict[str, Any]:
    """The alert with these fields changed; None takes one away."""
    changed = copy.deepcopy(FIRED)
    for name, value in essentials.items():
        changed["data"]["essentials"][name] = value
        if value is None:
            del changed["data"]["essentials"][name]
    return changed


RESOLVED = alert(monitorCondition="Resolved", resolvedDateTime="2026-03-01T12:10:00Z")


@pytest.fixture
def app(place: Place, start_host: HostStarter) -> RunningHost:
    return start_host(**place.settings())


def kept(place: Place) -> list[dict[str, Any]]:
    store: Store = place.open()
    try:
        return [json.loads(one.body) for one in store.alerts(100)]
    finally:
        store.close()


def test_an_alert_is_kept_once_and_listed_with_the_newest_first(app: RunningHost, place: Place) -> None:
    assert app.get("alerts").json() == {"alerts": []}
    first = app.post("alerts", json=FIRED)
    again = app.post("alerts", json=FIRED)
    resolved = app.post("alerts", json=RESOLVED)
    assert (first.status_code, first.json()["new"]) == (201, True)
    assert (again.status_code, again.json()) == (200, {"alert_id": first.json()["alert_id"], "new": False})
    assert (resolved.status_code, resolved.json()["new"]) == (201, True)
    newest, oldest = app.get("alerts").json()["alerts"]
    assert oldest.pop("created").endswith("Z")
    assert oldest == {
        "id": first.json()["alert_id"],
        "rule": "wrong-predictions",
        "severity": "Sev1",
        "condition": "Fired",
        "fired": "2026-03-01T12:00:00.3713213Z",
        "resolved": None,
        "description": "Three or more predictions were wrong.",
        "service": "Log Alerts V2",
        "signal": "Log",
        "targets": ["/subscriptions/s/resourcegroups/r/providers/microsoft.insights/components/c"],
        "link": "https://portal.azure.com/#filtered",
    }
    assert (newest["id"], newest["condition"]) == (resolved.json()["alert_id"], "Resolved")
    assert newest["resolved"] == "2026-03-01T12:10:00Z"
    assert len(app.get("alerts", params={"limit": 1}).json()["alerts"]) == 1
    assert kept(place) == [RESOLVED, FIRED]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "schemaId"),
        ({"schemaId": "AzureMonitorMetricAlert", "data": FIRED["data"]}, "schemaId"),
        ({"schemaId": "azureMonitorCommonAlertSchema"}, "data"),
        (alert(alertId=None), "alertId"),
        (alert(alertId=""), "data.essentials.alertId"),
        (alert(alertRule=5), "data.essentials.alertRule"),
        (alert(alertRule="r" * 4_097), "data.essentials.alertRule"),
        (alert(severity="Sev5"), "data.essentials.severity"),
        (alert(monitorCondition="Over"), "data.essentials.monitorCondition"),
        (alert(monitorCondition="Resolved"), "data.essentials.resolvedDateTime"),
        (alert(firedDateTime="yesterday"), "data.essentials.firedDateTime"),
        (alert(firedDateTime="2026-03-01T12:00:00"), "data.essentials.firedDateTime"),
        (alert(firedDateTime="2999-01-01T00:00:00Z"), "data.essentials.firedDateTime"),
        (alert(firedDateTime="0001-01-01T00:00:00+14:00"), "data.essentials.firedDateTime"),
        (alert(firedDateTime="1970-01-01T00:00:00+14:00"), "data.essentials.firedDateTime"),
        (alert(alertTargetIDs=["t"] * 1_001), "data.essentials.alertTargetIDs"),
        (alert(alertTargetIDs=["t" * 4_097]), "data.essentials.alertTargetIDs[0]"),
        (alert(description="d" * 4_097), "data.essentials.description"),
    ],
)
def test_what_is_no_alert_is_refused_by_the_fields_name(
    host: RunningHost, body: dict[str, Any], named: str
) -> None:
    before = host.get("alerts").json()
    response = host.post("alerts", json=body)
    assert response.status_code == 400
    assert response.json()["detail"].startswith(f"{named}: ")
    assert host.get("alerts").json() == before


@pytest.mark.parametrize("context", [None, {}, [], {"condition": {"allOf": [{"linkToSearchResultsUI": 5}]}}])
def test_an_alert_of_another_kind_of_rule_is_taken_too(host: RunningHost, context: object) -> None:
    other = alert(alertId=f"other {context}", signalType="Metric", description="")
    other["data"]["alertContext"] = context
    posted = host.post("alerts", json=other)
    assert posted.status_code == 201
    listed = {one["id"]: one for one in host.get("alerts").json()["alerts"]}
    assert listed[posted.json()["alert_id"]]["link"] is None


def test_only_a_web_address_is_listed_as_a_link(host: RunningHost) -> None:
    bad = alert(alertId="a link")
    (condition,) = bad["data"]["alertContext"]["condition"]["allOf"]
    condition.update(linkToFilteredSearchResultsUI="javascript:alert(1)")
    posted = host.post("alerts", json=bad)
    listed = {one["id"]: one for one in host.get("alerts").json()["alerts"]}
    assert listed[posted.json()["alert_id"]]["link"] is None


@pytest.mark.parametrize("limit", ["0", "201", "x"])
def test_a_limit_out_of_range_is_refused(host: RunningHost, limit: str) -> None:
    response = host.get("alerts", params={"limit": limit})
    assert response.status_code == 400
    assert response.json()["detail"].startswith("limit: ")


def test_an_action_group_gets_in_with_the_key_in_the_address(start_host: HostStarter, tmp_path: Any) -> None:
    locked = start_host(LOCAL_FUNCTION_KEY="a-key", STORE_PATH=str(tmp_path / "store.sqlite3"))
    assert locked.post("alerts", json=FIRED).status_code == 401
    assert locked.post("alerts", json=FIRED, params={"code": "a-key"}).status_code == 201

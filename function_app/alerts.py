"""Alerts as Azure Monitor sends them: checked, kept each one once, and listed.

The format is the common alert schema; what is not read of it is kept too, in the body as it came.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct, field

from function_app.clock import utc_now
from function_app.contract import Limits
from function_app.errors import InvalidRequestError
from function_app.ids import id_of
from function_app.store import Alert, Store

SCHEMA = "azureMonitorCommonAlertSchema"
SEVERITIES = ("Sev0", "Sev1", "Sev2", "Sev3", "Sev4")
CONDITIONS = ("Fired", "Resolved")

MOST_CHARACTERS = 4_096
"""Of one text in the essentials; Azure's longest, a description, has fewer."""

MOST_TARGETS = 1_000

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCKS_APART = timedelta(days=1)


class Essentials(Struct, frozen=True, kw_only=True):
    """The part of an alert that is the same for all kinds of rules. Fields not named here are passed over."""

    alert_id: str = field(name="alertId")
    alert_rule: str = field(name="alertRule")
    severity: str
    signal_type: str = field(name="signalType")
    monitor_condition: str = field(name="monitorCondition")
    monitoring_service: str = field(name="monitoringService")
    alert_target_ids: list[str] = field(name="alertTargetIDs")
    fired: str = field(name="firedDateTime")
    resolved: str | None = field(name="resolvedDateTime", default=None)
    description: str | None = None


class AlertData(Struct, frozen=True, kw_only=True):
    """What happened; `alertContext` depends on the kind of the rule."""

    essentials: Essentials
    alert_context: Any = field(name="alertContext", default=None)


class AlertRequest(Struct, frozen=True, kw_only=True):
    """`POST alerts`: one alert in Azure Monitor's common alert schema."""

    schema_id: str = field(name="schemaId")
    data: AlertData

    def check(self, limits: Limits) -> None:
        """Raises `InvalidRequestError` for another schema, an unknown word, or a text or list too long."""
        essentials, where = self.data.essentials, "data.essentials"
        _check_word("schemaId", self.schema_id, (SCHEMA,))
        _check_word(f"{where}.severity", essentials.severity, SEVERITIES)
        _check_word(f"{where}.monitorCondition", essentials.monitor_condition, CONDITIONS)
        _check_length(f"{where}.alertId", essentials.alert_id, least=1)
        _check_length(f"{where}.alertRule", essentials.alert_rule, least=1)
        _check_length(f"{where}.signalType", essentials.signal_type)
        _check_length(f"{where}.monitoringService", essentials.monitoring_service)
        _check_length(f"{where}.description", essentials.description or "")
        if len(essentials.alert_target_ids) > MOST_TARGETS:
            raise InvalidRequestError(
                f"{where}.alertTargetIDs: an array of {len(essentials.alert_target_ids)} was given; "
                f"the most is {MOST_TARGETS}"
            )
        for index, target in enumerate(essentials.alert_target_ids):
            _check_length(f"{where}.alertTargetIDs[{index}]", target)
        self.moment()

    def moment(self) -> datetime:
        """When it fired or was resolved, whichever it tells. Raises `InvalidRequestError`."""
        fired = _moment("data.essentials.firedDateTime", self.data.essentials.fired)
        if self.data.essentials.monitor_condition == "Fired":
            return fired
        return _moment("data.essentials.resolvedDateTime", self.data.essentials.resolved)


class AlertAnswer(Struct, frozen=True):
    """`new`: whether the alert was not known yet."""

    alert_id: str
    new: bool


class AlertSummary(Struct, frozen=True, kw_only=True):
    """An alert that was received at `created`; `link` leads to the rows of the query that raised it."""

    id: str
    created: str
    rule: str
    severity: str
    condition: str
    fired: str
    resolved: str | None
    description: str
    service: str
    signal: str
    targets: list[str]
    link: str | None


class AlertsAnswer(Struct, frozen=True):
    """The last alerts, newest first."""

    alerts: list[AlertSummary]


def take_alert(request: AlertRequest, body: bytes, *, store: Store) -> AlertAnswer:
    """Keeps an alert durably, once however often it comes. Raises `StoreUnavailableError`.

    An alert that is resolved is another one than the same when it fired.
    """
    essentials, moment = request.data.essentials, request.moment()
    same = "\n".join((essentials.alert_id, essentials.monitor_condition, moment.isoformat()))
    alert = Alert(
        id=id_of(int(moment.timestamp() * 1000), int(hashlib.sha256(same.encode()).hexdigest()[:15], 16)),
        created=utc_now(),
        body=body.decode(),
    )
    return AlertAnswer(alert_id=alert.id, new=store.add_alert(alert))


def list_alerts(store: Store, limit: int) -> AlertsAnswer:
    """The last alerts. Raises `StoreUnavailableError`."""
    return AlertsAnswer([_summary(alert) for alert in store.alerts(limit)])


class _Search(Struct, frozen=True):
    filtered: str | None = field(name="linkToFilteredSearchResultsUI", default=None)
    whole: str | None = field(name="linkToSearchResultsUI", default=None)


class _Condition(Struct, frozen=True):
    all_of: Sequence[_Search] = field(name="allOf", default=())


class _LogContext(Struct, frozen=True):
    """The context of a rule that runs a query."""

    condition: _Condition


def _summary(alert: Alert) -> AlertSummary:
    data = msgspec.json.decode(alert.body, type=AlertRequest).data
    return AlertSummary(
        id=alert.id,
        created=alert.created,
        rule=data.essentials.alert_rule,
        severity=data.essentials.severity,
        condition=data.essentials.monitor_condition,
        fired=data.essentials.fired,
        resolved=data.essentials.resolved,
        description=data.essentials.description or "",
        service=data.essentials.monitoring_service,
        signal=data.essentials.signal_type,
        targets=data.essentials.alert_target_ids,
        link=_link(data.alert_context),
    )


def _link(context: object) -> str | None:
    try:
        searches = msgspec.convert(context, _LogContext).condition.all_of
    except msgspec.ValidationError:
        return None
    links = (search.filtered or search.whole for search in searches)
    # Whoever may post alerts must not make a page show any other kind of address.
    return next((link for link in links if link and link.startswith("https://")), None)


def _check_word(name: str, text: str, words: Sequence[str]) -> None:
    if text not in words:
        raise InvalidRequestError(f"{name}: another string was given; it must be {' or '.join(words)}")


def _check_length(name: str, text: str, *, least: int = 0) -> None:
    if not least <= len(text) <= MOST_CHARACTERS:
        raise InvalidRequestError(
            f"{name}: a string of {len(text)} characters was given; it must have {least} to {MOST_CHARACTERS}"
        )


def _moment(name: str, text: str | None) -> datetime:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        found = datetime.min
    if found.tzinfo is None or not _EARLIEST <= found <= datetime.now(UTC) + _CLOCKS_APART:
        given = "nothing" if text is None else "another string"
        raise InvalidRequestError(
            f"{name}: {given} was given; it must be a past time such as 2026-03-01T12:00:00Z"
        )
    return found.astimezone(UTC)

"""The whole way of an alert on this machine: a caller's feedback, the event, the rule, the mail, the record.

Real: the app, its exporter, the queries and every number of the rules, which are read from the Bicep files.
In place of Azure: an ingestion endpoint, DuckDB for the queries, a mail server, all on loopback. The
Functions host reports requests; here the caller does.
"""

import csv
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import requests

from function_app.drift.event import drift_event
from function_app.settings import Settings
from function_app.store import DriftReport
from function_app.telemetry import open_telemetry, track
from tests.function_app.running import ROOT, RunningHost
from tests.function_app.waiting import wait_until
from tests.infra.deployments import deployment
from tests.infra.logs import Logs
from tests.infra.rules import AlertRule, Firing, alert_rules
from tests.ingestion import Ingestion
from tests.rehearsal.azure import common_alert, strongest
from tests.rehearsal.mail import MailServer, compose

TWEETS = ROOT / "tests" / "corpus" / "tweets.csv"
KEY = "rehearsal"
"""The function key; Azure Monitor sends one as `?code=`."""

SHIFT = {"kind": "class_balance", "strength": 1.0, "rows": 1_000, "seed": 1}
"""Tweets that are suddenly nearly all of one sentiment."""


@dataclass
class Rehearsed:
    """What happened."""

    rules: dict[str, AlertRule] = field(default_factory=dict)
    fired: dict[str, list[Firing]] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    answers: list[tuple[int, int]] = field(default_factory=list)
    """Status of each alert's POST, and of the same once more."""

    kept: list[dict[str, Any]] = field(default_factory=list)
    """What GET alerts lists at the end."""


class Caller:
    """Somebody who uses the app, and reports each request as the Functions host would."""

    def __init__(self, host: RunningHost, logs: Logs) -> None:
        self._host, self._logs = host, logs

    def post(self, function: str, content: Mapping[str, Any]) -> requests.Response:
        """POST to a function."""
        begin = time.perf_counter()
        answer = self._host.post(function, json=dict(content), params={"code": KEY})
        self._logs.add_request(
            function,
            at=datetime.now(UTC),
            status=answer.status_code,
            milliseconds=1000 * (time.perf_counter() - begin),
            success=answer.ok,
        )
        return answer

    def mark_wrong(self, text: str) -> None:
        """Asks for a prediction and says that it was wrong."""
        prediction = self.post("predict", {"text": text})
        prediction.raise_for_status()
        vote = {"prediction_id": prediction.json()["id"], "correct": False}
        self.post("feedback", vote).raise_for_status()

    def report_drift(self, connection: str) -> None:
        """Sends the report of a simulated stream as the timer would; the app itself sends nothing of it."""
        answer = self.post("drift/simulate", SHIFT)
        answer.raise_for_status()
        report = msgspec.convert(answer.json()["report"], DriftReport)
        variables = {"TELEMETRY": "appinsights", "APPLICATIONINSIGHTS_CONNECTION_STRING": connection}
        telemetry = open_telemetry(Settings.from_environment(variables))
        track(telemetry, drift_event(report))
        telemetry.close()


def rehearse(
    *, wrong: int, with_texts: bool, with_drift: bool = False, environment: str = "dev", **variables: str
) -> Rehearsed:
    """Marks so many predictions as wrong and follows what comes of it to the end.

    `variables` are those that `infra/main.bicepparam` reads.
    """
    deployed = deployment(environment, **variables)
    (group,) = deployed.of_type("Microsoft.Insights/actionGroups")
    people = [one["emailAddress"] for one in group.body["properties"]["emailReceivers"]]
    done = Rehearsed(rules={name: rule for name, rule in alert_rules(deployed).items() if rule.enabled})
    logs = Logs()
    with Ingestion() as ingestion, _app(ingestion, with_texts=with_texts) as host, MailServer() as server:
        caller = Caller(host, logs)
        for text in _tweets(wrong):
            caller.mark_wrong(text)
        # Or the rule that waits for drift checks would rightly fire as well.
        host.session.post(
            f"{host.base}/admin/functions/drift_check",
            json={"input": ""},
            headers={"x-functions-key": KEY},
            timeout=30,
        ).raise_for_status()
        if with_drift:
            caller.report_drift(ingestion.connection_string)
        wait_until(
            lambda: (
                len(ingestion.events("feedback")) == wrong
                and len(ingestion.events("drift")) == 1 + with_drift
            )
        )
        done.events = [event.name for event in ingestion.events()]
        logs.add_envelopes(event.envelope for event in ingestion.events())
        now = datetime.now(UTC)
        for name, rule in done.rules.items():
            done.fired[name] = rule.evaluate(logs, now)
            for firing in done.fired[name]:
                alert = common_alert(rule, firing, now)
                server.deliver(compose(alert, strongest(rule, firing), people))
                first, again = (host.post("alerts", json=alert, params={"code": KEY}) for _ in range(2))
                done.answers.append((first.status_code, again.status_code))
        listed = host.get("alerts", params={"code": KEY})
        listed.raise_for_status()
        done.kept = listed.json()["alerts"]
        done.mails = server.mails
    return done


@contextmanager
def _app(ingestion: Ingestion, *, with_texts: bool) -> Iterator[RunningHost]:
    with tempfile.TemporaryDirectory() as folder:
        host = RunningHost(
            STORE="sqlite",
            STORE_PATH=str(Path(folder) / "store.sqlite3"),
            TELEMETRY="appinsights",
            TELEMETRY_INCLUDE_TEXT=str(with_texts).lower(),
            APPLICATIONINSIGHTS_CONNECTION_STRING=ingestion.connection_string,
            LOCAL_FUNCTION_KEY=KEY,
            ALLOW_DRIFT_SIMULATION="true",
        )
        try:
            yield host
        finally:
            host.stop()


def _tweets(count: int) -> list[str]:
    """Different texts with a clear sentiment, so that the model is sure of itself."""
    with TWEETS.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file) if row["label"] != "neutral"]
    return texts[:count]

"""The mail that an alert brings, and a mail server on loopback that takes it.

Azure lays its mails out in its own way. What it puts into them comes from the alert rule, and so does this:
title, description, value, threshold, the split columns. Its link to the query's result is here that result.
"""

import smtplib
import socket
import textwrap
from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

SENDER = "azure-noreply@example.com"
WIDTH = 100
ROWS = 3
EXAMPLES = 10


def compose(
    alert: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], people: Sequence[str]
) -> EmailMessage:
    """The mail about an alert in the common alert schema; `rows` are its query's result, strongest first."""
    essentials, context = alert["data"]["essentials"], alert["data"]["alertContext"]
    (condition,) = context["condition"]["allOf"]
    fired = f"{essentials['monitorCondition']} at {essentials['firedDateTime']}"
    lines = [
        essentials["alertRule"],
        f"{fired}, severity {essentials['severity'][3:]}",
        "",
        *_wrapped(essentials["description"]),
        "",
        f"Value: {condition['metricValue']:g} ({_rule(condition)})",
        *(f"{one['name']}: {one['value']}" for one in condition["dimensions"]),
    ]
    if rows:
        lines += ["", "Result of the query:"]
        for row in rows[: 1 if condition["metricMeasureColumn"] else ROWS]:
            lines += [*_row(row), ""]
    message = EmailMessage()
    message["Subject"] = (
        f"{essentials['monitorCondition']}: {essentials['severity']} {essentials['alertRule']}"
    )
    message["From"] = SENDER
    message["To"] = ", ".join(people)
    message.set_content("\n".join(lines) + "\n")
    return message


def _wrapped(text: str) -> list[str]:
    lines = []
    for paragraph in text.split("\n"):
        is_link = "://" in paragraph
        lines += [paragraph] if is_link or not paragraph else textwrap.wrap(paragraph, WIDTH)
    return lines


def _rule(condition: Mapping[str, Any]) -> str:
    symbols = {
        "GreaterThan": ">",
        "GreaterThanOrEqual": ">=",
        "LessThan": "<",
    }
    what = condition["metricMeasureColumn"] or "rows"
    return f"fires when {what} {symbols[condition['operator']]} {condition['threshold']}"


def _row(row: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, value in row.items():
        if isinstance(value, list):
            lines.append(f"  {name}:")
            lines += [f"    - {textwrap.shorten(str(one), WIDTH)}" for one in value[:EXAMPLES]]
        else:
            lines += textwrap.wrap(
                f"{name}: {_value(value)}", WIDTH, initial_indent="  ", subsequent_indent="    "
            )
    return lines


def _value(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


class MailServer:
    """Use it as a context manager. It keeps what is sent to it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=port)

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by the server for each mail."""
        message = message_from_bytes(
            (envelope.original_content or b"").replace(b"\r\n", b"\n"), policy=policy.default
        )
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        return "250 OK"

    def deliver(self, message: EmailMessage) -> None:
        """Sends a mail here as any program would."""
        with smtplib.SMTP(self._controller.hostname, self._controller.port) as client:
            client.send_message(message)

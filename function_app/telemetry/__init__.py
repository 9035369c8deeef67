"""The one seam through which events leave the app, and what is behind it."""

import os
from functools import partial
from typing import TYPE_CHECKING

from function_app.events import Event, dimensions
from function_app.settings import Settings
from function_app.telemetry.seam import ConsoleTelemetry, NoTelemetry, Telemetry, TelemetryCounts
from function_app.telemetry.sender import Sender

if TYPE_CHECKING:
    from function_app.telemetry.exporter import Exporter

ROLE = "tweet-sentiment"
"""What the app is called where Azure has no name for it."""


def track(telemetry: Telemetry, event: Event) -> None:
    """Sends one event through the seam."""
    telemetry.track_event(event.name, dimensions(event))


def open_telemetry(settings: Settings) -> Telemetry:
    """The telemetry that the settings name. Nothing is imported, opened or sent before the first event."""
    if settings.telemetry == "off":
        return NoTelemetry()
    if settings.telemetry == "console":
        return ConsoleTelemetry()
    return Sender(partial(_open_exporter, settings), timeout_seconds=settings.telemetry_timeout_seconds)


def _open_exporter(settings: Settings) -> "Exporter":
    # The package behind it takes a good part of a second to import.
    from function_app.telemetry.exporter import Exporter, PatientCredential  # noqa: PLC0415

    timeout = settings.telemetry_timeout_seconds
    identity = settings.applicationinsights_authentication_string
    return Exporter(
        settings.applicationinsights_connection_string,
        role=os.environ.get("WEBSITE_SITE_NAME") or ROLE,
        timeout_seconds=timeout,
        credential=PatientCredential(identity.client_id, timeout_seconds=timeout) if identity else None,
    )


__all__ = ["ConsoleTelemetry", "NoTelemetry", "Telemetry", "TelemetryCounts", "open_telemetry", "track"]

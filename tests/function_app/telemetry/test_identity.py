"""Events sent with a managed identity: a token from the instance's own endpoint with each request."""

from collections.abc import Iterator

import pytest

from function_app.events import ModelLoadedEvent
from function_app.settings import Settings
from function_app.telemetry import Telemetry, open_telemetry, sender, track
from tests.function_app.waiting import wait_until
from tests.identity import IdentityEndpoint
from tests.ingestion import Ingestion

CLIENT = "0a1b2c3d-0000-4000-8000-00000000cafe"
LOADED = ModelLoadedEvent(model="m-1", load_seconds=0.5, process_seconds=1.5, cold_start=False)


@pytest.fixture
def ingestion() -> Iterator[Ingestion]:
    with Ingestion() as server:
        yield server


@pytest.fixture
def telemetry(
    ingestion: Ingestion, identity_endpoint: IdentityEndpoint, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Telemetry]:
    monkeypatch.setattr(sender, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(sender, "LINGER_SECONDS", 0.0)
    environment = {
        "APPLICATIONINSIGHTS_CONNECTION_STRING": ingestion.connection_string,
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": f"Authorization=AAD;ClientId={CLIENT}",
    }
    opened = open_telemetry(Settings.from_environment(environment))
    yield opened
    opened.close()


def test_each_request_carries_the_token_of_the_identity(
    telemetry: Telemetry, ingestion: Ingestion, identity_endpoint: IdentityEndpoint
) -> None:
    assert identity_endpoint.asked == []
    track(telemetry, LOADED)
    wait_until(lambda: telemetry.counts().sent == 1)
    (asked,) = identity_endpoint.asked
    assert "resource=https://monitor.azure.com" in asked
    assert f"client_id={CLIENT}" in asked
    (event,) = ingestion.events()
    kind, token = event.headers["Authorization"].split()
    assert (kind, token.count(".")) == ("Bearer", 2)


def test_events_wait_until_the_identity_gives_a_token(
    telemetry: Telemetry, ingestion: Ingestion, identity_endpoint: IdentityEndpoint
) -> None:
    identity_endpoint.refuses = True
    track(telemetry, LOADED)
    wait_until(lambda: len(identity_endpoint.asked) >= 2)
    assert (telemetry.counts().waiting, ingestion.attempts) == (1, 0)
    identity_endpoint.refuses = False
    wait_until(lambda: telemetry.counts().sent == 1)
    assert len(ingestion.events()) == 1

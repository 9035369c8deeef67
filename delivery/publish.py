"""Sends a package to an app on the Flex Consumption plan, and waits until it is deployed.

Through the app's publishing endpoint ("one deploy"): POST ``/api/publish`` with the zip, then GET
``/api/deployments/ID`` until it has ended. Not through ``az functionapp deployment source config-zip``: that
builds every Python package in Azure again, and would deploy other wheels than those that were tested.
"""

import http.client
import json
import subprocess
import time
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from urllib.parse import urlsplit

from delivery.errors import DeliveryError

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 10.0
_TIMEOUT_SECONDS = 300.0
_SHOWN = 500


class Status(IntEnum):
    """How far a deployment is; the numbers are the endpoint's. Below 3 and what is not named: under way."""

    CANCELLED = -1
    FAILED = 3
    SUCCESS = 4
    CONFLICT = 5
    PARTIAL = 6


def publish(package: Path, endpoint: str, token: str, *, seconds: float, say: Callable[[str], None]) -> None:
    """Deploys the package; `endpoint` is such as ``https://NAME.scm.azurewebsites.net``.

    Raises `DeliveryError` when it is refused, fails, or has not ended after so many seconds. A poll that
    fails is made again: the endpoint may be away while the app changes.
    """
    until = time.monotonic() + seconds
    headers = {"Authorization": f"Bearer {token}"}
    status, body = _call(
        endpoint,
        "POST",
        "/api/publish?RemoteBuild=false&Deployer=delivery",
        {**headers, "Content-Type": "application/zip"},
        package.read_bytes(),
    )
    if status not in (200, 202):
        raise DeliveryError(f"{endpoint} refused the package (HTTP {status}): {body[:_SHOWN]}")
    name = body.strip().strip('"') or "latest"
    say(f"{package.name} is sent; the deployment is {name}")
    wait = FIRST_WAIT_SECONDS
    while True:
        found = _poll(endpoint, name, headers)
        if found == Status.SUCCESS:
            say("deployed")
            return
        if found in list(Status):
            raise DeliveryError(f"the deployment {name} ended as {Status(found).name.lower()}")
        if time.monotonic() + wait > until:
            raise DeliveryError(f"the deployment {name} has not ended after {seconds:g} seconds")
        time.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT_SECONDS)


def endpoint_of(app: str, group: str) -> str:
    """Where an app takes packages, asked of Azure (`az` must be logged in)."""
    host = azure(
        *("resource", "show", "--resource-group", group, "--name", app),
        *("--resource-type", "Microsoft.Web/sites"),
        *("--query", "properties.hostNameSslStates[?hostType=='Repository'].name | [0]"),
    )
    return f"https://{host}"


def access_token() -> str:
    """A token of whoever `az` is logged in as."""
    return azure("account", "get-access-token", "--query", "accessToken")


def azure(*arguments: str) -> str:
    """What `az` prints. Raises `DeliveryError` with what it says when it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            ["az", *arguments, "--output", "tsv"],  # noqa: S607 - wherever it is installed
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise DeliveryError("az (Azure CLI) is not installed") from None
    if done.returncode != 0 or not done.stdout.strip():
        raise DeliveryError(f"az {' '.join(arguments[:2])} failed: {done.stderr.strip()[:_SHOWN]}")
    return done.stdout.strip()


def _poll(endpoint: str, name: str, headers: dict[str, str]) -> int | None:
    try:
        status, body = _call(endpoint, "GET", f"/api/deployments/{name}", headers)
        found = json.loads(body)["status"] if status in (200, 202) else None
    except (OSError, http.client.HTTPException, DeliveryError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, int) else None


def _call(
    endpoint: str, method: str, path: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[int, str]:
    parts = urlsplit(endpoint)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        raise DeliveryError(f"{endpoint} gave no answer ({type(error).__name__})") from error
    finally:
        connection.close()

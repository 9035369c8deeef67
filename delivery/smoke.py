"""Does a deployed app work? Ready, predicting, and with the model that was in the package."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from delivery.errors import DeliveryError

TWEETS = {"my bag is lost and nobody helps, worst airline": "negative", "great crew, thank you!": "positive"}
"""Tweets that any model worth shipping gets right."""

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 10.0
_TIMEOUT_SECONDS = 60.0


def smoke(url: str, key: str | None, version: str, *, seconds: float, say: Callable[[str], None]) -> None:
    """Calls health, model and predict; everything must come from the model of that version.

    For so many seconds a fault is met with another attempt: an instance of the version before may still
    answer, a new one may still load. Raises `DeliveryError` with the last fault.
    """
    until = time.monotonic() + seconds
    fault, wait = "", FIRST_WAIT_SECONDS
    while True:
        try:
            _check(url.rstrip("/"), key, version)
        except DeliveryError as error:
            if str(error) != fault:
                say(f"not yet: {error}")
            fault = str(error)
        else:
            say(f"{url} is well and serves {version}")
            return
        if time.monotonic() + wait > until:
            raise DeliveryError(f"{url} is not well after {seconds:g} seconds: {fault}")
        time.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT_SECONDS)


def _check(url: str, key: str | None, version: str) -> None:
    health = _call(f"{url}/api/health", None)
    found = health.get("model", {}).get("version")
    if found != version:
        raise DeliveryError(f"health names the model {found}, not {version}")
    if _call(f"{url}/api/model", key).get("version") != version:
        raise DeliveryError(f"model is not that of {version}")
    for text, label in TWEETS.items():
        answer = _call(f"{url}/api/predict", key, {"text": text})
        if (answer.get("label"), answer.get("model")) != (label, version):
            given = f"{answer.get('label')} by {answer.get('model')}"
            raise DeliveryError(f"predict says {given} where {label} by {version} is right")


def _call(url: str, key: str | None, body: object = None) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"x-functions-key": key} if key else {})
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, headers)  # noqa: S310 - the address is the caller's
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
            found = json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            raise DeliveryError(f"{url} answers HTTP {error.code}: {_detail(error.read())}") from error
    except (OSError, http.client.HTTPException) as error:
        raise DeliveryError(f"{url} gives no answer ({type(error).__name__})") from error
    except ValueError as error:
        raise DeliveryError(f"{url} answers something that is not JSON") from error
    if not isinstance(found, dict):
        raise DeliveryError(f"{url} answers something that is no object")
    return found


def _detail(body: bytes) -> str:
    """What a problem says; health gives its reasons."""
    try:
        found = json.loads(body)
        return str(found.get("detail") or found.get("reasons") or "no reason given")
    except (ValueError, AttributeError):
        return "no reason given"

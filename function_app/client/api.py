"""The app's HTTP interface as the client calls it: with a key, and again where that may help."""

import http.client
import json
import random
import ssl
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

RETRY_STATUSES = frozenset({429, 502, 503, 504})
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 20.0
_TIMEOUT_SECONDS = 120.0
_SHOWN = 300


class ClientError(Exception):
    """What the client cannot do; the message is one line that also says what would help."""


@dataclass(frozen=True)
class Limits:
    """What the app takes at most in one request."""

    body_bytes: int
    text_characters: int
    batch_texts: int


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Api:
    """Calls the app over one connection that is kept, so it is for one thread.

    A call that meets no connection, too many requests (429) or an app that is not ready (502, 503, 504) is
    made again with growing pauses, or when `Retry-After` says, until `patience` seconds are over. `notice` is
    told once a call that it waits, and why. Raises `ClientError`.
    """

    def __init__(self, url: str, *, key: str | None, patience: float, notice: Callable[[str], None]) -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ClientError("--url must be an address such as http://127.0.0.1:7071")
        try:
            port = parts.port
        except ValueError:
            raise ClientError("--url must have a port from 0 to 65535, or none") from None
        if key and not (key.isascii() and key.isprintable()):
            raise ClientError("--key must be a function key: printable ASCII characters")
        path = parts.path.rstrip("/")
        self._path = path if path.endswith("/api") else f"{path}/api"
        self._url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{self._path}"
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, port, timeout=_TIMEOUT_SECONDS)
        self._headers = {"Accept": "application/json"} | ({"x-functions-key": key} if key else {})
        self._patience = patience
        self._notice = notice

    def limits(self) -> Limits:
        """What the app takes at most."""
        found = self._call("GET", "model")["limits"]
        return Limits(found["body_bytes"], found["text_characters"], found["batch_texts"])

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """The predictions of the texts, in order."""
        answer = self._call("POST", "predict/batch", {"texts": list(texts)})
        predictions: list[dict[str, Any]] = answer["predictions"]
        if len(predictions) != len(texts):
            raise ClientError(f"{self._url} answered {len(predictions)} predictions to {len(texts)} texts")
        return predictions

    def feedback(self, said: Mapping[str, object]) -> dict[str, Any]:
        """Sends feedback; a retry cannot make two of it."""
        return self._call("POST", "feedback", said, {"Idempotency-Key": str(uuid.uuid4())})

    def drift(self, *, limit: int, to_label: int) -> dict[str, Any]:
        """The last drift report with up to `limit` of the history and `to_label` tweets to label."""
        return self._call("GET", f"drift?limit={limit}" + (f"&to_label={to_label}" if to_label else ""))

    def simulate(self, shift: Mapping[str, object]) -> dict[str, Any]:
        """What the app's drift check makes of a simulated shift."""
        return self._call("POST", "drift/simulate", shift)

    def close(self) -> None:
        """Lets the connection go."""
        self._connection.close()

    def _call(
        self, method: str, route: str, content: object = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        give_up = time.monotonic() + self._patience
        longest, waited = FIRST_WAIT_SECONDS, False
        while True:
            try:
                answer = self._once(method, route, content, headers or {})
            except ssl.SSLCertVerificationError as error:
                raise ClientError(
                    f"{self._url}: its certificate is not valid ({error.verify_message})"
                ) from error
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                fault, wait = f"no answer ({type(error).__name__})", _pause(longest)
            else:
                if answer.status not in RETRY_STATUSES:
                    return self._read(answer)
                fault = f"HTTP {answer.status}"
                wait = _retry_after(answer.headers) or _pause(longest)
            if time.monotonic() + wait > give_up:
                raise ClientError(
                    f"{self._url}: {fault}; check --url, and that the app runs, or raise --patience"
                )
            if not waited:
                self._notice(f"{self._url}: {fault}; trying again for {self._patience:g} seconds")
            waited = True
            time.sleep(wait)
            longest = min(2 * longest, LONGEST_WAIT_SECONDS)

    def _once(self, method: str, route: str, content: object, headers: Mapping[str, str]) -> _Answer:
        body = None if content is None else json.dumps(content, ensure_ascii=False).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        self._connection.request(method, f"{self._path}/{route}", body, {**self._headers, **kind, **headers})
        response = self._connection.getresponse()
        return _Answer(response.status, dict(response.getheaders()), response.read())

    def _read(self, answer: _Answer) -> dict[str, Any]:
        if 300 <= answer.status < 400:
            where = answer.headers.get("Location", "another address")[:_SHOWN]
            raise ClientError(f"{self._url} moved to {where}; give that address with --url")
        try:
            found = json.loads(answer.body)
        except ValueError:
            found = None
        if answer.status == 401 or (answer.status == 403 and not isinstance(found, dict)):
            raise ClientError(f"{self._url} refuses the key; give one with --key or in TWEETS_KEY")
        if not isinstance(found, dict):
            raise ClientError(f"{self._url} answered HTTP {answer.status} without JSON; check --url")
        if answer.status >= 400:
            detail = str(found.get("detail", "no reason given"))[:_SHOWN]
            raise ClientError(f"{self._url} refused (HTTP {answer.status}): {detail}")
        return found


def _pause(longest: float) -> float:
    """Seconds, random so that clients that were refused together do not come back together."""
    return random.uniform(longest / 2, longest)  # noqa: S311 - no secret


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that the app asks for; a date instead of them counts as none."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    return float(text) if text.isascii() and text.isdigit() else None

"""One hostile request as it goes over the wire, and how an ordinary one is spelled."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

JSON = {"Content-Type": "application/json"}
HOST = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Attack:
    """`pieces` are sent one by one, `pause` seconds apart; with `ends` the sender then closes its half.

    `answers`: how many must come. Where the HTTP itself is broken (`whole` false) fewer may, if the
    connection is closed instead. `bodiless`: answers have no body (HEAD). `not_implemented`: HTTP asks for a
    501 here.
    """

    kind: str
    pieces: tuple[bytes, ...]
    answers: int = 1
    whole: bool = True
    ends: bool = False
    pause: float = 0.0
    bodiless: bool = False
    not_implemented: bool = False


Maker = Callable[[random.Random], Attack]
"""Makes an attack of its kind by chance."""


def request(
    target: str | bytes = "/api/predict",
    body: bytes | None = None,
    headers: Mapping[str, str | bytes] | None = None,
    *,
    method: str = "POST",
    version: str = "HTTP/1.1",
    host: str | None = HOST,
    close: bool = True,
) -> bytes:
    """A request; without a body there is no Content-Length either."""
    path = target.encode() if isinstance(target, str) else target
    lines = [b" ".join((method.encode(), path, version.encode())).rstrip()]
    if host is not None:
        lines.append(b"Host: " + host.encode("latin-1"))
    for name, value in (headers or {}).items():
        lines.append(name.encode("latin-1") + b": " + (value.encode() if isinstance(value, str) else value))
    if body is not None and not {"Content-Length", "Transfer-Encoding"} & set(headers or {}):
        lines.append(f"Content-Length: {len(body)}".encode())
    if close:
        lines.append(b"Connection: close")
    return b"\r\n".join([*lines, b"", body or b""])


def post(route: str, body: bytes, headers: Mapping[str, str | bytes] | None = None) -> bytes:
    """A request that says that it brings JSON, unless `headers` say otherwise."""
    return request(f"/api/{route}", body, {**JSON, **(headers or {})})


def as_json(value: object) -> bytes:
    """A value as an ordinary caller sends it."""
    return json.dumps(value).encode()

"""What stands before the body: odd methods, addresses and versions, and headers of every kind."""

import random
from collections.abc import Mapping

from tests.chaos.hostile.attack import JSON, Attack, Maker, as_json, request
from tests.chaos.hostile.valid import MARK

_BODY = as_json({"text": f"late {MARK}"})
_REFUSED = as_json({"text": 1})
"""A body that changes nothing: for requests whose answer nobody reads."""


def media_types(chance: random.Random) -> Attack:
    media = chance.choice(
        (
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/xml",
            "",
            "json",
            "application/json" + "x" * 9000,
            "application/json; charset=utf-16",
            'application/json; charset="',
            "application/json;;;",
            "*/*",
            "/",
            "\xa0",
        )
    )
    return Attack(
        kind="other media types", pieces=(request("/api/predict", _REFUSED, {"Content-Type": media}),)
    )


def many_headers(chance: random.Random) -> Attack:
    count, length = chance.choice(((8_000, 1), (2_000, 50), (1, 200_000), (100, 1_000)))
    headers = {f"X-{at}": "v" * length for at in range(count)}
    return Attack(
        kind="many and long headers", pieces=(request("/api/predict", _REFUSED, {**JSON, **headers}),)
    )


def huge_headers(chance: random.Random) -> Attack:
    headers = {**JSON, "X-Huge": "v" * chance.choice((262_144, 300_000, 1_000_000))}
    return Attack(
        kind="headers over the limit",
        pieces=(request("/api/predict", _REFUSED, headers),),
        whole=False,
        ends=True,
    )


def header_values(chance: random.Random) -> Attack:
    name = chance.choice(
        (
            "Idempotency-Key",
            "traceparent",
            "x-functions-key",
            "Host",
            "Cookie",
            "Range",
            "Accept",
            "X-Forwarded-For",
            "Forwarded",
            "If-None-Match",
            "Accept-Language",
            "Authorization",
            "X-HTTP-Method-Override",
        )
    )
    value = chance.choice(
        (
            b"%0d%0aSet-Cookie: a=b",
            b"\xff\xfe",
            b"a" * 9000,
            "é".encode(),
            b"{}",
            b"[",
            b"]",
            b"00-x-y-z",
            b"\t",
            b"",
            b"bytes=0-,0-,0-",
            b"DELETE",
            b"\\",
            b'"',
            b"a\x00b",
            b"[::1",
            b"a:b:c",
            b"a@b",
            b"%",
        )
    )
    target, method, body = chance.choice(
        (
            ("/api/predict", "POST", _REFUSED),
            ("/api/openapi.json", "GET", None),
            ("/api/feedback", "POST", b"{}"),
            ("/api/ui", "GET", None),
            ("/api/docs", "GET", None),
            ("/api/drift", "GET", None),
        )
    )
    headers = {**JSON, name: value}
    host = None if name == "Host" else "127.0.0.1"
    return Attack(
        kind="odd header values", pieces=(request(target, body, headers, method=method, host=host),)
    )


def header_breaks(chance: random.Random) -> Attack:
    line = chance.choice(
        (
            b"X: a\rSet-Cookie: b",
            b"X: a\nY: b",
            b"X : a",
            b": a",
            b"X\x00: a",
            b" folded",
            b"X: a\r\n b",
            b"no colon",
            b"\xff: a",
        )
    )
    raw = request("/api/predict", _REFUSED, JSON).replace(b"\r\n", b"\r\n" + line + b"\r\n", 1)
    return Attack(kind="broken headers", pieces=(raw,), whole=False, ends=True)


def methods(chance: random.Random) -> Attack:
    method = chance.choice(
        ("DELETE", "PUT", "PATCH", "TRACE", "OPTIONS", "PROPFIND", "HEAD", "GET", "X" * 5_000, "!#$")
    )
    target = chance.choice(("/api/predict", "/api/health", "/", "/nothing", "/api/feedback"))
    return Attack(
        kind="odd methods",
        pieces=(request(target, _REFUSED, JSON, method=method),),
        bodiless=method == "HEAD",
    )


def routes(chance: random.Random) -> Attack:
    target = chance.choice(
        (
            b"/api/%70redict",
            b"/api/predict%00",
            b"/api/..%2fpredict",
            b"/%2e%2e/%2e%2e/etc/passwd",
            b"/api/%ff%fe",
            b"//api//predict",
            b"/api/predict/../feedback",
            b"/api/ui/x/..%2f..%2f..%2fmain.py",
            b"/api/ui/v/....//main.py",
            b"/api/" + b"a" * 50000,
            b"/api/drift?limit=%ff",
            b"/api/drift?limit=" + b"9" * 9000,
            b"/api/drift?limit=1&limit=2",
            b"/api/drift?before=-1",
            b"/api/alerts?" + b"a=b&" * 9000,
            b"/api/alerts?limit=0",
            b"/API/PREDICT",
            b"/api/predict;x=1",
            b"/api/%E2%80%AE",
            b"/admin/functions/x",
            b"/admin/functions/%2e%2e",
            b"/api/drift?%",
            b"/api/ui/%00/x",
            b"/api/ui/v/%5c..%5cx",
        )
    )
    method = chance.choice(("GET", "POST"))
    body = _REFUSED if method == "POST" else None
    return Attack(kind="odd routes and queries", pieces=(request(target, body, JSON, method=method),))


def targets(chance: random.Random) -> Attack:
    target = chance.choice(
        (
            b"*",
            b"api/predict",
            b"http://[::1/api/predict",
            b"http://other.example/api/predict",
            b"/api/ predict",
            b"/api/\x00",
            b"",
            b"http://",
            b"//",
            b"/api/\xff",
            b"other.example:443",
            b"/#x",
            b"?",
            b"http://[",
            b"\\",
        )
    )
    raw = request(target, _REFUSED, JSON, method=chance.choice(("POST", "GET", "CONNECT")))
    return Attack(kind="broken request lines", pieces=(raw,), whole=False, ends=True)


def versions(chance: random.Random) -> Attack:
    version = chance.choice(
        ("HTTP/0.9", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/9.9", "HTTP/1", "HTTPS/1.1", "", "http/1.1")
    )
    raw = request("/api/predict", _REFUSED, JSON, version=version)
    return Attack(kind="other versions", pieces=(raw,), whole=False, ends=True)


def expectations(chance: random.Random) -> Attack:
    extra = chance.choice(
        (
            {"Expect": "100-continue"},
            {"Upgrade": "websocket", "Connection": "Upgrade"},
            {"TE": "trailers"},
            {"Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"},
            {"Expect": "200-maybe"},
            {"Connection": "close, x"},
        )
    )
    return Attack(
        kind="expectations and upgrades", pieces=(request("/api/predict", _BODY, {**JSON, **extra}),)
    )


HEADS: Mapping[Maker, float] = {
    media_types: 1,
    many_headers: 0.5,
    huge_headers: 0.3,
    header_values: 1,
    header_breaks: 1,
    methods: 1,
    routes: 1,
    targets: 1,
    versions: 0.5,
    expectations: 0.5,
}
"""How often each comes, beside the others."""

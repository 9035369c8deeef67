"""Where a request begins and ends: wrong lengths, broken chunks, pipelines, and senders that go or dawdle."""

import random
from collections.abc import Mapping

from tests.chaos.hostile.attack import JSON, Attack, Maker, as_json, request
from tests.chaos.hostile.valid import MARK

_BODY = as_json({"text": f"late {MARK}"})
_REFUSED = as_json({"text": 1})
"""A body that changes nothing: for requests whose answer nobody reads."""


def wrong_length(chance: random.Random) -> Attack:
    length = chance.choice(
        (
            len(_REFUSED) + 1,
            10_000,
            0,
            3,
            -1,
            "abc",
            "1e3",
            "+5",
            "0x10",
            "5, 5",
            "",
            "9" * 30,
            "9" * 5_000,
            "１",
        )
    )
    raw = request("/api/predict", _REFUSED, {**JSON, "Content-Length": str(length)}, close=False)
    return Attack(kind="wrong Content-Length", pieces=(raw,), whole=False, ends=True)


def two_lengths(chance: random.Random) -> Attack:
    other = chance.choice(
        (b"Content-Length: 0", b"Content-Length: 99", b"content-length: 11", b"Transfer-Encoding: chunked")
    )
    raw = request("/api/predict", _REFUSED, JSON).replace(b"\r\n", b"\r\n" + other + b"\r\n", 1)
    return Attack(kind="two lengths", pieces=(raw,), whole=False, ends=True)


def chunked(chance: random.Random) -> Attack:
    body = _BODY if chance.random() < 0.5 else _REFUSED
    pieces = tuple(b"%x\r\n%s\r\n" % (1, body[at : at + 1]) for at in range(len(body)))
    head = request("/api/predict", b"", {**JSON, "Transfer-Encoding": "chunked"})
    return Attack(kind="a chunk for each byte", pieces=(head, *pieces, b"0\r\n\r\n"))


def broken_chunks(chance: random.Random) -> Attack:
    broken = chance.choice(
        (
            b"zz\r\nabc\r\n0\r\n\r\n",
            b"-1\r\na\r\n0\r\n\r\n",
            b"3\r\nabcdef\r\n0\r\n\r\n",
            b"5\r\nab",
            b"0",
            b"\r\n\r\n",
            b"FFFFFFFFFFFFFFFFFF\r\n" + _REFUSED,
            b"1;a=\x00\r\na\r\n0\r\n\r\n",
            b"0x5\r\nhello\r\n0\r\n\r\n",
            b"",
        )
    )
    head = request("/api/predict", b"", {**JSON, "Transfer-Encoding": "chunked"})
    return Attack(kind="broken chunks", pieces=(head + broken,), whole=False, ends=True)


def transfer_codings(chance: random.Random) -> Attack:
    coding = chance.choice(
        ("gzip", "chunked, gzip", "identity", "chunked\x0b", "xchunked", "deflate, chunked")
    )
    raw = request("/api/predict", _REFUSED, {**JSON, "Transfer-Encoding": coding})
    return Attack(
        kind="unknown transfer codings", pieces=(raw,), whole=False, ends=True, not_implemented=True
    )


def noise(chance: random.Random) -> Attack:
    raw = chance.choice(
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + chance.randbytes(500),
            b"SSH-2.0-x\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            chance.randbytes(2000) + b"\r\n\r\n",
            b"\r\n" * 500,
            b"\x00" * 5000,
            b"GET",
            b"{}\r\n\r\n",
            b"EHLO x\r\n\r\n",
        )
    )
    return Attack(kind="no HTTP at all", pieces=(raw,), whole=False, ends=True)


def pipelined(chance: random.Random) -> Attack:
    ours = request("/api/predict", _BODY, JSON, close=False)
    refused = request("/api/predict", _REFUSED, JSON, close=False)
    row = [chance.choice((ours, refused)) for _ in range(chance.randint(2, 6))]
    return Attack(kind="pipelined", pieces=(b"".join(row),), answers=len(row))


def pipelined_noise(chance: random.Random) -> Attack:
    ours = request("/api/predict", _BODY, JSON, close=False)
    return Attack(
        kind="pipelined noise",
        pieces=(ours + chance.randbytes(300) + b"\r\n\r\n",),
        answers=2,
        whole=False,
        ends=True,
    )


def cut_short(chance: random.Random) -> Attack:
    raw = request("/api/predict", _BODY, JSON)
    cut = raw[: chance.randrange(1, len(raw))]
    return Attack(kind="requests cut short", pieces=(cut,), whole=False, ends=True)


def half_closed(chance: random.Random) -> Attack:
    return Attack(kind="half-closed sockets", pieces=(request("/api/predict", _BODY, JSON),), ends=True)


def gone(chance: random.Random) -> Attack:
    """The sender is gone before the answer comes."""
    raw = request("/api/predict", _REFUSED, JSON)
    return Attack(kind="senders that are gone", pieces=(raw,) * chance.randint(1, 3), answers=0, whole=False)


def slow(chance: random.Random) -> Attack:
    raw = request("/api/predict", _BODY, JSON)
    step = len(raw) // 20
    pieces = tuple(raw[at : at + step] for at in range(0, len(raw), step))
    return Attack(kind="slow senders", pieces=pieces, pause=chance.uniform(0.001, 0.02))


FRAMING: Mapping[Maker, float] = {
    wrong_length: 1,
    two_lengths: 0.5,
    chunked: 0.5,
    broken_chunks: 1,
    transfer_codings: 0.5,
    noise: 1,
    pipelined: 0.5,
    pipelined_noise: 0.5,
    cut_short: 1,
    half_closed: 0.5,
    gone: 0.5,
    slow: 0.2,
}
"""How often each comes, beside the others."""

"""JSON that is right and its contents hard: too large, too many, packed; odd texts, ids and dates."""

import functools
import gzip
import json
import random
import zlib
from collections.abc import Mapping

from tests.chaos.hostile.attack import Attack, Maker, as_json, post
from tests.chaos.hostile.valid import BODY_BYTES, MARK, UUID, VALID, to_any

_BOMB = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress}


def too_large(chance: random.Random) -> Attack:
    size = chance.choice((BODY_BYTES - 20, BODY_BYTES, BODY_BYTES + 1, 2 * BODY_BYTES, 1_000_000))
    body = as_json({"text": "a" * (size - 12)})
    return to_any("larger than allowed", chance, body)


def ten_megabytes(chance: random.Random) -> Attack:
    inside = chance.choice((b"a", b"[", b"\\u0041", b"\x00", b"1,"))
    return to_any("10 MB", chance, b'{"text": "' + inside * (10_000_000 // len(inside)) + b'"}')


def too_many(chance: random.Random) -> Attack:
    count = chance.choice((1_001, 5_000, 50_000))
    many: object = chance.choice(([""] * count, ["a"] * count, [[]] * count, list(range(count))))
    if chance.random() < 0.3:
        return to_any("too many values", chance, as_json({f"k{at}": at for at in range(15_000)}))
    return Attack(kind="too many values", pieces=(post("predict/batch", as_json({"texts": many})),))


def hard_texts(chance: random.Random) -> Attack:
    """Right requests with texts that are hard to read: they are answered."""
    pieces = (
        "😀",
        "👩‍👩‍👧‍👦",
        "\u202e",
        "e\u0301\u0327",
        "\u200b",
        "\ufeff",
        "\uffff",
        "\U0010ffff",
        "مرحبا",
        "🏳️‍🌈",
        "\ue000",
    )
    text = chance.choice(
        (
            "a" * 2_000,
            "a " * 1_000,
            "@" * 2_000,
            "http://" * 200,
            "#😀" * 500,
            "".join(chance.choice(pieces) for _ in range(chance.randint(1, 200))),
            "".join(
                chr(chance.choice((chance.randrange(1, 0xD800), chance.randrange(0xE000, 0x110000))))
                for _ in range(300)
            ),
            "'; DROP TABLE predictions; --",
            f"\n[ERROR] {MARK} \r\n\x1b[31m",
            "{{7*7}} ${jndi:ldap://x} <script>",
            "(a+)+$" * 100,
            "a" * 2_001,
            " \u3000 ",
        )
    )
    route = chance.choice(("predict", "retrain", "predict/batch"))
    body: dict[str, object] = {"texts": [text, text]} if route == "predict/batch" else {"text": text}
    if route == "retrain":
        body["label"] = chance.choice(("positive", "negative", "neutral"))
    return Attack(kind="hard texts", pieces=(post(route, as_json(body)),))


def odd_ids(chance: random.Random) -> Attack:
    identity = chance.choice(
        (
            UUID,
            UUID.upper(),
            f"{{{UUID}}}",
            f" {UUID}",
            UUID.replace("-", ""),
            "٠" * 36,
            "0" * 36,
            "../../x",
            "",
            UUID * 50,
        )
    )
    body = {
        "prediction_id": identity,
        chance.choice(("correct", "label")): chance.choice((True, "negative", "x")),
    }
    return Attack(kind="odd ids", pieces=(post("feedback", as_json(body)),))


def odd_alerts(chance: random.Random) -> Attack:
    alert = json.loads(as_json(VALID["alerts"]))
    moments = (
        "2026-13-01",
        "9999-12-31T23:59:59+14:00",
        "0001-01-01T00:00:00+23:59",
        "0001-01-01T00:00:00-23:59",
    )
    fault = chance.choice(("date", "context", "ids", "word"))
    essentials = alert["data"]["essentials"]
    if fault == "date":
        essentials["firedDateTime"] = chance.choice(
            (*moments, "10000-01-01T00:00:00Z", "now", "1e9", "2020-W01-1", "T")
        )
    elif fault == "context":
        context: object = 1
        for _ in range(chance.choice((10, 300))):
            context = {"condition": context, "allOf": [context]} if chance.random() < 0.02 else [context]
        alert["data"]["alertContext"] = context
    elif fault == "ids":
        essentials["alertTargetIDs"] = ["x"] * chance.choice((1_000, 1_001, 20_000))
    else:
        essentials[chance.choice(list(essentials))] = chance.choice(("", "x" * 4_097, "Sev9", "\u0000"))
    return Attack(kind="odd alerts", pieces=(post("alerts", as_json(alert)),))


def bombs(chance: random.Random) -> Attack:
    """10 MB behind some kilobytes; what nobody unpacks cannot burst."""
    coding = chance.choice(
        ("gzip", "x-gzip", "deflate", "br", "zstd", "gzip, gzip", "identity, gzip", "compress")
    )
    packed = _packed(coding)
    return to_any("zip bombs", chance, packed, **{"Content-Encoding": coding})


@functools.cache
def _packed(coding: str) -> bytes:
    return _BOMB.get(coding, gzip.compress)(b" " * 10_000_000)


CONTENTS: Mapping[Maker, float] = {
    too_large: 0.5,
    ten_megabytes: 0.05,
    too_many: 0.5,
    hard_texts: 1,
    odd_ids: 1,
    odd_alerts: 1,
    bombs: 0.3,
}
"""How often each comes, beside the others."""

"""Bodies that are no JSON, or not the one that is asked for, in HTTP that is right."""

import json
import random
from collections.abc import Mapping

from tests.chaos.hostile.attack import Attack, Maker, as_json, post
from tests.chaos.hostile.valid import FIELDS, MARK, VALID, to_any


def _in_a_field(chance: random.Random, kind: str, raw: bytes) -> Attack:
    """A value that JSON libraries cannot write, in a field of a request that is right but for it."""
    route = chance.choice(list(VALID))
    name = chance.choice(FIELDS[route])
    marked = as_json({**VALID[route], name: "HERE"})
    return Attack(kind=kind, pieces=(post(route, marked.replace(b'"HERE"', raw)),))


def deep_nesting(chance: random.Random) -> Attack:
    depth = chance.choice((50, 500, 1_100, 5_000, 50_000))
    opening, closing = chance.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")))
    inside = opening * depth + chance.choice((b"1", b"", b'"x"'))
    nested = inside + closing * depth if chance.random() < 0.6 else inside
    return (
        _in_a_field(chance, "deep nesting", nested)
        if chance.random() < 0.7
        else to_any("deep nesting", chance, nested)
    )


def huge_numbers(chance: random.Random) -> Attack:
    digits = b"9" * chance.choice((20, 400, 5_000, 100_000))
    raw = chance.choice(
        (b"1e999", b"-1e999", b"1E+400", digits, b"-" + digits, b"0." + digits, b"1e-999", b"-0")
    )
    return _in_a_field(chance, "huge numbers", raw)


def no_numbers(chance: random.Random) -> Attack:
    raw = chance.choice(
        (b"NaN", b"Infinity", b"-Infinity", b"nan", b"0x10", b"01", b"1.", b".5", b"+1", b"1_0")
    )
    return _in_a_field(chance, "NaN, Infinity and other no numbers", raw)


def lone_surrogates(chance: random.Random) -> Attack:
    half = chance.choice((r"\ud800", r"\udc00", r"\ud83d", r"\udfff\ud800", r"\ud800x", r"\uD83D\u0041"))
    if chance.random() < 0.3:
        return to_any("lone surrogates", chance, b'{"' + half.encode() + b'": 1}')
    return _in_a_field(chance, "lone surrogates", f'"a {half} b"'.encode())


def broken_utf8(chance: random.Random) -> Attack:
    bad = chance.choice(
        (
            b"\xc0\xaf",
            b"\xe0\x80\xaf",
            b"\xed\xa0\x80",
            b"\xf8\x88\x80\x80\x80",
            b"\xff\xfe",
            b"\xe2\x82",
            b"\x80",
        )
    )
    return _in_a_field(chance, "broken and overlong UTF-8", b'"a ' + bad + b' b"')


def other_encodings(chance: random.Random) -> Attack:
    codec = chance.choice(
        ("utf-16", "utf-16-le", "utf-32", "utf-32-be", "utf-8-sig", "utf-7", "cp1252", "cp037")
    )
    body = json.dumps({"text": f"grüße {MARK}"}, ensure_ascii=False).encode(codec)
    said = chance.choice(("", "; charset=utf-8", f"; charset={codec}", "; charset=", '; charset="'))
    return to_any("other encodings and BOMs", chance, body, **{"Content-Type": f"application/json{said}"})


def nul_and_control(chance: random.Random) -> Attack:
    raw = chance.choice(
        (b'"a\\u0000b"', b'"a\x00b"', b'"a\x1fb"', b'"\x7f"', b'"\\u0001\\u0002"', b'"a\nb"', b'"\t"')
    )
    return _in_a_field(chance, "NUL and control characters", raw)


def repeated_names(chance: random.Random) -> Attack:
    route = chance.choice(list(VALID))
    name = chance.choice(FIELDS[route])
    body = (
        as_json(VALID[route])[:-1]
        + b", "
        + b", ".join([as_json(name) + b': "x"'] * chance.choice((1, 2, 9_000)))
        + b"}"
    )
    return Attack(kind="repeated names", pieces=(post(route, body),))


def wrong_kinds(chance: random.Random) -> Attack:
    raw = chance.choice(
        (b"null", b"1", b"1.5", b"true", b"[]", b"{}", b'""', b'"x"', b"[[]]", b'[null, "a"]', b'["a"]')
    )
    return _in_a_field(chance, "wrong kinds of values", raw)


def unknown_names(chance: random.Random) -> Attack:
    name = chance.choice(
        ("__proto__", "constructor", "a" * 50_000, "", "\u202e", "text ", "TEXT", "$ne", "\\u0000")
    )
    return to_any("unknown names", chance, as_json({**chance.choice(list(VALID.values())), name: 1}))


def cut_json(chance: random.Random) -> Attack:
    body = as_json(chance.choice(list(VALID.values())))
    return to_any("JSON cut short", chance, body[: chance.randrange(len(body))])


def mutated_json(chance: random.Random) -> Attack:
    route = chance.choice(list(VALID))
    body = bytearray(as_json(VALID[route]))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(body))
        body[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
    return Attack(kind="JSON with random changes", pieces=(post(route, bytes(body)),))


def random_bytes(chance: random.Random) -> Attack:
    return to_any("random bytes", chance, chance.randbytes(chance.choice((1, 10, 1_000, 50_000))))


def almost_json(chance: random.Random) -> Attack:
    body = chance.choice(
        (
            b"{'text': 'a'}",
            b'{"text": "a",}',
            b'{text: "a"}',
            b'// c\n{"text": "a"}',
            b'{"text": "a"} {"text": "b"}',
            b'{"text": "a"}]',
            b"",
            b"  \n ",
            b"null",
            b"true",
            b'"text"',
            b"[]",
            b"{}",
            b'{"text": "\\x41"}',
            b"\x1e{}",
            b'{"text"\x00: "a"}',
            b"<text>a</text>",
            b"text=a&record=false",
            b'{"text": "a"' + b" " * 100000 + b"}",
        )
    )
    return to_any("almost JSON", chance, body)


BODIES: Mapping[Maker, float] = {
    deep_nesting: 1,
    huge_numbers: 1,
    no_numbers: 1,
    lone_surrogates: 1,
    broken_utf8: 1,
    other_encodings: 1,
    nul_and_control: 1,
    repeated_names: 1,
    wrong_kinds: 1,
    unknown_names: 1,
    cut_json: 1,
    mutated_json: 1,
    random_bytes: 1,
    almost_json: 1,
}
"""How often each comes, beside the others."""

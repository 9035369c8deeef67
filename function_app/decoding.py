"""How the bytes of a request body become a request, or an error that a person understands."""

import json
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from function_app.contract import LABELS, Limits, Request
from function_app.errors import InvalidRequestError

T = TypeVar("T", bound=Request)
J = TypeVar("J")

Choices = Mapping[str, tuple[str, ...]]
"""The values that a field takes, by its name."""

NO_CHOICES: Choices = MappingProxyType({})

_NAME_SHOWN = 60
_KINDS = {
    "object": "an object",
    "array": "an array",
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
}
_WRONG_KIND = re.compile(
    r"Expected `(?P<right>[^`]+)`, got `(?P<wrong>[^`]+)`(?: - at `(?P<path>.+)`)?", re.S
)
_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]+)`(?: - at `(?P<path>.+)`)?", re.S)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>.*)`(?: - at `(?P<path>.+)`)?", re.S)
_OUT_OF_RANGE = re.compile(r"Expected `(?:int|float)` (?P<sign>[<>]=) (?P<bound>[^ ]+) - at `(?P<path>.+)`")
_AT = re.compile(r" - at `(?P<path>[^`]+)`")


def decode(body: bytes, kind: type[T], limits: Limits) -> T:
    """Reads a JSON body as `kind` and checks it.

    Raises `InvalidRequestError` for everything that is not a valid request, whatever the bytes are.
    """
    request = decode_json(body, kind, fields=_names(kind), choices=_choices(kind))
    _refuse_repeated_names(body)
    request.check(limits)
    return request


def decode_json(body: bytes, kind: type[J], *, fields: tuple[str, ...], choices: Choices = NO_CHOICES) -> J:
    """Reads a JSON body as `kind`, unchecked; `fields` are named to a caller who gives another one.

    `choices` are named to one who gives another value for a field that takes a few only.

    Raises `InvalidRequestError`.
    """
    if not body.strip(b" \t\r\n"):
        raise InvalidRequestError("The body is empty; it must be a JSON object")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise InvalidRequestError(_plain(str(error), fields, choices)) from None
    except UnicodeDecodeError:
        raise InvalidRequestError("The body is not valid UTF-8; it must be JSON in UTF-8") from None
    except (msgspec.DecodeError, RecursionError):
        raise InvalidRequestError(_malformed(body)) from None


def _refuse_repeated_names(body: bytes) -> None:
    """RFC 8259 leaves the meaning of a name given twice open, so no meaning is guessed."""

    def pairs(items: list[tuple[str, object]]) -> None:
        seen: set[str] = set()
        for name, _ in items:
            if name in seen:
                raise InvalidRequestError(f"{name[:_NAME_SHOWN]}: two values were given; give one")
            seen.add(name)

    try:
        json.loads(body, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        raise InvalidRequestError(_malformed(body)) from None


def _malformed(body: bytes) -> str:
    """Where the body stops being JSON: the standard library's parser says it with line and column."""
    try:
        json.loads(body.decode(), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        return f"The body is not JSON (line {error.lineno}, column {error.colno}); it must be a JSON object"
    except UnicodeDecodeError:
        return "The body is not valid UTF-8; it must be JSON in UTF-8"
    except (RecursionError, ValueError):
        return "The body is nested too deeply or holds a number too long; it must be a plain JSON object"
    return "The body holds half of a surrogate pair, such as \\ud800 alone; characters must be whole"


def _refuse_constant(name: str) -> None:
    raise InvalidRequestError(f"The body holds {name}, which JSON does not have; it must be a JSON object")


def _plain(message: str, fields: tuple[str, ...], choices: Choices) -> str:
    """msgspec's message in words that name the field, the kind of its value, and what is right."""
    if found := _WRONG_KIND.fullmatch(message):
        where = _field(found["path"])
        return f"{where}: {_kind(found['wrong'])} was given; it must be {_kind(found['right'])}"
    if found := _MISSING.fullmatch(message):
        return f"{found['field']}: nothing was given; the field is required"
    if found := _UNKNOWN.fullmatch(message):
        return f"{found['field'][:_NAME_SHOWN]}: there is no such field; the fields are {', '.join(fields)}"
    if found := _OUT_OF_RANGE.fullmatch(message):
        rule = "at least" if found["sign"] == ">=" else "at most"
        bound = f"{float(found['bound']):,.16g}"
        return f"{_field(found['path'])}: a number out of range was given; it must be {rule} {bound}"
    found = _AT.search(message)
    where = _field(found["path"] if found else None)
    if message.startswith("Invalid enum value"):
        return f"{where}: another string was given; it must be one of {', '.join(choices.get(where, LABELS))}"
    return f"{where}: the value given cannot be used"


@cache
def _choices(kind: type[Any]) -> Choices:
    return {
        field.encode_name: get_args(field.type)
        for field in msgspec.structs.fields(kind)
        if get_origin(field.type) is Literal
    }


def _names(kind: type[Any]) -> tuple[str, ...]:
    names: tuple[str, ...] = kind.__struct_fields__
    return names


def _field(path: str | None) -> str:
    return "The body" if path is None else path.removeprefix("$").removeprefix(".")[:_NAME_SHOWN]


def _kind(names: str) -> str:
    return " or ".join(_KINDS.get(name.strip(), name.strip()) for name in names.split("|"))

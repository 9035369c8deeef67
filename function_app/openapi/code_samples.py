"""How a request is made with curl, in Python and in JavaScript, ready to copy.

The function key comes from the environment variable `TWEETS_KEY`, so that it is in no code.
"""

import json
import shlex
from collections.abc import Mapping
from urllib.parse import urlencode

from msgspec import UNSET, Struct

from function_app.openapi.exchanges import Exchange

KEY_VARIABLE = "TWEETS_KEY"
_KEY_HEADER = "x-functions-key"
_WIDTH = 88
_JSON: Mapping[str, str] = {}
_PYTHON: Mapping[str, str] = {"true": "True", "false": "False", "null": "None"}


class Sample(Struct, frozen=True, rename={"language": "lang"}):
    """One program, in the form of the extension `x-codeSamples`."""

    language: str
    label: str
    source: str


def samples_of(exchange: Exchange, *, method: str, url: str, needs_key: bool) -> list[Sample]:
    """The programs that send the request and print the answer."""
    address = f"{url}?{urlencode(exchange.query)}" if exchange.query else url
    return [
        Sample("shell", "curl", _curl(exchange, method, address, needs_key)),
        Sample("python", "Python", _python(exchange, method, url, needs_key)),
        Sample("javascript", "JavaScript", _javascript(exchange, method, address, needs_key)),
    ]


def _curl(exchange: Exchange, method: str, address: str, needs_key: bool) -> str:
    parts = [f"curl -s {shlex.quote(address)}"]
    if method not in {"GET", "POST"} or (method == "POST" and exchange.body is UNSET):
        parts[0] += f" -X {method}"
    if needs_key:
        parts.append(f'-H "{_KEY_HEADER}: ${KEY_VARIABLE}"')
    parts.extend(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in _headers(exchange).items())
    if exchange.body is not UNSET:
        parts.append(f"-d {shlex.quote(_json(exchange.body))}")
    return " \\\n  ".join(parts)


def _python(exchange: Exchange, method: str, url: str, needs_key: bool) -> str:
    headers = [f"{_quoted(name)}: {_quoted(value)}" for name, value in exchange.headers.items()]
    if needs_key:
        headers.insert(0, f'{_quoted(_KEY_HEADER)}: os.environ.get("{KEY_VARIABLE}", "")')
    lines = [
        *(["import os", ""] if needs_key else []),
        "import requests",
        "",
        f"response = requests.{method.lower()}(",
        f"    {_quoted(url)},",
        *([f"    headers={{{', '.join(headers)}}},"] if headers else []),
        *([f"    params={_literal(exchange.query, _PYTHON)},"] if exchange.query else []),
        *([f"    json={_literal(exchange.body, _PYTHON, indent=4)},"] if exchange.body is not UNSET else []),
        "    timeout=60,",
        ")",
        "print(response.status_code, response.text)",
    ]
    return "\n".join(lines)


def _javascript(exchange: Exchange, method: str, address: str, needs_key: bool) -> str:
    headers = [f"{_quoted(name)}: {_quoted(value)}" for name, value in _headers(exchange).items()]
    if needs_key:
        headers.insert(0, f'{_quoted(_KEY_HEADER)}: process.env.{KEY_VARIABLE} ?? ""')
    options = [
        *([f'  method: "{method}",'] if method != "GET" else []),
        *([f"  headers: {{ {', '.join(headers)} }},"] if headers else []),
    ]
    if exchange.body is not UNSET:
        options.append(f"  body: JSON.stringify({_literal(exchange.body, _JSON, indent=2)}),")
    call = [f"const response = await fetch({_quoted(address)}, {{", *options, "});"]
    if not options:
        call = [f"const response = await fetch({_quoted(address)});"]
    return "\n".join([*call, "console.log(response.status, await response.text());"])


def _headers(exchange: Exchange) -> Mapping[str, str]:
    content = {} if exchange.body is UNSET else {"Content-Type": "application/json"}
    return content | exchange.headers


def _quoted(text: str) -> str:
    """A string as all of JSON, Python and JavaScript write it."""
    return json.dumps(text, ensure_ascii=False)


def _literal(value: object, words: Mapping[str, str], *, indent: int = 0) -> str:
    """A JSON value in one line, or in many where that would be a long one; `words` are those for true etc."""
    if isinstance(value, dict):
        opened, closed = "{}"
        inner = [f"{_quoted(name)}: {_literal(one, words, indent=indent + 2)}" for name, one in value.items()]
    elif isinstance(value, list):
        opened, closed = "[]"
        inner = [_literal(one, words, indent=indent + 2) for one in value]
    else:
        text = _quoted(value) if isinstance(value, str) else json.dumps(value)
        return words.get(text, text)
    line = opened + ", ".join(inner) + closed
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    return "\n".join([opened, *(f"{' ' * (indent + 2)}{one}," for one in inner), " " * indent + closed])


def _json(value: object) -> str:
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= _WIDTH else json.dumps(value, ensure_ascii=False, indent=2)

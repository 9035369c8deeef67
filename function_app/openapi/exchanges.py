"""Requests with the answers that the shipped model gave to them: the examples of the documentation.

They are in `exchanges.json`; the tests send each one again and compare.
"""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

FILE = Path(__file__).with_name("exchanges.json")

Setting = Literal["", "without a store", "without simulations"]
"""How the app runs that answers: as usual but with simulations allowed, or otherwise."""


class Exchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request to the function `operation`, and the answer.

    `body` is sent as JSON. Ids in it may be those of earlier answers. `setting` says how the app must run.
    """

    operation: str
    name: str
    summary: str
    setting: Setting = ""
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    body: Any = msgspec.UNSET
    status: int
    answer: Any = None


@cache
def exchanges() -> tuple[Exchange, ...]:
    """All of them, in the order in which they happened."""
    return msgspec.json.decode(FILE.read_bytes(), type=tuple[Exchange, ...])

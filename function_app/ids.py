"""Identifiers: UUID version 7 (RFC 9562, section 5.7), which sort by the time they were made."""

import re
import secrets
import threading
import time

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_COUNTER_LIMIT = 1 << 12
_COUNTER_SEED = 1 << 11
_RANDOM_LIMIT = 1 << 62


class IdSequence:
    """Makes ids that rise strictly, across threads and when the clock steps back.

    The 12 bits after the milliseconds are a counter with a random start (RFC 9562, section 6.2, method 1);
    when it runs over, the id borrows the next millisecond.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._milliseconds = 0
        self._counter = 0

    def next(self) -> str:
        """A new id in its canonical text form."""
        with self._lock:
            now = time.time_ns() // 1_000_000
            if now > self._milliseconds:
                self._milliseconds = now
                self._counter = secrets.randbelow(_COUNTER_SEED)
            else:
                self._counter += 1
                if self._counter == _COUNTER_LIMIT:
                    self._milliseconds += 1
                    self._counter = secrets.randbelow(_COUNTER_SEED)
            milliseconds, counter = self._milliseconds, self._counter
        return _text(milliseconds << 80 | 7 << 76 | counter << 64 | 0b10 << 62 | secrets.randbits(62))


_sequence = IdSequence()


def new_id() -> str:
    """A new UUIDv7, greater than every one that this process has made before."""
    return _sequence.next()


def ids_from(first: str, count: int) -> list[str]:
    """`first` and the ids that follow from it: the same ones whenever they are asked for.

    They share its time and counter, and the random bits count on: `new_id` hardly ever makes one of them.

    >>> ids_from("0192f0c1-2345-7abc-8def-0123456789ff", 2)
    ['0192f0c1-2345-7abc-8def-0123456789ff', '0192f0c1-2345-7abc-8def-012345678a00']
    """
    number = int(first.replace("-", ""), 16)
    fixed, random = number - number % _RANDOM_LIMIT, number % _RANDOM_LIMIT
    return [_text(fixed + (random + step) % _RANDOM_LIMIT) for step in range(count)]


def id_of(milliseconds: int, random: int) -> str:
    """The UUIDv7 of that time, in milliseconds since 1970, with those 62 random bits.

    >>> id_of(1730616042309, 5)
    '0192f0c1-2345-7000-8000-000000000005'
    """
    return _text(milliseconds << 80 | 7 << 76 | 0b10 << 62 | random % _RANDOM_LIMIT)


def milliseconds_of(text: str) -> int | None:
    """When a UUIDv7 was made, in milliseconds since 1970; None for any other id.

    >>> milliseconds_of("0192f0c1-2345-7abc-8def-0123456789ab")
    1730616042309
    """
    digits = text.replace("-", "")
    return int(digits[:12], 16) if canonical_uuid(text) is not None and digits[12] == "7" else None


def canonical_uuid(text: str) -> str | None:
    """The UUID (any version) in lower case, or None when `text` is not in the 8-4-4-4-12 form.

    >>> canonical_uuid("0192F0C1-2345-7abc-8def-0123456789AB")
    '0192f0c1-2345-7abc-8def-0123456789ab'
    >>> canonical_uuid("{0192f0c1-2345-7abc-8def-0123456789ab}") is None
    True
    """
    lowered = text.lower()
    return lowered if _UUID.fullmatch(lowered) else None


def _text(number: int) -> str:
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

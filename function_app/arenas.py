"""The heaps of the C library: how many there are for the process's threads, and what they keep.

Both functions do nothing where the C library is not glibc.
"""

import ctypes
import sys

MOST_ARENAS = 2

_M_ARENA_MAX = -8
"""The parameter's number in glibc's malloc.h."""


def share_arenas() -> None:
    """Lets threads share `MOST_ARENAS` heaps.

    By default glibc gives nearly every thread a heap of its own, and each keeps about what the largest run of
    the model in that thread needed. So memory grows for a long time, whenever another thread comes to its
    first long explanation. See mallopt(3).
    """
    _call("mallopt", _M_ARENA_MAX, MOST_ARENAS)


def give_back() -> None:
    """Gives what the heaps do not use back to the system, which takes about 2 ms.

    After work that is large and rare: else the process keeps what it needed when most of that came together.
    See malloc_trim(3).
    """
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*arguments)

"""How far a long command is, on a terminal."""

import sys
import time

_EVERY_SECONDS = 0.2
_WIDTH = 30


class Progress:
    """One line on standard error that is drawn again and again; nothing where that is not a terminal."""

    def __init__(self, total: int) -> None:
        self._total = max(1, total)
        self._shown = sys.stderr.isatty()
        self._started = time.monotonic()
        self._drawn = 0.0

    def show(self, done: int, rows: int, *, last: bool = False) -> None:
        """`done` of the total, and how many rows this run has scored."""
        now = time.monotonic()
        if not self._shown or (now - self._drawn < _EVERY_SECONDS and not last):
            return
        self._drawn = now
        share = min(1.0, done / self._total)
        bar = ("#" * round(share * _WIDTH)).ljust(_WIDTH, ".")
        speed = rows / max(now - self._started, 1e-9)
        sys.stderr.write(f"\r{bar} {share:4.0%}  {rows:,} rows  {speed:,.0f}/s " + ("\n" if last else ""))
        sys.stderr.flush()

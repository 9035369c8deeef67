"""How the commands of this repository fail, and what their ``--help`` says."""

import argparse
import math
import sys
import traceback
from collections.abc import Callable
from typing import TypedDict

FAILED = 2
"""Exit code when a command cannot do its work; one line on standard error says why."""

INTERRUPTED = 130

_OWN = frozenset({"delivery", "export", "function_app", "training", "tests"})
_MOST_CHARACTERS = 300


def guarded(work: Callable[[], int | None], *, debug: bool) -> int:
    """What `work` returns, None being 0; `FAILED` where it raises, with one line and no traceback.

    Errors that this repository raises on purpose are sentences for people and are printed as they stand. With
    `debug` the traceback comes before the line.
    """
    try:
        return work() or 0
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a person reads this
        if debug:
            traceback.print_exc()
        sys.stderr.write(f"error: {_line(error)}\n")
        return FAILED


class Described(TypedDict):
    """Arguments of argparse's `add_parser`."""

    help: str
    description: str


def described(told: str) -> Described:
    """What a subcommand does, for the list of commands and as the first sentence of its own help."""
    return Described(help=told, description=f"{told[0].upper()}{told[1:]}.")


def positive(text: str) -> int:
    """A whole number from 1 on, for argparse."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number, 1 or more")
    return int(text)


def above_zero(text: str) -> float:
    """A finite number above 0, for argparse."""
    value = number(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError("must be a number above 0")
    return value


def number(text: str) -> float:
    """What the text says, NaN where it is no number."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _line(error: Exception) -> str:
    package = type(error).__module__.partition(".")[0]
    said = " ".join(str(error).split())
    if package in _OWN:
        return said
    if len(said) > _MOST_CHARACTERS:
        said = f"{said[:_MOST_CHARACTERS]}…"
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    if package == "mlflow":
        return f"MLflow: {said} (MLFLOW_TRACKING_URI says where it is)"
    return f"{type(error).__name__}: {said} (--debug shows where it comes from)"

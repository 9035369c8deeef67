"""Values of options, as argparse takes them: what they may be, and a message where they are not."""

import argparse
from collections.abc import Callable

from function_app.command_line import number

MOST_EMOTICONS = 2 / 3
"""Half as many texts again get an emoji, and no text gets both."""


def seed(text: str) -> int:
    """A whole number, 0 or more."""
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError("must be a whole number, 0 or more")
    return int(text)


def share(most: float) -> Callable[[str], float]:
    """A number from 0 to ``most``."""

    def parsed(text: str) -> float:
        value = number(text)
        if not 0 <= value <= most:
            raise argparse.ArgumentTypeError(f"must be a number from 0 to {most:.4g}")
        return value

    return parsed

"""What goes wrong with data that people bring."""

MAX_SHOWN = 40


class DataError(Exception):
    """A data set is missing, unreadable or not what it should be.

    The message is one line and names the file, so that a command can print it as it stands.
    """


def shown(value: object) -> str:
    """`repr(value)` in at most 40 characters, safe to print whatever the value holds."""
    text = ascii(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"

"""What goes wrong on the way."""


class DeliveryError(Exception):
    """The step failed; the message is one line that says what and, where it is known, what would help."""

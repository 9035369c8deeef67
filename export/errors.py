"""What can go wrong while a bundle is made."""


class ExportError(Exception):
    """The bundle was not written; the message is one line that says why and what would help."""


class ParityError(ExportError):
    """The graph does not score as the trained model does."""


class QuantisationError(ExportError):
    """Rounding to 8 bits costs too much."""

"""What a probability says, for all peers; it imports nothing, since their environments differ."""


def label(probability: float) -> str:
    """The label that a probability stands for."""
    return "positive" if probability >= 0.5 else "negative"

"""Bounds of hyperparameters, checked before any data are read."""

from training.candidates.base import HyperparameterError

ENDLESS = float("inf")


def within(candidate: object, **bounds: tuple[float, float]) -> None:
    """Require that each of these fields lies between its bounds, both allowed.

    Raises `HyperparameterError` that names the first which does not.
    """
    for name, (least, most) in bounds.items():
        value = getattr(candidate, name)
        if not least <= value <= most:
            wanted = f"{least:g} or more" if most == ENDLESS else f"from {least:g} to {most:g}"
            raise HyperparameterError(f"{name}={value}: must be {wanted}")

"""Records for tests, with every field filled."""

from function_app.clock import utc_now
from function_app.ids import new_id
from function_app.store import Feedback, Prediction


def prediction(*, probability: float = 0.9, model: str = "handmade-1", text: str = "thanks") -> Prediction:
    """A prediction with a new id."""
    return Prediction(
        id=new_id(),
        created=utc_now(),
        model=model,
        label="positive" if probability >= 0.5 else "negative",
        probability=probability,
        tokens=1,
        unknown_tokens=0,
        characters=len(text),
        sha256="00" * 32,
        text=text,
    )


def feedback(prediction_id: str) -> Feedback:
    """Feedback with a new id, unmatched."""
    return Feedback(
        id=new_id(),
        created=utc_now(),
        prediction_id=prediction_id,
        matched=False,
        correct=False,
        label=None,
        text=None,
        comment="no",
    )

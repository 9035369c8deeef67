"""Stores of both back ends, and records of what users said."""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest

from function_app.ids import new_id
from function_app.store import Example, Feedback, Store
from tests.function_app.places import Place
from tests.function_app.samples import prediction
from training.feedback.votes import Vote

_numbers = itertools.count()


class Say(Protocol):
    """One user's word about a text, in a store."""

    def __call__(self, text: str, label: str, /, *, probability: float = ..., **changed: object) -> Feedback:
        """Predict the text, give feedback on it, and return the feedback."""


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    opened = place.open()
    yield opened
    opened.close()


@pytest.fixture
def say(store: Store) -> Say:
    def said(text: str, label: str, /, *, probability: float = 0.9, **changed: object) -> Feedback:
        scored = prediction(probability=probability, text=text)
        store.add_predictions([scored])
        given: dict = {
            "id": new_id(),
            "created": moment(),
            "prediction_id": scored.id,
            "matched": True,
            "correct": label == scored.label,
            "label": label,
            "text": None,
            "comment": None,
        }
        return store.add_feedback(Feedback(**(given | changed)), None)[0]

    return said


@pytest.fixture
def example(store: Store) -> Callable[[str, str], Example]:
    def added(text: str, label: str) -> Example:
        digest = hashlib.sha256(text.encode()).hexdigest()
        record = Example(
            id=new_id(), created=moment(), text=text, label=label, sha256=digest, source="retrain"
        )
        return store.add_example(record, None)[0]

    return added


def moment(seconds: float | None = None) -> str:
    """So many seconds after a fixed time; without, each call is five minutes later than the one before."""
    at = 300 * next(_numbers) if seconds is None else seconds
    minutes, rest = divmod(at, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"2026-03-{1 + hours // 24:02}T{hours % 24:02}:{minutes:02}:{rest:06.3f}Z"


def vote(
    text: str, label: str = "positive", *, seconds: float | None = None, comment: str | None = None
) -> Vote:
    """A vote of a user who saw a prediction."""
    return Vote(
        id=new_id(),
        created=moment(seconds),
        source="feedback",
        text=text,
        label=label,
        said_wrong=True,
        comment=comment,
    )

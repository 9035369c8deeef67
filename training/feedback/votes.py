"""What users said, as votes: one text, one label, and where it comes from."""

from collections import Counter
from collections.abc import Callable
from typing import Literal, TypeVar

import msgspec

from function_app.contract import Label
from function_app.store import Example, Feedback, Prediction, Store

PAGE = 1_000

_Record = TypeVar("_Record")


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """One statement of one user about one text. `id` is that of the record in the store.

    `created` is RFC 3339 in UTC. `said_wrong`: whether it contradicts the prediction that the user saw; None
    where no prediction is known.
    """

    id: str
    created: str
    source: Literal["feedback", "example"]
    text: str
    label: Label
    said_wrong: bool | None
    comment: str | None


class Read(msgspec.Struct, frozen=True):
    """What a store held: votes, and the number of records that say too little, by the reason.

    `examples_cursor` is the store's cursor behind the last labelled example.
    """

    votes: list[Vote]
    unusable: dict[str, int]
    examples_cursor: str


def read_votes(store: Store) -> Read:
    """All feedback and labelled examples, the oldest first, as far as text and label are known.

    Raises `StoreUnavailableError`.
    """
    votes: list[Vote] = []
    unusable: Counter[str] = Counter()
    said, _ = _everything(store.feedback_after)
    for feedback, prediction in said:
        vote = _from_feedback(feedback, prediction)
        if isinstance(vote, str):
            unusable[vote] += 1
        else:
            votes.append(vote)
    examples, cursor = _everything(store.examples_after)
    votes += [_from_example(example) for example in examples]
    votes.sort(key=lambda vote: (vote.created, vote.id))
    return Read(votes, dict(sorted(unusable.items())), cursor)


def _everything(after: Callable[[str, int], tuple[list[_Record], str]]) -> tuple[list[_Record], str]:
    found, cursor = after("", PAGE)
    rows = found
    while len(rows) == PAGE:
        rows, cursor = after(cursor, PAGE)
        found = found + rows
    return found, cursor


def _from_example(example: Example) -> Vote:
    return Vote(
        id=example.id,
        created=example.created,
        source="example",
        text=example.text,
        label=example.label,
        said_wrong=None,
        comment=None,
    )


def _from_feedback(feedback: Feedback, prediction: Prediction | None) -> Vote | str:
    """The vote, or why there is none.

    The text is the one that was scored; one that came with the feedback serves where that was not kept.
    """
    text = feedback.text if prediction is None or prediction.text is None else prediction.text
    if text is None:
        return "feedback without a known text (prediction unknown, or STORE_TEXT=false)"
    label, wrong = feedback.label, None
    if prediction is not None:
        # Feedback that came before its prediction was known says only "right" or "wrong".
        if label is None:
            label = prediction.label if feedback.correct else _other(prediction.label)
        wrong = label != prediction.label
    if label is None:
        return "feedback without a label, on an unknown prediction"
    return Vote(
        id=feedback.id,
        created=feedback.created,
        source="feedback",
        text=text,
        label=label,
        said_wrong=wrong,
        comment=feedback.comment,
    )


def _other(label: Label) -> Label:
    return "negative" if label == "positive" else "positive"

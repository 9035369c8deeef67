"""What `GET drift` answers: the last report, and a page of those before it."""

from typing import Protocol

import msgspec

from function_app.store import DriftReport, Prediction, Store
from function_app.store.records import DriftExample, DriftStatus


class PredictionsById(Protocol):
    """Where predictions are looked up."""

    def prediction(self, prediction_id: str) -> Prediction | None:
        """The prediction of that id."""


class DriftAnswer(DriftReport, frozen=True, kw_only=True):
    """The last report, and a page of the `history`, newest first.

    `next` is what to give as `before` for the page after it; null at the end. The texts of `examples` are
    those that are still kept; the reports in the history come without. `to_label` has as many of the tweets
    that the advice lists as were asked for, with their texts.
    """

    history: list[DriftReport]
    to_label: list[DriftExample]
    next: int | None


class NoDriftAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer before the first report."""

    drift: bool = False
    status: DriftStatus = "insufficient_data"
    history: list[DriftReport] = []
    next: int | None = None


def read_history(
    store: Store, *, limit: int, before: int | None, to_label: int = 0
) -> DriftAnswer | NoDriftAnswer:
    """The last report with up to `limit` reports, those before the number `before` if one is given.

    `to_label`: how many of the tweets to label are looked up; those that are no longer kept are left out.

    Raises `StoreUnavailableError`.
    """
    page = store.drift_reports(limit + 1, before=before)
    last = store.drift_reports(1) if before is not None else page[:1]
    if not last:
        return NoDriftAnswer()
    fields = msgspec.structs.asdict(last[0])
    fields["examples"] = [example_with_text(store, example) for example in last[0].examples]
    history = page[:limit]
    found = [store.prediction(one) for one in last[0].advice.label[:to_label]]
    return DriftAnswer(
        **fields,
        history=history,
        to_label=[
            DriftExample(prediction_id=one.id, label=one.label, confidence=one.confidence, text=one.text)
            for one in found
            if one is not None
        ],
        next=history[-1].sequence if len(page) > limit else None,
    )


def example_with_text(store: PredictionsById, example: DriftExample) -> DriftExample:
    """The example with its tweet's text, if that is kept."""
    prediction = store.prediction(example.prediction_id)
    text = None if prediction is None else prediction.text
    return msgspec.structs.replace(example, text=text)

"""Tweets that come through a queue: what a message may hold, and what is kept and answered for it.

Queues deliver a message at least once. The store keeps one record of each message, and the ids of its
predictions follow from that record, so a second delivery finds what the first has kept and answers the same.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
from msgspec import UNSET, Struct, UnsetType

from function_app.contract import Limits, PredictionAnswer, check_text
from function_app.decoding import decode_json
from function_app.errors import InvalidRequestError
from function_app.ids import ids_from
from function_app.store import Prediction, Store, StreamMessage

RESULT_BYTES = 48 * 1024
"""Most bytes of one result message: a queue takes 64 KiB, and base64 makes four bytes of three."""

_ENVELOPE_BYTES = 1024


class Tweet(Struct, frozen=True):
    """One text of a message; `reference` is the sender's own name for it and comes back with the result.

    Other fields are passed over: senders put whole tweets into the queue.
    """

    text: str
    reference: Annotated[str, msgspec.Meta(max_length=200)] | UnsetType = UNSET


class StreamPrediction(PredictionAnswer, frozen=True, omit_defaults=True, kw_only=True):
    """The sentiment of one text of a message."""

    reference: str | UnsetType = UNSET


class StreamResult(Struct, frozen=True, kw_only=True):
    """A result message: predictions of one message in its order, from the `position`-th of its `texts`.

    A message gets one result message, or several where one would be too large for a queue.
    """

    message_id: str
    position: int
    texts: int
    predictions: list[StreamPrediction]


def read_message(body: bytes, limits: Limits) -> list[Tweet]:
    """The tweets of a message: one JSON object or an array of them.

    Raises `InvalidRequestError`, whose detail quotes nothing of the message, so that it can be logged.
    """
    found = decode_json(body, Tweet | list[Tweet], fields=Tweet.__struct_fields__)  # type: ignore[arg-type]
    tweets: list[Tweet] = found if isinstance(found, list) else [found]
    if not 1 <= len(tweets) <= limits.batch_texts:
        raise InvalidRequestError(
            f"The body: an array of {len(tweets)} was given; it must hold 1 to {limits.batch_texts}"
        )
    for index, tweet in enumerate(tweets):
        check_text(f"[{index}].text" if isinstance(found, list) else "text", tweet.text, limits)
    return tweets


def keep_predictions(store: Store, message: StreamMessage, rows: Sequence[Prediction]) -> list[Prediction]:
    """Keeps one prediction a text of the message, however often it comes; what is kept is returned.

    `rows` are its predictions as made now, ids aside. When this returns they are durable. Raises
    `StoreUnavailableError`; the next delivery then goes on where this one ended.
    """
    kept, is_new = store.add_stream_message(message)
    ids = ids_from(kept.first_id, len(rows))
    ours = [
        msgspec.structs.replace(row, id=row_id, created=kept.created, sampled=True)
        for row_id, row in zip(ids, rows, strict=True)
    ]
    if not is_new and kept.model != message.model:
        # Another model has been deployed between two deliveries: what it has kept before stands.
        ours = [store.prediction(row.id) or row for row in ours]
    store.add_predictions(ours)
    return ours


def result_messages(message_id: str, tweets: Sequence[Tweet], rows: Sequence[Prediction]) -> list[str]:
    """The result messages for a message, as JSON."""
    predictions = [_prediction(tweet, row) for tweet, row in zip(tweets, rows, strict=True)]
    position, messages = 0, []
    for part in _parts(predictions):
        result = StreamResult(message_id=message_id, position=position, texts=len(tweets), predictions=part)
        messages.append(msgspec.json.encode(result).decode())
        position += len(part)
    return messages


def _prediction(tweet: Tweet, row: Prediction) -> StreamPrediction:
    answer = StreamPrediction.of(id=row.id, label=row.label, probability=row.probability, model=row.model)
    return msgspec.structs.replace(answer, reference=tweet.reference)


def _parts(predictions: Sequence[StreamPrediction]) -> Iterator[list[StreamPrediction]]:
    """Runs of predictions that fit into one result message with the fields around them."""
    part: list[StreamPrediction] = []
    size = 0
    for prediction in predictions:
        added = len(msgspec.json.encode(prediction)) + 1
        if part and size + added > RESULT_BYTES - _ENVELOPE_BYTES:
            yield part
            part, size = [], 0
        part.append(prediction)
        size += added
    yield part

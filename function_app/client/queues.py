"""The queues of the stream: tweets in, results out. Needs azure-storage-queue."""

import base64
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from function_app.client.api import ClientError
from function_app.client.progress import Progress
from function_app.client.tables import Table

if TYPE_CHECKING:
    from azure.storage.queue import QueueClient

MESSAGE_BYTES = 48 * 1024
"""Most bytes of a message: a queue takes 64 KiB, and base64 makes four bytes of three."""

_POLL_SECONDS = 0.2
_FOR_EVER = -1
_MOST_A_FETCH = 32


@contextmanager
def open_queue(connection: str, name: str) -> Iterator["QueueClient"]:
    """The queue of that name, made if it is not there. Raises `ClientError`, also for what fails inside."""
    try:
        from azure.core.exceptions import AzureError, ResourceExistsError  # noqa: PLC0415
        from azure.storage.queue import LinearRetry, QueueClient  # noqa: PLC0415
    except ImportError as error:
        raise ClientError("stream needs azure-storage-queue: pip install azure-storage-queue") from error
    if not connection:
        raise ClientError("no storage account; give --connection, or set AzureWebJobsStorage")
    try:
        client = QueueClient.from_connection_string(
            connection, name, retry_policy=LinearRetry(backoff=1, retry_total=5)
        )
    except ValueError as error:
        raise ClientError("--connection is not a storage connection string") from error
    try:
        with client:
            with suppress(ResourceExistsError):
                client.create_queue()
            yield client
    except AzureError as error:
        raise ClientError(
            f"the queue {name} cannot be used ({type(error).__name__}); check --connection and --queue"
        ) from error


def put(client: "QueueClient", source: Table) -> tuple[int, int]:
    """One message a text, whose reference is the row's number from 1; how many were sent and passed over.

    Blank texts, and those too large for a queue, are passed over.
    """
    bar = Progress(source.size)
    sent = passed = 0
    for number, row in enumerate(source.rows(), start=1):
        body = json.dumps({"text": row[source.column], "reference": str(number)}).encode()
        if not row[source.column].strip() or len(body) > MESSAGE_BYTES:
            passed += 1
            continue
        client.send_message(base64.b64encode(body).decode(), time_to_live=_FOR_EVER)
        sent += 1
        bar.show(source.bytes_read(), sent)
    bar.show(source.size, sent, last=True)
    return sent, passed


def take(client: "QueueClient", out: Path | None, *, count: int | None, wait: float) -> int:
    """Writes results to `out` or standard output, one JSON object a prediction; how many were written.

    Ends when the queue has been empty for `wait` seconds or `count` predictions were taken. A message is
    deleted when its lines are on the disk; of a result that comes again, `out` gets nothing.
    """
    with _opened(out) as (file, seen):
        written, give_up = 0, time.monotonic() + wait
        while count is None or written < count:
            found = list(client.receive_messages(max_messages=_MOST_A_FETCH, visibility_timeout=60))
            if not found and time.monotonic() > give_up:
                break
            if not found:
                time.sleep(_POLL_SECONDS)
                continue
            for message in found:
                new = [one for one in _predictions(message.content) if one["id"] not in seen]
                seen.update(one["id"] for one in new)
                file.write("".join(json.dumps(one) + "\n" for one in new))
                written += len(new)
            _flush(file)
            for message in found:
                client.delete_message(message)
            give_up = time.monotonic() + wait
    return written


def _predictions(content: str) -> list[dict[str, Any]]:
    try:
        result = json.loads(base64.b64decode(content, validate=True))
        return [
            {"message_id": result["message_id"], "position": result["position"] + at, **prediction}
            for at, prediction in enumerate(result["predictions"])
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ClientError("the queue holds a message that is no result; check --queue") from error


@contextmanager
def _opened(out: Path | None) -> Iterator[tuple[IO[str], set[str]]]:
    """The file to append to, without a last line that was cut off, and the ids of what it holds."""
    if out is None:
        yield sys.stdout, set()
        return
    seen: set[str] = set()
    try:
        with out.open("a+", encoding="utf-8", newline="\n") as file:
            file.seek(0)
            whole = 0
            for line in iter(file.readline, ""):
                if line.endswith("\n"):
                    seen.add(json.loads(line)["id"])
                    whole = file.tell()
            file.truncate(whole)
            yield file, seen
    except (ValueError, KeyError, TypeError) as error:
        raise ClientError(f"{out} holds something else than results; give another --out") from error
    except OSError as error:
        raise ClientError(f"{out} cannot be written ({error.strerror}); give another --out") from error


def _flush(file: IO[str]) -> None:
    file.flush()
    if file is not sys.stdout:
        os.fsync(file.fileno())

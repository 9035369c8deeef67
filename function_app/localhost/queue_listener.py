"""How messages reach a queue function: as the Azure Functions host brings them.

A message that a function takes is deleted; one that it fails on comes back after `visibilityTimeout`, and is
moved to the queue's `-poison` queue when it has failed `maxDequeueCount` times. One whose host is killed
comes back when its lease runs out. What a function writes to an output binding is sent before its message is
deleted.
"""

import base64
import binascii
import logging
import threading
from collections import deque
from collections.abc import Callable
from functools import partial

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.functions.queue import QueueMessage
from azure.storage.queue import LinearRetry, QueueClient
from azure.storage.queue import QueueMessage as StoredMessage

from function_app.localhost.host_file import QueueOptions
from function_app.localhost.invocation import LocalFunction, LocalOut

LEASE_SECONDS = 30
"""How long a message is hidden while it is worked on, where `visibilityTimeout` is not set; it is renewed."""

_FIRST_WAIT = 0.1
_MOST_A_FETCH = 32

_logger = logging.getLogger("function_app.localhost")


class _Held:
    """A message that is being worked on, with the receipt that its next change needs."""

    def __init__(self, message: StoredMessage) -> None:
        self.message = message
        self.lock = threading.Lock()
        self.ended = False


class Listener:
    """Feeds one function from its queue: one thread fetches, one renews leases, some work."""

    def __init__(
        self, function: LocalFunction, *, connection: str, options: QueueOptions, threads: int
    ) -> None:
        self._function = function
        self._connection = connection
        self._base64 = options.message_encoding == "base64"
        self._most_deliveries = options.max_dequeue_count
        self._batch = max(1, min(options.batch_size, _MOST_A_FETCH))
        threshold = options.new_batch_threshold
        self._threshold = self._batch // 2 if threshold is None else threshold
        self._workers = min(self._batch, threads)
        self._longest_wait = max(_FIRST_WAIT, options.polling_seconds)
        self._retry_seconds = int(options.retry_seconds)
        self._lease_seconds = self._retry_seconds or LEASE_SECONDS
        self._queue_name: str = function.trigger["queueName"]
        self._changed = threading.Condition()
        self._waiting: deque[_Held] = deque()
        self._held: set[_Held] = set()
        self._stopped = threading.Event()

    def open(self) -> None:
        """Makes the queues that do not exist yet. Raises `AzureError`, or `ValueError` for the connection."""
        self._source = self._client(self._queue_name)
        self._poison = self._client(f"{self._queue_name}-poison")
        self._outputs = {one["name"]: self._client(one["queueName"]) for one in self._function.queue_outputs}
        for client in (self._source, *self._outputs.values()):
            _make(client)

    def start(self) -> None:
        """Begins to take messages, in threads of its own."""
        targets = [self._fetch, self._renew, *[self._work] * self._workers]
        for target in targets:
            threading.Thread(target=target, name=self._function.name, daemon=True).start()

    def stop(self, seconds: float) -> None:
        """Gives back what no thread has begun with, and waits up to `seconds` for the rest."""
        with self._changed:
            self._stopped.set()
            untouched = list(self._waiting)
            self._held.difference_update(untouched)
            self._waiting.clear()
            self._changed.notify_all()
        for one in untouched:
            with one.lock:
                one.ended = True
                self._try("released", one, partial(self._hide, one, 0))
        with self._changed:
            if not self._changed.wait_for(lambda: not self._held, seconds):
                _logger.warning("%s is still running; its messages will come again", self._function.name)

    def _client(self, queue: str) -> QueueClient:
        return QueueClient.from_connection_string(
            self._connection,
            queue,
            retry_policy=LinearRetry(backoff=1, retry_total=1, random_jitter_range=0),
            connection_timeout=3,
            read_timeout=15,
        )

    def _fetch(self) -> None:
        wait, away = _FIRST_WAIT, False
        while not self._stopped.wait(wait):
            with self._changed:
                self._changed.wait_for(lambda: self._stopped.is_set() or len(self._held) <= self._threshold)
            if self._stopped.is_set():
                return
            try:
                found = list(
                    self._source.receive_messages(
                        max_messages=self._batch, visibility_timeout=self._lease_seconds
                    )
                )
            except AzureError as error:
                if not away:
                    _logger.warning("Queue %s is away (%s)", self._queue_name, type(error).__name__)
                away, wait = True, self._longest_wait
                continue
            if away:
                _logger.warning("Queue %s is back", self._queue_name)
            away = False
            wait = 0 if found else min(2 * max(wait, _FIRST_WAIT), self._longest_wait)
            with self._changed:
                new = [_Held(message) for message in found]
                self._held.update(new)
                self._waiting.extend(new)
                self._changed.notify_all()

    def _renew(self) -> None:
        while not self._stopped.wait(self._lease_seconds / 3):
            with self._changed:
                held = list(self._held)
            for one in held:
                with one.lock:
                    if not one.ended:
                        self._try("renewed", one, partial(self._hide, one, self._lease_seconds))

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._stopped.is_set())
                if not self._waiting:
                    return
                one = self._waiting.popleft()
            self._deliver(one)
            with self._changed:
                self._held.discard(one)
                self._changed.notify_all()

    def _deliver(self, one: _Held) -> None:
        count = one.message.dequeue_count or 1
        succeeded = count <= self._most_deliveries and self._run(one.message)
        with one.lock:
            one.ended = True
            if succeeded:
                self._try("deleted", one, lambda: self._source.delete_message(one.message))
            elif count < self._most_deliveries:
                self._try("released", one, lambda: self._hide(one, self._retry_seconds))
            else:
                self._try("moved", one, lambda: self._give_up(one))

    def _run(self, stored: StoredMessage) -> bool:
        """Calls the function and sends what it wrote; whether both went well."""
        try:
            body = self._decoded(stored.content)
        except (binascii.Error, ValueError):
            _logger.error("Message %s is not base64, which host.json asks for", stored.id)
            return False
        message = QueueMessage(  # type: ignore[no-untyped-call]
            id=stored.id,
            body=body,
            dequeue_count=stored.dequeue_count,
            expiration_time=stored.expires_on,
            insertion_time=stored.inserted_on,
            time_next_visible=stored.next_visible_on,
            pop_receipt=stored.pop_receipt,
        )
        outs = {name: LocalOut() for name in self._outputs}
        try:
            self._function.invoke(message, outs)
            for name, out in outs.items():
                for written in out.messages():
                    self._send(self._outputs[name], written)
        except AzureError as error:
            _logger.error("The results of message %s cannot be sent (%s)", stored.id, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - a failed message must not end the others
            _logger.error("%s failed with %s", self._function.name, type(error).__qualname__)
        else:
            return True
        return False

    def _give_up(self, one: _Held) -> None:
        _make(self._poison)
        self._poison.send_message(one.message.content, time_to_live=-1)
        self._source.delete_message(one.message)
        _logger.warning(
            "Message %s was delivered %d times without success; it is now in the queue %s",
            one.message.id,
            one.message.dequeue_count,
            self._poison.queue_name,
        )

    def _hide(self, one: _Held, seconds: float) -> None:
        changed = self._source.update_message(one.message, visibility_timeout=int(seconds))
        one.message.pop_receipt = changed.pop_receipt

    def _try(self, what: str, one: _Held, change: Callable[[], object]) -> None:
        """A change that fails is not made again: the message's lease runs out, and it is delivered again."""
        try:
            change()
        except AzureError as error:
            _logger.warning("Message %s could not be %s (%s)", one.message.id, what, type(error).__name__)

    def _decoded(self, content: str) -> bytes:
        return base64.b64decode(content, validate=True) if self._base64 else content.encode()

    def _send(self, client: QueueClient, written: str | bytes) -> None:
        content = written.encode() if isinstance(written, str) else written
        text = base64.b64encode(content).decode() if self._base64 else content.decode()
        try:
            client.send_message(text)
        except ResourceNotFoundError:
            _make(client)
            client.send_message(text)


def _make(client: QueueClient) -> None:
    try:
        client.create_queue()
    except ResourceExistsError:
        return

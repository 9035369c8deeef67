"""The queues of the local host: which functions are fed from one, and why the others are not."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from function_app.localhost.host_file import QueueOptions
from function_app.localhost.invocation import LocalFunction

if TYPE_CHECKING:
    from function_app.localhost.queue_listener import Listener


class Queues:
    """Feeds the queue functions. `lines` says of each whether it is fed, and why not."""

    def __init__(
        self,
        functions: Sequence[LocalFunction],
        *,
        options: QueueOptions,
        environment: Mapping[str, str],
        threads: int,
    ) -> None:
        self.lines: list[str] = []
        self._listeners: list[Listener] = []
        for function in (one for one in functions if one.is_queue):
            setting = function.trigger["connection"]
            connection = environment.get(setting, "").strip()
            if not connection:
                self._say(function, f"off: {setting} is not set; a storage connection string turns it on")
                continue
            self._open(function, connection, options=options, threads=threads)

    def start(self) -> None:
        """Begins to take messages, in threads of their own."""
        for listener in self._listeners:
            listener.start()

    def stop(self, seconds: float) -> None:
        """Takes no more messages and waits up to `seconds` for those that are being worked on."""
        for listener in self._listeners:
            listener.stop(seconds)

    def _open(self, function: LocalFunction, connection: str, *, options: QueueOptions, threads: int) -> None:
        # Importing the SDK takes longer than all else at the start, so only who has queues waits for it.
        from azure.core.exceptions import AzureError  # noqa: PLC0415

        from function_app.localhost.queue_listener import Listener  # noqa: PLC0415

        queue, setting = function.trigger["queueName"], function.trigger["connection"]
        listener = Listener(function, connection=connection, options=options, threads=threads)
        try:
            listener.open()
        except ValueError:
            self._say(function, f"off: {setting} is not a storage connection string")
        except AzureError as error:
            reason = f"the queues of {setting} do not answer ({type(error).__name__})"
            self._say(function, f"off: {reason}; start Azurite first, or unset it")
        else:
            self._listeners.append(listener)
            self._say(function, f"takes messages from the queue {queue}")

    def _say(self, function: LocalFunction, line: str) -> None:
        self.lines.append(f"{function.name} {line}")

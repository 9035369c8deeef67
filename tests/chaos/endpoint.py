"""An endpoint of telemetry that does everything but its work."""

import socket
import threading
from contextlib import suppress
from typing import Literal

from tests.ingestion import INSTRUMENTATION_KEY

Trouble = Literal["hangs", "never accepts", "drips", "closes", "talks nonsense", "500"]

DRIP_SECONDS = 0.2
_ANSWERS = {
    "talks nonsense": b"\x00\xff\x16\x03 this is no HTTP\r\n\r\n",
    "500": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
}


class Endpoint:
    """Listens on a free port. Use it as a context manager.

    hangs: reads and never answers. never accepts: the connection is made by the system alone. drips: answers
    one byte after the other, so that no single read ever takes long. closes: hangs up at once.
    """

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self.connections = 0

    @property
    def connection_string(self) -> str:
        """Where events are sent to."""
        port = self._listener.getsockname()[1]
        return f"InstrumentationKey={INSTRUMENTATION_KEY};IngestionEndpoint=http://127.0.0.1:{port}/"

    def __enter__(self) -> "Endpoint":
        if self._trouble != "never accepts":
            threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._treat, args=(connection,), daemon=True).start()

    def _treat(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if self._trouble == "closes":
                return
            connection.recv(65_536)
            if self._trouble in _ANSWERS:
                connection.sendall(_ANSWERS[self._trouble])
                return
            while not self._over.wait(DRIP_SECONDS):
                if self._trouble == "drips":
                    connection.sendall(b"H")

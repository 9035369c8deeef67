"""What an operation exchanges with the tables: requests and bytes, whatever emulator and machine do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from azure.core.pipeline.transport import RequestsTransport


@dataclass
class Traffic:
    """Requests, and the bytes of their bodies and of those that came back."""

    requests: int = 0
    bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, size: int) -> None:
        """Adds a request; may be called from several threads."""
        with self._lock:
            self.requests += 1
            self.bytes += size


@contextmanager
def counted() -> Iterator[Traffic]:
    """Counts all that Azure's clients send in this process; repeated requests too."""
    traffic, send = Traffic(), RequestsTransport.send

    def counting(transport: Any, request: Any, **options: Any) -> Any:
        response = send(transport, request, **options)
        traffic.add(len(request.body or b"") + len(response.internal_response.content))
        return response

    with patch.object(RequestsTransport, "send", counting):
        yield traffic

"""A server that promises everything and keeps nothing, or fails in other ways that must be noticed."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from function_app.ids import new_id


class Liar(ThreadingHTTPServer):
    """Answers every POST with `status` and, unless another `body` is given, with ids of nothing.

    Status 0: never. `drops`: hangs up instead.
    """

    daemon_threads = True

    def __init__(
        self,
        *,
        status: int = 200,
        body: bytes | None = None,
        media: str = "application/json",
        drops: bool = False,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.body, self.media, self.drops = status, body, media, drops
        self.over = threading.Event()

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> "Liar":
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Liar
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if not self.server.status:
            self.server.over.wait()
        if self.server.drops or not self.server.status:
            self.close_connection = True
            return
        said: dict[str, Any] = {name: new_id() for name in ("id", "feedback_id", "example_id", "alert_id")}
        said |= {"matched": True, "probabilities": {}}
        body = json.dumps(said).encode() if self.server.body is None else self.server.body
        self.send_response(self.server.status)
        self.send_header("Content-Type", self.server.media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing to say."""

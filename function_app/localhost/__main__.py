"""`python -m function_app.localhost`: starts the local host and stops it on SIGTERM or Ctrl-C."""

import errno
import importlib
import logging
import os
import re
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from types import FrameType
from typing import Any

import waitress
from waitress import wasyncore

from function_app.errors import AppError, SettingsError
from function_app.localhost.channel import Channel
from function_app.localhost.host_file import HostFile, LocalSettings, read_file
from function_app.localhost.invocation import LocalFunction, NameInvocation, functions_of
from function_app.localhost.queues import Queues
from function_app.localhost.routing import HttpHost
from function_app.localhost.timers import Timers
from function_app.service import Service
from function_app.settings import APP_FOLDER

CANNOT_START = 2
"""Exit code when the host cannot start; one line on standard error says why."""

FINISH_SECONDS = 5.0
"""How long requests and timer runs may go on after the host was told to stop."""

_MOST_BUFFERED = 100_000_000

_MOST_CONNECTIONS = 500
"""So many clients may be slow at once; with waitress's 100, the next one would wait for minutes."""


@dataclass(frozen=True)
class Address:
    """Where to listen; port 0 takes any free one."""

    host: str
    port: int


def main() -> int:
    """Runs the host until it is told to stop; the exit code."""
    try:
        for name, value in read_file(APP_FOLDER / "local.settings.json", LocalSettings).values.items():
            os.environ.setdefault(name, value)
        address = _address()
        handler = logging.StreamHandler(sys.stdout)
        handler.addFilter(NameInvocation())
        logging.basicConfig(
            level=logging.INFO, format="[%(asctime)s] %(invocation)s%(message)s", handlers=[handler]
        )
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        logging.getLogger("azure").setLevel(logging.WARNING)
        module = importlib.import_module("function_app.app")
        functions = functions_of(module.app)
        listener = _listen(address)
        _serve(module.service, functions, listener)
    except AppError as error:
        sys.stderr.write(f"Cannot start: {error.detail}\n")
        return CANNOT_START
    return 0


def _serve(service: Service, functions: list[LocalFunction], listener: socket.socket) -> None:
    timers = Timers(functions)
    service.predictor()
    extensions = read_file(APP_FOLDER / "host.json", HostFile).extensions
    application = HttpHost(
        functions,
        prefix=extensions.http.prefix,
        limits=service.limits,
        timers=timers,
        key=os.environ.get("LOCAL_FUNCTION_KEY", "").strip(),
    )
    threads = service.settings.python_threadpool_thread_count
    queues = Queues(functions, options=extensions.queues, environment=os.environ, threads=threads)
    stopping = threading.Event()
    channels: dict[int, Any] = {}
    server = waitress.create_server(
        application,
        map=channels,
        sockets=[listener],
        threads=threads,
        max_request_body_size=_MOST_BUFFERED,
        connection_limit=_MOST_CONNECTIONS,
        ident=None,
    )
    server.channel_class = Channel

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if not stopping.is_set():
            stopping.set()
            server.pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    timers.start()
    queues.start()
    _greet(application, functions, listener, queues.lines)
    while not stopping.is_set():
        wasyncore.loop(timeout=1.0, use_poll=True, map=channels, count=1)
    _finish(server, channels)
    timers.stop(FINISH_SECONDS)
    queues.stop(FINISH_SECONDS)
    service.close()
    sys.stdout.write("Stopped\n")


def _finish(server: Any, channels: dict[int, Any]) -> None:  # noqa: ANN401 - waitress has no types
    """Stops listening, and lets requests that were already read be answered."""
    server.del_channel(channels)
    server.socket.close()
    give_up = time.monotonic() + FINISH_SECONDS
    while time.monotonic() < give_up and any(
        channel.requests or channel.total_outbufs_len for channel in server.active_channels.values()
    ):
        wasyncore.loop(timeout=0.1, use_poll=True, map=channels, count=1)
    server.task_dispatcher.shutdown()
    wasyncore.close_all(channels, ignore_all=True)


def _greet(
    application: HttpHost, functions: list[LocalFunction], listener: socket.socket, notes: list[str]
) -> None:
    host, port = listener.getsockname()[:2]
    base = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    lines = ["Functions:", *(f"  {line}" for line in application.listing(base)), *notes]
    predict = next((function for function in functions if function.name == "predict"), None)
    if predict is not None:
        lines.append("Try:")
        lines.append(
            f"  curl -s {base}{application.path(predict)} -H 'Content-Type: application/json'"
            """ -d '{"text": "I love this airline"}'"""
        )
    lines.append(f"Listening on {base} (Ctrl-C stops)")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _address() -> Address:
    text = os.environ.get("PORT", "").strip() or "7071"
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65_535:
        raise SettingsError("PORT must be a whole number from 0 to 65535")
    return Address(os.environ.get("HOST", "").strip() or "127.0.0.1", int(text))


def _listen(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            fault = f"port {address.port} is in use; choose another one with PORT"
        else:
            fault = f"cannot listen on {address.host} port {address.port}; check HOST and PORT"
        raise SettingsError(fault) from error


if __name__ == "__main__":
    sys.exit(main())

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
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import msgspec
import waitress
from waitress import wasyncore

from function_app.errors import AppError, SettingsError
from function_app.localhost.invocation import LocalFunction, functions_of
from function_app.localhost.routing import HttpHost
from function_app.localhost.timers import Timers
from function_app.service import Service
from function_app.settings import APP_FOLDER

CANNOT_START = 2
"""Exit code when the host cannot start; one line on standard error says why."""

FINISH_SECONDS = 5.0
"""How long requests and timer runs may go on after the host was told to stop."""

_MOST_BUFFERED = 100_000_000

T = TypeVar("T")


@dataclass(frozen=True)
class Address:
    """Where to listen; port 0 takes any free one."""

    host: str
    port: int


class LocalSettings(msgspec.Struct, frozen=True):
    """`local.settings.json`, as `func` reads it."""

    values: dict[str, str] = msgspec.field(name="Values", default_factory=dict)


class HttpExtension(msgspec.Struct, frozen=True):
    """`extensions.http` of `host.json`."""

    prefix: str = msgspec.field(name="routePrefix", default="api")


class Extensions(msgspec.Struct, frozen=True):
    """`extensions` of `host.json`."""

    http: HttpExtension = HttpExtension()


class HostFile(msgspec.Struct, frozen=True):
    """The part of `host.json` that matters here."""

    extensions: Extensions = Extensions()


def main() -> int:
    """Runs the host until it is told to stop; the exit code."""
    try:
        for name, value in _read(APP_FOLDER / "local.settings.json", LocalSettings).values.items():
            os.environ.setdefault(name, value)
        address = _address()
        logging.basicConfig(level=logging.INFO, format="[%(asctime)s] %(message)s", stream=sys.stdout)
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        module = importlib.import_module("function_app.app")
        functions = functions_of(module.app)
        listener = _listen(address)
        _serve(module.service, functions, listener)
    except AppError as error:
        sys.stderr.write(f"Cannot start: {error.detail}\n")
        return CANNOT_START
    return 0


def _serve(service: Service, functions: list[LocalFunction], listener: socket.socket) -> None:
    service.predictor()
    timers = Timers(functions)
    prefix = _read(APP_FOLDER / "host.json", HostFile).extensions.http.prefix
    application = HttpHost(functions, prefix=prefix, limits=service.limits, timers=timers)
    stopping = threading.Event()
    channels: dict[int, Any] = {}
    server = waitress.create_server(
        application,
        map=channels,
        sockets=[listener],
        threads=service.settings.python_threadpool_thread_count,
        max_request_body_size=_MOST_BUFFERED,
        ident=None,
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if not stopping.is_set():
            stopping.set()
            server.pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    timers.start()
    _greet(application, functions, listener)
    while not stopping.is_set():
        wasyncore.loop(timeout=1.0, map=channels, count=1)
    _finish(server, channels)
    timers.stop(FINISH_SECONDS)
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
        wasyncore.loop(timeout=0.1, map=channels, count=1)
    server.task_dispatcher.shutdown()
    wasyncore.close_all(channels, ignore_all=True)


def _greet(application: HttpHost, functions: list[LocalFunction], listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    base = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    lines = ["Functions:", *(f"  {line}" for line in application.listing(base))]
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


def _read(path: Path, kind: type[T]) -> T:
    """The file as `kind`, or its defaults where there is no file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return kind()
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise SettingsError(f"{path.name} cannot be read ({error})") from error


if __name__ == "__main__":
    sys.exit(main())

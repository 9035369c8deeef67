"""Azurite, the storage emulator from npm, as a process of its own."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

from tests.function_app.waiting import wait_until

SCRIPTS = Path(sys.prefix) / "azurite" / "node_modules" / "azurite" / "dist" / "src"
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's own account and key: the same in every installation, and public."""

OPTIONS = ("--silent", "--skipApiVersionCheck", "--disableTelemetry")
START_SECONDS = 60
STOP_SECONDS = 20


def why_not() -> str | None:
    """Why Azurite cannot run here, or None when it can."""
    if shutil.which("node") is None:
        return "Node is not installed"
    if not SCRIPTS.is_dir():
        return "Azurite is not in .venv/azurite; `make setup` puts it there where npm is installed"
    return None


class Azurite:
    """Starts Azurite on free ports with its data in `folder`; after `stop` it can be started there again.

    With a certificate and its key it speaks TLS and takes tokens, as an account does that has an identity's
    trust. Raises `AssertionError` when it does not start.
    """

    def __init__(self, folder: Path, *, certificate: Path | None = None, key: Path | None = None) -> None:
        self._folder = folder
        tokens = ["--oauth", "basic", "--cert", str(certificate), "--key", str(key)] if certificate else []
        self._options = [*OPTIONS, "--location", str(folder), *tokens]
        self._process: subprocess.Popen[bytes] | None = None
        self.blob_port, self.queue_port, self.table_port = _free_ports(3)
        self.start()

    @property
    def connection(self) -> str:
        """The connection string of its blobs, queues and tables."""
        ports = {"Blob": self.blob_port, "Queue": self.queue_port, "Table": self.table_port}
        endpoints = [f"{name}Endpoint=http://127.0.0.1:{port}/{ACCOUNT};" for name, port in ports.items()]
        return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};" + "".join(endpoints)

    def start(self) -> None:
        """Starts it on its ports and waits until it listens."""
        self._folder.mkdir(parents=True, exist_ok=True)
        ports = {"blob": self.blob_port, "queue": self.queue_port, "table": self.table_port}
        addresses = [
            argument
            for name, port in ports.items()
            for argument in (f"--{name}Host", "127.0.0.1", f"--{name}Port", str(port))
        ]
        with (self._folder / "output.txt").open("ab") as output:
            self._process = subprocess.Popen(
                ["node", str(SCRIPTS / "azurite.js"), *self._options, *addresses],
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_until(lambda: self._ended() or all(map(_listens, ports.values())), seconds=START_SECONDS)
        assert not self._ended(), (self._folder / "output.txt").read_text()

    def stop(self) -> None:
        """Stops it; what it keeps stays in the folder."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(STOP_SECONDS)
            self._process = None

    def _ended(self) -> bool:
        return self._process is None or self._process.poll() is not None


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

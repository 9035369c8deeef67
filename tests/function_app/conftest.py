"""What the tests of the app share: a bundle made by hand, a store in a folder of its own, a running host."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from function_app.store import Store
from function_app.store.sqlite import SqliteStore
from tests.azurite import Azurite
from tests.function_app.handmade import write_bundle
from tests.function_app.places import Place, TablesPlace, tables_place
from tests.function_app.running import ROOT, HostStarter, RunningHost
from tests.identity import IdentityEndpoint


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="session")
def predictor(bundle_folder: Path) -> Predictor:
    return Predictor(read_bundle(bundle_folder))


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite3"


@pytest.fixture
def store(store_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(store_path, busy_seconds=0.2)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def host_store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store") / "store.sqlite3"


@pytest.fixture(scope="session")
def host(bundle_folder: Path, host_store_path: Path) -> Iterator[RunningHost]:
    running = RunningHost(MODEL_DIR=str(bundle_folder), STORE_PATH=str(host_store_path))
    yield running
    running.stop()


@pytest.fixture
def start_host(bundle_folder: Path) -> Iterator[HostStarter]:
    """Starts hosts with the bundle made by hand; those that still run are killed after the test."""
    started: list[RunningHost] = []

    def start(root: Path = ROOT, **environment: str) -> RunningHost:
        started.append(RunningHost(root, **{"MODEL_DIR": str(bundle_folder), **environment}))
        return started[-1]

    yield start
    for running in started:
        running.kill()


@pytest.fixture
def identity_endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityEndpoint]:
    """Where this process gets the tokens of a managed identity."""
    with IdentityEndpoint() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{server.server_port}/token")
        monkeypatch.setenv("IDENTITY_HEADER", "secret")
        monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
        yield server
        server.shutdown()


@pytest.fixture
def tables(azurite: Azurite) -> TablesPlace:
    return tables_place(azurite)


@pytest.fixture
def either(place: Place) -> Iterator[Store]:
    """A store of either back end."""
    opened = place.open()
    yield opened
    opened.close()

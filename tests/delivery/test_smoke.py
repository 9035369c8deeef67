"""The smoke test passes on a healthy app, and on nothing else."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery import smoke as smoking
from delivery.__main__ import main
from delivery.errors import DeliveryError
from delivery.package import MANIFEST, ROOT
from delivery.smoke import smoke
from tests.function_app.handmade import VERSION, write_bundle
from tests.function_app.running import RunningHost

SHIPPED = json.loads((ROOT / MANIFEST).read_text(encoding="utf-8"))["version"]
KEY = "a-function-key"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """The app with the shipped model, asking for a key."""
    store = tmp_path_factory.mktemp("store") / "store.sqlite3"
    running = RunningHost(STORE_PATH=str(store), LOCAL_FUNCTION_KEY=KEY)
    yield running
    running.stop()


def check(
    app: RunningHost, *, key: str | None = KEY, version: str = SHIPPED, seconds: float = 0
) -> list[str]:
    said: list[str] = []
    smoke(app.base, key, version, seconds=seconds, say=said.append)
    return said


def test_an_app_that_serves_the_version_passes(app: RunningHost) -> None:
    assert check(app) == [f"{app.base} is well and serves {SHIPPED}"]


def test_another_version_fails(app: RunningHost) -> None:
    with pytest.raises(DeliveryError, match=f"health names the model {SHIPPED}, not another-1"):
        check(app, version="another-1")


@pytest.mark.parametrize("key", [None, "wrong"])
def test_a_key_that_is_refused_fails(app: RunningHost, key: str | None) -> None:
    with pytest.raises(DeliveryError, match=r"/api/model answers HTTP 401: "):
        check(app, key=key)


def test_an_app_without_its_store_fails_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("where a folder should be")
    broken = RunningHost(
        MODEL_DIR=str(write_bundle(tmp_path / "bundle")), STORE_PATH=str(tmp_path / "file" / "store.sqlite3")
    )
    try:
        with pytest.raises(DeliveryError, match=r"/api/health answers HTTP 503: .*store"):
            check(broken, version=VERSION)
    finally:
        broken.stop()


def test_a_model_that_is_wrong_about_plain_tweets_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smoking, "TWEETS", {"love": "negative"})
    silly = RunningHost(
        MODEL_DIR=str(write_bundle(tmp_path / "bundle")), STORE_PATH=str(tmp_path / "store.sqlite3")
    )
    try:
        with pytest.raises(DeliveryError, match="predict says positive by handmade-1 where negative by"):
            check(silly, version=VERSION)
    finally:
        silly.stop()


def test_nobody_there_fails_after_trying_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoking, "FIRST_WAIT_SECONDS", 0.02)
    said: list[str] = []
    with pytest.raises(DeliveryError, match=r"not well after 0\.1 seconds: .* gives no answer"):
        smoke("http://127.0.0.1:9", None, SHIPPED, seconds=0.1, say=said.append)
    assert len(said) == 1


def test_the_command_asks_for_the_version_in_the_package(
    app: RunningHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TWEETS_KEY", KEY)
    for version, code in ((SHIPPED, 0), ("older-1", 1)):
        package = tmp_path / f"{version}.zip"
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr(MANIFEST, json.dumps({"version": version}))
        assert main(["smoke", "--url", app.base, "--package", str(package), "--seconds", "0"]) == code
    assert "not older-1" in capsys.readouterr().err

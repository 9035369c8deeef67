"""The function key: asked for once, kept for the tab, and refused clearly."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.function_app.running import RunningHost
from tests.page.chromium import Chromium

KEY = "a-key/with+signs=="


@pytest.fixture(scope="module")
def locked(small_bundle: Path, store_path: Path) -> Iterator[RunningHost]:
    running = RunningHost(MODEL_DIR=str(small_bundle), STORE_PATH=str(store_path), LOCAL_FUNCTION_KEY=KEY)
    yield running
    running.stop()


def test_the_local_host_asks_for_the_key_as_azure_does(locked: RunningHost) -> None:
    body = {"text": "love"}
    assert locked.post("predict", json=body).status_code == 401
    assert locked.post("predict", json=body, headers={"x-functions-key": "other"}).status_code == 401
    assert locked.post("predict", json=body).content == b""
    assert locked.post("predict", json=body, headers={"x-functions-key": KEY}).status_code == 200
    assert locked.post("predict", json=body, params={"code": KEY}).status_code == 200
    assert (
        locked.session.post(f"{locked.base}/admin/functions/retention", json={}, timeout=30).status_code
        == 401
    )
    for route in ("health", "ui"):
        assert locked.get(route).status_code == 200


def test_a_wrong_key_is_said_to_be_wrong_and_the_right_one_is_asked_once(
    page: Chromium, locked: RunningHost
) -> None:
    page.open(f"{locked.base}/api/ui")
    page.find("#tweet").send_keys("I love it", Keys.ENTER)
    page.wait_for("dialog[open]")
    assert page.driver.switch_to.active_element.get_attribute("id") == "key"
    assert not page.all("#key-wrong")
    page.press("not the key", Keys.ENTER)
    assert "refused this key" in page.wait_for("#key-wrong").text
    page.find("#key").send_keys(KEY, Keys.ENTER)
    page.wait_for(".verdict.positive")
    page.show("watch")
    page.wait_for(".watch .facts")
    assert not page.all("dialog")
    page.driver.refresh()
    page.wait_for(".watch .facts")
    assert not page.all("dialog")
    assert KEY not in page.run("return JSON.stringify({...localStorage}) + document.cookie + location.href")
    assert page.run("return sessionStorage['function-key']") == KEY


def test_who_gives_no_key_is_not_asked_again_until_they_want_to(page: Chromium, locked: RunningHost) -> None:
    page.open(f"{locked.base}/api/ui#watch")
    page.wait_for("dialog[open]")
    page.press(Keys.ESCAPE)
    page.until(lambda: "A key is needed" in page.text(".watch .failure"))
    page.show("try")
    page.find("#tweet").send_keys("love")
    page.until(lambda: "A key is needed" in page.text(".result .failure"))
    assert not page.all("dialog")
    page.find(".result .failure button").click()
    page.wait_for("#key").send_keys(KEY, Keys.ENTER)
    page.wait_for(".verdict.positive")


def test_a_file_waits_for_the_key(page: Chromium, locked: RunningHost, tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_text("love\n" * 1_200)
    page.open(f"{locked.base}/api/ui#many")
    page.find("#file").send_keys(str(path))
    page.wait_for(".start").click()
    page.wait_for("dialog[open]")
    page.press(Keys.ESCAPE)
    page.until(lambda: "start" in page.driver.switch_to.active_element.get_attribute("class"))
    page.press(Keys.ENTER)
    page.wait_for("#key").send_keys(KEY, Keys.ENTER)
    page.until(lambda: "1,200 of 1,200" in page.text(".progress .figures"))

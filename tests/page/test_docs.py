"""The page that shows the API."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.function_app.running import HostStarter, RunningHost
from tests.page.chromium import AXE, DESKTOP, PHONE, Chromium


def unfold(page: Chromium, name: str) -> None:
    page.find(f"#{name} > summary").click()
    page.wait_for(f"#{name} .operation-body")


def test_it_shows_every_function_of_the_api(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/docs")
    page.wait_for("details.operation")
    document = app.get("openapi.json").json()
    names = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    assert {one.get_attribute("id") for one in page.all("details.operation")} == names
    for name in names:
        unfold(page, name)
    shown = page.text("#predict_batch")
    for part in ("texts required", "at least 1 item · at most 1,000 items", "best airline ever", "curl -s"):
        assert part in shown


def test_a_link_leads_to_a_function(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/docs#feedback")
    page.wait_for("#feedback[open] .operation-body")


def test_a_call_can_be_tried_and_the_answer_is_shown(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/docs")
    page.wait_for("details.operation")
    unfold(page, "predict")
    body = page.find("#predict-body")
    body.clear()
    body.send_keys('{"text": "<b>love</b>"}')
    page.find("#predict form button").click()
    page.wait_for("#predict .result pre")
    assert '"label": "positive"' in page.text("#predict .result pre")
    assert page.text("#predict .result .status") == "200"
    body.clear()
    body.send_keys('{"text": ""}')
    page.find("#predict form button").click()
    page.until(lambda: page.text("#predict .result .status") == "400")
    assert "text: a blank string was given" in page.text("#predict .result pre")


def test_parameters_go_where_they_belong(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/docs")
    page.wait_for("details.operation")
    unfold(page, "drift")
    page.find("#drift-limit").send_keys("500", Keys.ENTER)
    page.wait_for("#drift .result pre")
    assert "limit: something else was given" in page.text("#drift .result pre")
    unfold(page, "ui_file")
    page.find("#ui_file-version").send_keys("any")
    page.find("#ui_file-file").send_keys("docs/docs.css", Keys.ENTER)
    page.wait_for("#ui_file .result pre")
    assert page.text("#ui_file .result pre").startswith("/* The API's page. */")


def test_a_key_is_asked_for_where_one_is_needed(page: Chromium, start_app: HostStarter) -> None:
    app = start_app(LOCAL_FUNCTION_KEY="secret")
    page.open(f"{app.base}/api/docs")
    page.wait_for("details.operation")
    unfold(page, "model")
    page.find("#model form button").click()
    page.wait_for("#key").send_keys("wrong", Keys.ENTER)
    page.wait_for("#key-wrong")
    page.find("#key").send_keys("secret", Keys.ENTER)
    page.until(lambda: page.text("#model .result .status") == "200")
    assert page.text("header button") == "Forget the function key"


def test_a_program_is_copied_in_the_language_that_was_chosen(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/docs")
    page.wait_for("details.operation")
    page.driver.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"origin": app.base, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    unfold(page, "predict")
    for option in page.find("#language-predict").find_elements(By.TAG_NAME, "option"):
        if option.text == "Python":
            option.click()
    page.until(lambda: "import requests" in page.text("#predict .samples pre"))
    page.find("#predict .samples button").click()
    page.until(lambda: page.text("#predict .samples [role=status]") == "Copied")
    copied = page.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert copied.startswith("import os\n\nimport requests\n")
    unfold(page, "feedback")
    assert "requests.post(" in page.text("#feedback .samples pre")


def test_an_app_that_is_away_is_told(page: Chromium, start_app: HostStarter) -> None:
    app = start_app()
    page.open(f"{app.base}/api/docs")
    page.wait_for("details.operation")
    unfold(page, "health")
    app.kill()
    page.find("#health form button").click()
    page.wait_for("#health .result .error")


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not in .venv/axe; `make setup` puts it there")
@pytest.mark.parametrize(("is_dark", "size"), [(False, DESKTOP), (True, PHONE)])
def test_it_has_no_barriers_and_does_not_scroll_sideways(
    page: Chromium, app: RunningHost, is_dark: bool, size: tuple[int, int]
) -> None:
    page.open(f"{app.base}/api/docs", language="fr-FR", is_dark=is_dark, size=size)
    page.wait_for("details.operation")
    for name in ("predict", "feedback", "drift"):
        unfold(page, name)
    for summary in page.all("#feedback .answer > summary"):
        summary.click()
    page.find("#predict form button").click()
    page.wait_for("#predict .result pre")
    assert page.barriers() == []
    width, seen = page.run(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert width <= seen

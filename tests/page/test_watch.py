"""The third view: the model, drift, accuracy and alerts, as the app tells them."""

from selenium.webdriver.common.keys import Keys

from tests.function_app.running import HostStarter, RunningHost
from tests.page.chromium import Chromium
from tests.page.conftest import CHECKS

STATES = {
    "insufficient_data": "Too early to judge",
    "stable": "No drift",
    "warning": "Possible drift",
    "drift": "Drift",
}


def test_the_last_check_is_told_with_its_tests_and_history(page: Chromium, watched: RunningHost) -> None:
    report = watched.get("drift").json()
    page.open(f"{watched.base}/api/ui#watch")
    page.wait_for(".watch .plot svg")
    assert page.text(".state") == STATES[report["status"]]
    assert page.text(".sentence") == report["sentence"]
    names = [one.text for one in page.all(".tests tbody th")]
    assert len(names) == len(report["tests"])
    assert "Share of positive" in names
    assert "handmade-1" in page.text(".watch")
    assert "Tweets drifted" in page.text(".watch")
    assert "<b>Look</b> at the tweets" in page.text(".watch")


def test_points_of_a_plot_are_read_by_keys_and_as_a_table(page: Chromium, watched: RunningHost) -> None:
    report = watched.get("drift").json()
    page.open(f"{watched.base}/api/ui#watch")
    page.wait_for(".watch .plot svg")
    holder = page.all(".watch .holder")[1]
    holder.send_keys(Keys.END)
    tooltip = holder.find_element("css selector", ".tooltip")
    assert tooltip.text.endswith(f"Called positive: {report['positive_rate']:.1%}")
    holder.send_keys(Keys.ESCAPE)
    assert not tooltip.is_displayed()
    figure = page.all(".watch .plot")[1]
    figure.find_element("css selector", "summary").click()
    assert len(figure.find_elements("css selector", "tbody tr")) == CHECKS


def test_before_the_first_check_there_is_no_false_calm(page: Chromium, start_app: HostStarter) -> None:
    app = start_app()
    page.open(f"{app.base}/api/ui#watch")
    page.wait_for(".watch .facts")
    assert "No check has run yet" in page.text(".watch")
    assert "No alert has been raised" in page.text(".watch")
    assert not page.all(".state")


def test_an_app_that_is_away_is_asked_again(page: Chromium, start_app: HostStarter) -> None:
    app = start_app()
    port = app.base.rpartition(":")[2]
    page.open(f"{app.base}/api/ui")
    app.kill()
    page.show("watch")
    page.wait_for(".watch .failure")
    assert "Nothing answers at this address" in page.text(".watch .failure")
    start_app(PORT=port)
    page.wait_for(".watch .facts", seconds=40)
    page.until(lambda: not page.all(".watch .failure"))

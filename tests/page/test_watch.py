"""The third view: the model, drift, accuracy and alerts, as the app tells them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from selenium.webdriver.common.keys import Keys

from function_app.store.sqlite import SqliteStore
from tests.function_app import samples
from tests.function_app.running import HostStarter, RunningHost
from tests.page.chromium import Chromium
from tests.page.conftest import CHECKS

EARLIER = 130
"""More checks than the page asks for at once."""
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
    page.until(lambda: len(page.all(".watch .failure")) == 1)
    assert "Nothing answers at this address" in page.text(".watch .failure")
    start_app(PORT=port)
    page.wait_for(".watch .facts", seconds=40)
    page.until(lambda: not page.all(".watch .failure"))


def test_earlier_checks_are_loaded_until_there_are_no_more(
    page: Chromium, start_app: HostStarter, tmp_path: Path
) -> None:
    store = SqliteStore(tmp_path / "store.sqlite3")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(1, EARLIER + 1):
        created = f"{start + timedelta(hours=number):%Y-%m-%dT%H:%M:%S.000Z}"
        store.add_drift_report(samples.report(sequence=number, created=created))
    store.close()
    page.open(f"{start_app().base}/api/ui#watch")
    page.wait_for(".watch .plot svg")

    def shown() -> int:
        return page.run(
            "return document.querySelectorAll('.watch .plot')[0].querySelectorAll('tbody tr').length"
        )

    assert shown() < EARLIER
    page.find(".watch .earlier").click()
    page.until(lambda: shown() == EARLIER)
    assert not page.all(".watch .earlier")

"""No barriers, in any state, language, theme and size that people have."""

from pathlib import Path
from typing import NamedTuple

import pytest
from selenium.webdriver.common.keys import Keys

from tests.function_app.running import RunningHost
from tests.page.chromium import AXE, DESKTOP, PHONE, Chromium


class Look(NamedTuple):
    """How somebody sees the page."""

    language: str
    is_dark: bool
    size: tuple[int, int]


LOOKS = [
    pytest.param(Look("en-US", False, DESKTOP), id="English, light, desktop"),
    pytest.param(Look("fr-FR", True, PHONE), id="French, dark, phone"),
]


def check(page: Chromium) -> None:
    assert page.barriers() == []
    width, seen = page.run(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert width <= seen


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not in .venv/axe; `make setup` puts it there")
@pytest.mark.parametrize("look", LOOKS)
def test_no_view_has_barriers_or_scrolls_sideways(
    page: Chromium, watched: RunningHost, tmp_path: Path, look: Look
) -> None:
    page.open(f"{watched.base}/api/ui", **look._asdict())
    check(page)
    page.find("#tweet").send_keys("@you wonderful crew, but late: the WORST!", Keys.ENTER)
    page.wait_for(".history li")
    for summary in page.all(".answer summary"):
        summary.click()
    check(page)
    page.find(".opinion .wrong").click()
    page.wait_for(".undo")
    check(page)
    page.show("many")
    check(page)
    path = tmp_path / "some.csv"
    path.write_text(
        "text,other\nlove it,1,2\n,2\n" + "the worst thing that was ever seen by anybody at all,3\n" * 300
    )
    page.find("#file").send_keys(str(path))
    page.wait_for(".choice")
    check(page)
    page.find(".start").click()
    page.until(lambda: page.find("progress").get_property("value") == 302)
    page.until(lambda: page.all(".scroller .dot"))
    check(page)
    page.show("watch")
    page.wait_for(".watch .plot svg")
    page.all(".watch .holder")[0].send_keys(Keys.END)
    check(page)


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not in .venv/axe; `make setup` puts it there")
@pytest.mark.parametrize("is_dark", [False, True])
def test_the_question_for_a_key_and_errors_have_no_barriers(
    page: Chromium, app: RunningHost, is_dark: bool
) -> None:
    page.open(f"{app.base}/api/ui", is_dark=is_dark, size=PHONE)
    page.run("""
        window.fetch = async () => new Response("", {status: 401});
    """)
    page.find("#tweet").send_keys("love", Keys.ENTER)
    page.wait_for("#key").send_keys("wrong", Keys.ENTER)
    page.wait_for("#key-wrong")
    check(page)
    page.press(Keys.ESCAPE)
    page.wait_for(".result .failure")
    check(page)

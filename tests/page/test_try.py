"""The first view: an answer as one types, its reasons, and what people say about it."""

import csv
import io
import json
from pathlib import Path

from selenium.webdriver.common.keys import Keys

from function_app.store import Feedback, Prediction
from function_app.store.sqlite import SqliteStore
from tests.function_app.running import HostStarter, RunningHost
from tests.page.chromium import Chromium

TAB_STOPS = 40


def score(page: Chromium, text: str) -> None:
    """Types a text and Enter, and waits for the answer that belongs to it."""
    page.find("#tweet").send_keys(text, Keys.ENTER)
    page.until(lambda: page.find(".words").get_attribute("textContent") == text and not page.all(".asking"))


def recorded(path: Path) -> list[Prediction]:
    store = SqliteStore(path)
    rows, _ = store.predictions_after("", 1_000)
    store.close()
    return rows


def said(path: Path) -> list[Feedback]:
    store = SqliteStore(path)
    rows, _ = store.feedback_after("", 1_000)
    store.close()
    return [feedback for feedback, _ in rows]


def test_it_answers_as_one_types_and_records_only_what_is_finished(
    page: Chromium, start_app: HostStarter, tmp_path: Path
) -> None:
    app = start_app()
    page.open(f"{app.base}/api/ui")
    page.find("#tweet").send_keys("I love it")
    page.wait_for(".verdict.positive")
    page.find("#tweet").send_keys(" not, it is the worst")
    page.wait_for(".verdict.negative")
    assert not page.all(".history li")
    page.press(Keys.ENTER)
    page.wait_for(".history li")
    text = "I love it not, it is the worst"
    assert page.text(".history .text") == text
    assert app.stop() == 0
    assert [row.text for row in recorded(tmp_path / "store.sqlite3")] == [text]


def test_an_answer_says_how_sure_it_is_and_why(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/ui")
    score(page, "wonderful but late")
    assert page.text(".headline").split("\n") == ["Positive", "quite sure", "83%"]
    words = {word.text: word.get_attribute("class") for word in page.all(".word")}
    assert words == {"wonderful": "word positive", "but": "word neither", "late": "word negative"}
    assert page.text(".named").split("\n") == ["For negative: late", "For positive: wonderful"]
    assert "83 are positive" in page.text(".meaning")


def test_an_older_answer_never_replaces_a_newer_one(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/ui")
    page.run("""
        const real = window.fetch;
        let calls = 0;
        window.fetch = async (...all) => {
          calls += 1;
          const isFirst = calls === 1;
          const answer = await real(all[0], {...all[1], signal: undefined});
          if (isFirst) await new Promise((resolve) => { window.letGo = resolve; });
          return answer;
        };
    """)
    page.find("#tweet").send_keys("love", Keys.ENTER)
    page.until(lambda: page.run("return Boolean(window.letGo)"))
    page.find("#tweet").clear()
    score(page, "worst")
    page.run("window.letGo()")
    page.run("return new Promise((done) => setTimeout(done, 100))")
    assert page.text(".headline strong") == "Negative"
    assert [one.text for one in page.all(".history .text")] == ["worst"]


def test_markup_in_a_tweet_is_shown_as_text(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/ui")
    text = '<img src=x onerror="window.hacked = 1"> <b>love</b> &amp; </p><script>window.hacked = 2</script>'
    score(page, text)
    assert page.text(".history .text") == text
    assert page.all(".result img, .result b:not(.named b), .result script, .history img") == []
    page.find("#tweet").clear()
    page.driver.refresh()
    assert page.wait_for(".history .text").text == text
    assert page.run("return window.hacked") is None


def test_feedback_can_be_taken_back_and_is_then_never_sent(
    page: Chromium, start_app: HostStarter, tmp_path: Path
) -> None:
    app = start_app()
    page.open(f"{app.base}/api/ui")
    score(page, "I love it")
    page.find(".opinion .wrong").click()
    page.wait_for(".opinion .undo").click()
    page.wait_for(".opinion .right").click()
    page.wait_for(".opinion .undo")
    assert said(tmp_path / "store.sqlite3") == []
    page.until(lambda: "Thank you" in page.text(".opinion"))
    (one,) = said(tmp_path / "store.sqlite3")
    assert (one.label, one.correct, one.matched, one.text) == ("positive", True, True, "I love it")
    assert "you said right" in page.text(".history .meta")


def test_feedback_outlives_the_page_and_counts_once(
    page: Chromium, start_app: HostStarter, tmp_path: Path
) -> None:
    app = start_app()
    page.open(f"{app.base}/api/ui")
    page.find("#tweet").send_keys("so happy")
    page.wait_for(".opinion .wrong").click()
    page.wait_for(".opinion .undo")
    page.driver.get("about:blank")
    page.until(lambda: said(tmp_path / "store.sqlite3"))
    page.driver.get(f"{app.base}/api/ui")
    # As if it had been left behind an hour ago, without an answer.
    page.run("""
        const entries = JSON.parse(localStorage["feedback-to-send"]);
        entries.forEach((entry) => { entry.due -= 3_600_000; });
        localStorage["feedback-to-send"] = JSON.stringify(entries);
    """)
    page.driver.refresh()
    page.until(lambda: page.run("return localStorage['feedback-to-send']") == "[]")
    (one,) = said(tmp_path / "store.sqlite3")
    assert (one.label, one.correct, one.matched) == ("negative", False, True)


def test_feedback_waits_for_an_app_that_is_away(
    page: Chromium, start_app: HostStarter, tmp_path: Path
) -> None:
    app = start_app()
    port = app.base.rpartition(":")[2]
    page.open(f"{app.base}/api/ui")
    score(page, "I love it")
    app.kill()
    page.find(".opinion .right").click()
    page.until(lambda: "tried again" in page.text(".opinion"))
    assert page.wait_for(".banner.shown").text.startswith("The app does not answer")
    start_app(PORT=port)
    page.until(lambda: "Thank you" in page.text(".opinion"), seconds=40)
    page.until(lambda: not page.all(".banner.shown"))
    assert len(said(tmp_path / "store.sqlite3")) == 1


def test_the_history_is_kept_exported_and_cleared(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/ui")
    texts = ['say "love", please', "the worst"]
    for text in texts:
        page.find("#tweet").clear()
        score(page, text)
    page.driver.refresh()
    page.wait_for(".history li")
    first, second, clear = page.all(".history .tools button")
    first.click()
    rows = list(csv.DictReader(io.StringIO(page.downloaded("tweets.csv").decode())))
    assert [(row["text"], row["label"]) for row in rows] == [(texts[1], "negative"), (texts[0], "positive")]
    second.click()
    assert [one["text"] for one in json.loads(page.downloaded("tweets.json"))] == texts[::-1]
    clear.click()
    page.wait_for(".history .empty")
    page.find(".history button").click()
    page.until(lambda: len(page.all(".history li")) == 2)


def test_what_the_app_refuses_is_said_in_its_words(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/ui")
    page.run("document.querySelector('#tweet').value = 'x'.repeat(2001)")
    page.find("#tweet").send_keys("y")
    page.wait_for(".failure")
    assert "text: a string of 2002 characters was given; the most is 2000" in page.text(".failure")
    assert page.find(".count").get_attribute("class") == "count over"


def test_all_can_be_done_by_keyboard(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/ui")
    page.run("document.activeElement.blur()")
    assert page.tab().text == "Skip to the content"
    names = [page.tab().get_attribute("textContent") for _ in range(3)]
    assert names == ["Try", "Many", "Watch"]
    stops = iter(range(TAB_STOPS))
    while page.tab().get_attribute("id") != "tweet":
        next(stops)
    page.press("I love it", Keys.ENTER)
    page.wait_for(".verdict.positive")
    while "right" not in (page.tab().get_attribute("class") or ""):
        next(stops)
    page.press(Keys.ENTER)
    page.wait_for(".opinion.said")
    assert "undo" in page.driver.switch_to.active_element.get_attribute("class")
    page.press(Keys.SPACE)
    page.until(lambda: "right" in page.driver.switch_to.active_element.get_attribute("class"))


def test_the_browser_s_language_is_taken_and_can_be_changed(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/ui", language="fr-CA")
    score(page, "I love it")
    assert page.run("return [document.documentElement.lang, document.title]") == [
        "fr",
        "Essayer · Sentiment des tweets",
    ]
    assert page.text(".headline strong") == "Positif"
    page.find(".language").click()
    assert page.text(".headline strong") == "Positive"
    page.driver.refresh()
    assert page.wait_for("h1").text == "How does this tweet feel?"
    assert page.run("return document.documentElement.lang") == "en"


def test_the_theme_follows_the_system_until_one_is_chosen(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/ui", is_dark=True)

    def background() -> str:
        return str(page.run("return getComputedStyle(document.body).backgroundColor"))

    dark = background()
    page.dark(False)
    light = background()
    assert dark != light
    page.find(".theme").click()
    page.find(".theme").click()
    assert background() == dark
    page.driver.refresh()
    page.wait_for("h1")
    assert background() == dark

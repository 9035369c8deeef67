"""The second view: a file is read, scored to its last row, and given back."""

import csv
import io
import json
from pathlib import Path

from selenium.webdriver.common.keys import Keys

from tests.function_app.running import HostStarter, RunningHost
from tests.page.chromium import Chromium

ADDED = [f"prediction_{name}" for name in ("id", "label", "confidence", "positive", "model", "error")]
ROWS = 50_000


def choose(page: Chromium, app: RunningHost, path: Path) -> None:
    page.open(f"{app.base}/api/ui#many")
    page.find("#file").send_keys(str(path))


def score(page: Chromium, *, seconds: float = 20.0) -> None:
    page.wait_for(".choice .start").click()
    page.until(lambda: "done in" in page.text(".progress .figures"), seconds=seconds)


def saved(page: Chromium, name: str) -> list[dict[str, str]]:
    page.find(".save button.primary").click()
    return list(csv.DictReader(io.StringIO(page.downloaded(name).decode(), newline="")))


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_fifty_thousand_rows_are_scored_without_a_freeze(
    page: Chromium, app: RunningHost, tmp_path: Path
) -> None:
    words = ["love it", "the worst", "happy but late", "nothing known", "great, thanks"]
    rows = [[str(number), f"{words[number % 5]} {number}", "a, b"] for number in range(ROWS)]
    path = write(tmp_path / "big.csv", [["id", "text", "note"], *rows])
    choose(page, app, path)
    page.run("""
        window.longest = 0;
        let last = performance.now();
        const look = (now) => {
          window.longest = Math.max(window.longest, now - last);
          last = now;
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    """)
    score(page, seconds=180)
    page.find("[data-column=confidence] button").click()
    page.find("[data-column=text] button").click()
    page.run("document.querySelector('.scroller').scrollTop = 1e9")
    page.until(lambda: page.all(f'tr[aria-rowindex="{ROWS + 1}"]'))
    page.until(lambda: page.all(".scroller .text")[-1].text == max(text for _, text, _ in rows))
    assert len(page.all(".scroller tr")) < 60
    assert page.run("return window.longest") < 1_500
    done = saved(page, "big-scored.csv")
    assert [[row["id"], row["text"], row["note"]] for row in done] == rows
    assert len({row["prediction_id"] for row in done}) == ROWS
    labels = {row["text"].rpartition(" ")[0]: row["prediction_label"] for row in done}
    assert labels["love it"] == "positive"
    assert labels["the worst"] == "negative"


def test_nothing_is_dropped_when_the_app_goes_away_in_the_middle(
    page: Chromium, start_app: HostStarter, tmp_path: Path
) -> None:
    app = start_app()
    port = app.base.rpartition(":")[2]
    path = write(tmp_path / "some.csv", [["text"], *([f"love {number}"] for number in range(20_000))])
    choose(page, app, path)
    page.wait_for(".choice .start").click()
    page.until(lambda: page.find("progress").get_property("value") > 0)
    app.kill()
    page.until(lambda: "waiting for the app" in page.text(".progress .figures"))
    assert "no row is lost" in page.text(".trouble")
    assert 0 < page.find("progress").get_property("value") < 20_000
    start_app(PORT=port)
    page.until(lambda: "done in" in page.text(".progress .figures"), seconds=180)
    done = saved(page, "some-scored.csv")
    assert [row["text"] for row in done] == [f"love {number}" for number in range(20_000)]
    assert len({row["prediction_id"] for row in done} - {""}) == 20_000


def test_it_can_be_paused_and_goes_on(page: Chromium, app: RunningHost, tmp_path: Path) -> None:
    path = write(tmp_path / "some.csv", [["text"], *([f"happy {number}"] for number in range(10_000))])
    choose(page, app, path)
    page.run("""
        const real = fetch;
        window.fetch = async (...all) => {
          await new Promise((resolve) => { setTimeout(resolve, 50); });
          return real(...all);
        };
    """)
    page.wait_for(".choice .start").click()
    page.wait_for(".progress .pause").click()
    page.until(lambda: "paused" in page.text(".progress .figures"))
    page.find(".progress .primary").click()
    page.until(lambda: "done in" in page.text(".progress .figures"))
    assert len({row["prediction_id"] for row in saved(page, "some-scored.csv")} - {""}) == 10_000


def test_odd_csv_comes_back_as_it_was_and_odd_places_are_named(
    page: Chromium, app: RunningHost, tmp_path: Path
) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(
        b"\xef\xbb\xbfname;tweet\r\n"
        b'ann;"love ""it""; really\nand truly"\r\n'
        b"bob;=worst\n"
        b"cy;" + "été".encode() + b";more\r\n"
        b"dee;\r\n"
        b'eve;"happy'
    )
    choose(page, app, path)
    page.wait_for(".choice")
    assert page.text(".note ul").split("\n") == [
        "line 7: a quotation mark opens and never closes",
        "line 5: 3 fields instead of 2",
    ]
    assert page.run("return document.querySelector('#column').selectedOptions[0].text") == "tweet"
    score(page)
    assert page.text(".share.refused b") == "1"
    page.find(".save button.primary").click()
    records = list(
        csv.reader(io.StringIO(page.downloaded("odd-scored.csv").decode(), newline=""), delimiter=";")
    )
    assert records[0] == ["name", "tweet", *ADDED]
    assert [record[:2] for record in records[1:]] == [
        ["ann", 'love "it"; really\nand truly'],
        ["bob", "=worst"],
        ["cy", "été"],
        ["dee", ""],
        ["eve", "happy"],
    ]
    assert [record[-1] for record in records[1:]] == ["", "", "", "no text", ""]
    page.find("#guard").click()
    page.find(".save button.primary").click()
    content = page.downloaded("odd-scored.csv").decode()
    assert content.startswith("\ufeffname;")
    assert "bob;'=worst;" in content


def test_json_lines_keep_their_fields(page: Chromium, app: RunningHost, tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text('{"n": 1, "text": "I love it", "more": {"a": [1]}}\nnot json\n"the worst"\n')
    choose(page, app, path)
    page.wait_for(".choice")
    assert "line 2: not a JSON object" in page.text(".note")
    score(page)
    page.find(".save button.primary").click()
    first, second, third = map(json.loads, page.downloaded("some-scored.jsonl").decode().splitlines())
    assert {"n": 1, "text": "I love it", "more": {"a": [1]}}.items() <= first.items()
    assert (first["prediction_label"], third["prediction_label"]) == ("positive", "negative")
    assert (second["line"], second["prediction_error"]) == ("not json", "no text")


def test_plain_text_has_a_tweet_a_line_in_any_encoding(
    page: Chromium, app: RunningHost, tmp_path: Path
) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes("caf\xe9, love it\r\n\r\nthe worst\r\n".encode("latin-1"))
    choose(page, app, path)
    assert "not in UTF-8" in page.wait_for(".failure").text
    page.find(".failure button").click()
    score(page)
    assert [row["text"] for row in saved(page, "old-scored.csv")] == ["café, love it", "the worst"]


def test_the_app_s_own_limits_are_kept_and_refused_rows_say_why(
    page: Chromium, start_app: HostStarter, tmp_path: Path
) -> None:
    app = start_app(MAX_BATCH_TEXTS="7", MAX_TEXT_CHARACTERS="30", MAX_BODY_BYTES="1024")
    texts = ["love 😍" * number for number in range(1, 9)] + ["x" * 31, "x\0y"] + ["the worst"] * 30
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join(json.dumps({"text": text}) for text in texts))
    choose(page, app, path)
    score(page)
    page.find(".save button.primary").click()
    done = [json.loads(line) for line in page.downloaded("some-scored.jsonl").decode().splitlines()]
    expected = [None if len(text) <= 30 and "\0" not in text else "refused" for text in texts]
    assert [row["prediction_error"] and "refused" for row in done] == expected
    assert {row["prediction_error"] for row in done} == {None, "too long", "holds a NUL character"}


def test_a_row_opens_with_its_reasons(page: Chromium, app: RunningHost, tmp_path: Path) -> None:
    choose(page, app, write(tmp_path / "some.csv", [["text"], ["<i>love</i> it"]]))
    score(page)
    page.find(".scroller .text").click()
    page.wait_for(".try:not([hidden]) .verdict.positive")
    assert page.find("#tweet").get_attribute("value") == "<i>love</i> it"


def test_without_a_file_at_hand_a_sample_can_be_scored(page: Chromium, app: RunningHost) -> None:
    page.open(f"{app.base}/api/ui#many")
    page.find(".sample").click()
    score(page)
    done = saved(page, "sample-scored.csv")
    assert len(done) == len({row["prediction_id"] for row in done} - {""}) > 5
    assert all(row["text"] for row in done)


def test_a_list_that_is_pasted_into_the_first_view_can_be_scored_line_by_line(
    page: Chromium, app: RunningHost
) -> None:
    page.open(f"{app.base}/api/ui")
    page.find("#tweet").send_keys("love it", Keys.SHIFT, Keys.ENTER, Keys.ENTER, Keys.NULL, "the worst")
    page.wait_for(".verdict")
    assert not page.all(".lines button")
    page.find("#tweet").send_keys(Keys.SHIFT, Keys.ENTER, Keys.NULL, "<b>happy</b>")
    page.wait_for(".lines button").click()
    score(page)
    assert [one.text for one in page.all(".scroller .text")] == ["love it", "the worst", "<b>happy</b>"]


def test_a_workbook_is_named_as_what_it_is(page: Chromium, app: RunningHost, tmp_path: Path) -> None:
    path = tmp_path / "tweets.csv"
    path.write_bytes(b"PK\x03\x04\x14\x00\x06\x00 not a text")
    choose(page, app, path)
    page.until(lambda: "Save a workbook as CSV first" in page.text(".many .failure"))
    assert not page.all(".many .failure button")

"""Scoring files through a running host: every row once, in order, whatever ends the client."""

import csv
import json
import os
import pty
import signal
from pathlib import Path

import pytest

from tests.function_app.client.running import run_client, start_client
from tests.function_app.running import HostStarter, RunningHost
from tests.function_app.waiting import wait_until

ROWS = 2_400
BATCH = 50


@pytest.fixture
def tweets(tmp_path: Path) -> Path:
    """Rows with quotes, commas and line breaks, so that a row cut in two would not go unnoticed."""
    path = tmp_path / "tweets.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "tweet"])
        writer.writerows([at, f'love "{at}",\nsaid 😡 {"x" * (at % 90)}'] for at in range(ROWS))
    return path


@pytest.fixture
def small_host(start_host: HostStarter, tmp_path: Path) -> RunningHost:
    """A host that takes few texts and bytes at once."""
    store = tmp_path / "host" / "store.sqlite3"
    return start_host(STORE_PATH=str(store), MAX_BATCH_TEXTS=str(BATCH), MAX_BODY_BYTES="4096")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def predict(host: RunningHost, path: Path, out: Path, *more: str) -> tuple[str, ...]:
    return ("predict", "--url", host.base, "--file", str(path), "--out", str(out), *more)


def test_a_killed_run_is_gone_on_with_by_the_next(
    small_host: RunningHost, tweets: Path, tmp_path: Path
) -> None:
    out = tmp_path / "scored.csv"
    progress, partial = tmp_path / "scored.csv.progress", tmp_path / "scored.csv.partial"

    def counted() -> int:
        return json.loads(progress.read_bytes())["rows"] if progress.exists() else 0

    arguments = predict(small_host, tweets, out, "--column", "tweet")
    kills = (200, 700, 1_400)
    for rows in kills:
        process = start_client(*arguments)
        wait_until(lambda rows=rows: counted() >= rows)
        process.kill()
        process.communicate()
        assert rows <= counted() < ROWS
        assert not out.exists()
    with partial.open("ab") as file:
        file.write(b'2399,"half a ro' * 200_000)
    earlier = counted()
    _, said = run_client(*arguments)
    assert said == f"{out}: {ROWS:,} rows, {earlier:,} of them by an earlier run\n"
    assert not partial.exists()
    assert not progress.exists()
    scored = read(out)
    assert [{"number": row["number"], "tweet": row["tweet"]} for row in scored] == read(tweets)
    assert len({row["prediction_id"] for row in scored}) == ROWS
    assert all(row["prediction_label"] == "positive" for row in scored)
    sent_again = small_host.get("health").json()["predictions"]
    assert ROWS <= sent_again["recorded"] + sent_again["waiting"] <= ROWS + len(kills) * BATCH


def test_a_run_waits_for_a_host_that_comes_back(
    start_host: HostStarter, bundle_folder: Path, tweets: Path, tmp_path: Path
) -> None:
    store = str(tmp_path / "store.sqlite3")
    host = start_host(STORE_PATH=store, MAX_BATCH_TEXTS=str(BATCH))
    out = tmp_path / "scored.csv"
    # A shell that runs the tests in the background ignores the signal, and so would what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = start_client(*predict(host, tweets, out, "--column", "tweet"))
    progress = tmp_path / "scored.csv.progress"
    wait_until(lambda: progress.exists() and json.loads(progress.read_bytes())["rows"] > 200)
    host.kill()
    start_host(STORE_PATH=store, MAX_BATCH_TEXTS=str(BATCH), PORT=host.base.rpartition(":")[2])
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "no answer" in said
    assert [row["number"] for row in read(out)] == [str(at) for at in range(ROWS)]


def test_an_interrupted_run_says_how_to_go_on(host: RunningHost, tweets: Path, tmp_path: Path) -> None:
    out = tmp_path / "scored.csv"
    process = start_client(*predict(host, tweets, out, "--column", "tweet"))
    wait_until((tmp_path / "scored.csv.progress").exists)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "Stopped; with --file, the same command goes on from here\n")
    run_client(*predict(host, tweets, out, "--column", "tweet"))
    assert len(read(out)) == ROWS


def test_progress_is_shown_on_a_terminal(host: RunningHost, tweets: Path, tmp_path: Path) -> None:
    terminal, side = pty.openpty()
    arguments = predict(host, tweets, tmp_path / "scored.csv", "--column", "tweet")
    process = start_client(*arguments, stderr=side)
    os.close(side)
    shown = b""
    while b"rows\r\n" not in shown:
        shown += os.read(terminal, 1_000)
    process.communicate(timeout=60)
    os.close(terminal)
    assert shown.startswith(b"\r#")
    assert f" 100%  {ROWS:,} rows  ".encode() in shown


def test_what_cannot_be_scored_gets_its_reason_and_the_others_their_scores(
    host: RunningHost, tmp_path: Path
) -> None:
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    texts = ["love", " ", "x" * 2_001, "a\0b", "\ud800", "hate", ""]
    path.write_text("".join(json.dumps({"id": at, "text": text}) + "\n" for at, text in enumerate(texts)))
    _, said = run_client(*predict(host, path, out))
    assert "7 rows; 5 without a prediction, see prediction_error" in said
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["id"] for row in rows] == list(range(7))
    assert [row["prediction_label"] for row in rows] == ["positive", "", "", "", "", "negative", ""]
    assert [row["prediction_error"] for row in rows] == [
        "",
        "blank",
        "longer than 2000 characters",
        "holds a NUL character",
        "holds half of a surrogate pair",
        "",
        "blank",
    ]
    assert 0.5 < rows[0]["prediction_confidence"] == rows[0]["prediction_positive"]


def test_plain_text_and_tabs_are_read_and_tables_written(host: RunningHost, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes("love\r\nhate, 😡\n".encode())
    run_client(*predict(host, tmp_path / "in.txt", tmp_path / "out.tsv"))
    lines = (tmp_path / "out.tsv").read_text().splitlines()
    assert lines[0].split("\t")[:3] == ["text", "prediction_id", "prediction_label"]
    assert [line.split("\t")[0] for line in lines[1:]] == ["love", "hate, 😡"]
    (tmp_path / "in.tsv").write_text("\ufefftext\tlabel\nlove\t1\n", encoding="utf-8")
    run_client(*predict(host, tmp_path / "in.tsv", tmp_path / "out.csv"))
    (row,) = read(tmp_path / "out.csv")
    assert (row["text"], row["label"], row["prediction_label"]) == ("love", "1", "positive")


def test_a_file_without_rows_gives_one_without_rows(host: RunningHost, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\n")
    _, said = run_client(*predict(host, tmp_path / "in.csv", tmp_path / "out.csv"))
    assert said.endswith("out.csv: 0 rows\n")
    assert (tmp_path / "out.csv").exists()


def test_another_input_is_not_mixed_with_what_an_earlier_run_has_done(
    host: RunningHost, tmp_path: Path
) -> None:
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text("text\nlove\n")
    (tmp_path / "out.csv.partial").write_text("text\n")
    checkpoint = {"sha256": "00", "column": "text", "rows": 1, "bytes": 5, "failed": 0}
    (tmp_path / "out.csv.progress").write_text(json.dumps(checkpoint))
    _, said = run_client(*predict(host, path, out), code=2)
    assert "is of another input or column; start anew with --overwrite" in said
    run_client(*predict(host, path, out, "--overwrite"))
    assert len(read(out)) == 1
    _, said = run_client(*predict(host, path, out), code=2)
    assert said == f"Error: {out} exists already; give another --out, or --overwrite\n"


@pytest.mark.parametrize(
    ("name", "content", "written_to", "reason"),
    [
        ("in.csv", b"tweet\nlove\n", "o.csv", "has no column text (its columns: tweet); use --column"),
        ("in.csv", b"", "o.csv", "has no column text (its columns: none)"),
        ("in.csv", b"text\nlove,hate\n", "o.csv", "line 2: more fields than the header has"),
        ("in.csv", b'text\n"lo"ve\n', "o.csv", "is not a table"),
        ("in.csv", b"text\n\xff\n", "o.csv", "is not UTF-8"),
        ("in.csv", b"text,prediction_id\na,1\n", "o.csv", "has the column prediction_id already; rename it"),
        ("in.jsonl", b"love\n", "o.jsonl", "line 1: not JSON"),
        ("in.jsonl", b'{"text": 1}\n', "o.jsonl", "line 1: no object with a text in text"),
        ("in.jsonl", b'{"text": "a"}\n', "o.csv", "must end with .jsonl, as the input is"),
        ("in.csv", b"text\nlove\n", "o.xlsx", "must end with .csv or .tsv or .jsonl"),
        ("in.parquet", b"", "o.csv", "must be one of .csv, .tsv, .jsonl, .txt"),
        ("in.csv", b"text\nlove\n", "no/o.csv", "cannot be written (No such file or directory)"),
    ],
)
def test_a_file_that_does_not_fit_is_said_in_one_line(
    host: RunningHost, tmp_path: Path, *, name: str, content: bytes, written_to: str, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    printed, said = run_client(*predict(host, tmp_path / name, tmp_path / written_to), code=2)
    assert printed == ""
    assert said.startswith("Error: ")
    assert said.count("\n") == 1
    assert reason in said

"""The client's commands, run as a person runs them."""

import json
import socket
import subprocess
import sys

import pytest

from tests.function_app.client.running import ROOT, run_client
from tests.function_app.running import RunningHost
from tests.function_app.waiting import wait_until


def test_texts_are_scored_one_a_line(host: RunningHost) -> None:
    written, said = run_client("predict", "I love it", "hate 😡", TWEETS_URL=host.base)
    first, second = written.splitlines()
    label, confidence, prediction, text = first.split("  ")
    assert (label, text, len(prediction)) == ("positive", "I love it", 36)
    assert 0.5 < float(confidence) < 1
    assert second.startswith("negative  ")
    assert said == ""


def test_answers_are_printed_as_json_when_asked_for(host: RunningHost) -> None:
    written, _ = run_client("predict", "--url", host.base, "--json", "love 😡")
    answer = json.loads(written)
    assert (answer["text"], answer["label"]) == ("love 😡", "positive")
    assert {"id", "confidence", "probabilities", "model"} <= set(answer)


@pytest.mark.parametrize(
    ("verdict", "correct"),
    [(["--correct"], True), (["--wrong"], False), (["--label", "negative", "--comment", "irony"], False)],
)
def test_feedback_says_whether_its_prediction_is_known(
    host: RunningHost, verdict: list[str], correct: bool
) -> None:
    prediction = host.post("predict", json={"text": "love"}).json()["id"]
    written, _ = run_client("feedback", prediction, *verdict, "--url", host.base)
    assert written.startswith("kept as ")
    assert "not known" not in written
    event = f'"correct":"{str(correct).lower()}","matched":"true"'
    wait_until(lambda: any(event in line for line in host.lines))


def test_feedback_on_a_prediction_that_is_not_known_is_kept(host: RunningHost) -> None:
    written, _ = run_client("feedback", "0192f0c1-2345-7abc-8def-0123456789ab", "--wrong", "--url", host.base)
    assert written.endswith("; its prediction is not known yet\n")


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["predict"], "give texts, or --file, and not both"),
        (["predict", "love", "--file", "x.csv"], "give texts, or --file, and not both"),
        (["predict", "--file", "x.csv"], "--file needs --out, such as --out scored.csv"),
        (
            ["predict", "--file", "no.csv", "--out", "o.csv"],
            "no.csv cannot be read (No such file or directory)",
        ),
        (["predict", "love", "--url", "nonsense://"], "--url must be an address such as"),
        (["stream", "take", "--connection", ""], "no storage account; give --connection"),
        (["stream", "take", "--connection", "x"], "--connection is not a storage connection string"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: list[str], reason: str) -> None:
    written, said = run_client(*arguments, code=2)
    assert written == ""
    assert said.startswith("Error: ")
    assert said.count("\n") == 1
    assert reason in said


def test_a_bad_text_is_refused_in_the_app_s_words(host: RunningHost) -> None:
    _, said = run_client("predict", " ", "--url", host.base, code=2)
    assert said.endswith("(HTTP 400): texts[0]: a blank string was given; it must hold a text\n")


def test_an_app_that_is_not_there_is_waited_for_and_then_said(host: RunningHost) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    _, said = run_client("predict", "love", "--url", url, "--patience", "1.5", code=2)
    waiting, error = said.splitlines()
    assert waiting == f"{url}/api: no answer (ConnectionRefusedError); trying again for 1.5 seconds"
    assert error.startswith(f"Error: {url}/api: no answer (ConnectionRefusedError); check --url")


def test_the_standard_library_is_enough(host: RunningHost) -> None:
    """`-S` leaves out what pip has installed."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "function_app.client", "predict", "love", "--url", host.base],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("positive  ")


def test_where_an_error_came_from_is_shown_when_asked_for() -> None:
    _, said = run_client("predict", "--debug", code=2)
    assert said.startswith("Traceback (most recent call last):")
    assert said.splitlines()[-1].startswith("Error: ")

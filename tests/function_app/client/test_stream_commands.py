"""Putting a file into the queue and taking the results out, with a real host between."""

import base64
import json
import uuid
from pathlib import Path

import pytest
from azure.storage.queue import QueueClient

from tests.azurite import Azurite
from tests.function_app.client.running import run_client
from tests.function_app.running import HostStarter


@pytest.fixture
def environment(azurite: Azurite) -> dict[str, str]:
    name = f"c{uuid.uuid4().hex[:20]}"
    return {
        "AzureWebJobsStorage": azurite.connection,
        "STREAM_QUEUE": name,
        "STREAM_RESULT_QUEUE": f"{name}-out",
    }


def test_a_file_goes_in_and_its_results_come_out(
    environment: dict[str, str], start_host: HostStarter, tmp_path: Path
) -> None:
    path = tmp_path / "tweets.txt"
    path.write_text("love\n\nhate 😡\n")
    _, said = run_client("stream", "put", str(path), **environment)
    assert said == (
        f"2 messages in the queue {environment['STREAM_QUEUE']}; 1 blank or too large ones passed over\n"
    )
    start_host(STORE_PATH=str(tmp_path / "store.sqlite3"), **environment)
    written, said = run_client("stream", "take", "--count", "2", "--wait", "30", **environment)
    assert said == f"2 predictions from the queue {environment['STREAM_RESULT_QUEUE']}\n"
    found = {one["reference"]: one for one in map(json.loads, written.splitlines())}
    assert {name: one["label"] for name, one in found.items()} == {"1": "positive", "3": "negative"}
    assert all(one["position"] == 0 and one["message_id"] and one["id"] for one in found.values())


def test_a_result_that_comes_again_is_written_once_and_a_line_cut_off_is_mended(
    environment: dict[str, str], azurite: Azurite, tmp_path: Path
) -> None:
    queue = QueueClient.from_connection_string(azurite.connection, environment["STREAM_RESULT_QUEUE"])
    queue.create_queue()
    out = tmp_path / "results.jsonl"
    out.write_text('{"id": "p-1"}\n{"id": "p-2", "lab')
    for first in (1, 2):
        predictions = [{"id": f"p-{first}"}, {"id": f"p-{first + 1}"}]
        result = {"message_id": "m", "position": 4, "texts": 9, "predictions": predictions}
        queue.send_message(base64.b64encode(json.dumps(result).encode()).decode())
    _, said = run_client("stream", "take", "--out", str(out), "--wait", "0.5", **environment)
    assert said.startswith("2 predictions ")
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["id"] for line in lines] == ["p-1", "p-2", "p-3"]
    assert (lines[1]["message_id"], lines[1]["position"]) == ("m", 5)
    assert queue.get_queue_properties().approximate_message_count == 0


def test_what_is_no_result_stays_in_the_queue(
    environment: dict[str, str], azurite: Azurite, tmp_path: Path
) -> None:
    queue = QueueClient.from_connection_string(azurite.connection, environment["STREAM_RESULT_QUEUE"])
    queue.create_queue()
    queue.send_message("hello")
    _, said = run_client("stream", "take", "--out", str(tmp_path / "o.jsonl"), code=2, **environment)
    assert said == "Error: the queue holds a message that is no result; check --queue\n"
    assert queue.get_queue_properties().approximate_message_count == 1


def test_a_queue_that_cannot_be_reached_is_said_in_one_line() -> None:
    connection = "AccountName=a;AccountKey=Zm9v;QueueEndpoint=http://127.0.0.1:9/a"
    _, said = run_client("stream", "take", "--connection", connection, code=2)
    assert said == (
        "Error: the queue tweet-sentiments cannot be used (ServiceRequestError); "
        "check --connection and --queue\n"
    )

"""Messages through a real queue and the local host, as a process: nothing is lost, nothing is kept twice."""

import base64
import json
import shutil
import sqlite3
import threading
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from azure.storage.queue import QueueClient

from function_app.settings import Settings
from function_app.store import open_store
from tests.azurite import Azurite
from tests.function_app.running import ROOT, HostStarter, RunningHost
from tests.function_app.waiting import wait_until


class Stream:
    """The app in a folder of its own with short time-outs, queues of its own, and what is in them."""

    def __init__(self, folder: Path, azurite: Azurite, starter: HostStarter) -> None:
        self.folder = folder
        self.store_path = folder / "store.sqlite3"
        self._starter = starter
        self._connection = azurite.connection
        name = f"t{uuid.uuid4().hex[:20]}"
        self.environment = {
            "STORE_CONNECTION": azurite.connection,
            "STORE_PREFIX": name,
            "AzureWebJobsStorage": azurite.connection,
            "STREAM_QUEUE": name,
            "STREAM_RESULT_QUEUE": f"{name}-out",
            "STORE_PATH": str(self.store_path),
        }
        self.source, self.target = self.client(name), self.client(f"{name}-out")
        self.poison = self.client(f"{name}-poison")
        self.source.create_queue()
        ignored = shutil.ignore_patterns("model", "__pycache__")
        shutil.copytree(ROOT / "function_app", folder / "function_app", ignore=ignored)
        self.set_visibility("00:00:02")

    def set_visibility(self, span: str) -> None:
        host = json.loads((ROOT / "host.json").read_text())
        host["extensions"]["queues"] |= {"visibilityTimeout": span, "maxPollingInterval": "00:00:00.2"}
        (self.folder / "host.json").write_text(json.dumps(host))

    def client(self, name: str) -> QueueClient:
        return QueueClient.from_connection_string(self._connection, name)

    def start(self) -> RunningHost:
        return self._starter(self.folder, **self.environment)

    def put(self, content: object) -> str:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return str(self.source.send_message(base64.b64encode(body).decode()).id)

    def deliver_in_vain(self, times: int) -> None:
        """Takes the one message and lets it go again."""
        for _ in range(times):
            wait_until(lambda: list(self.source.receive_messages(visibility_timeout=1)))
        wait_until(self.source.peek_messages)

    def results(self, least: int, *, seconds: float = 90) -> list[dict[str, Any]]:
        """Takes result messages until at least `least` messages have theirs; more may come later."""
        found: list[dict[str, Any]] = []

        def enough() -> bool:
            found.extend(self.take())
            return len({one["message_id"] for one in found}) >= least

        wait_until(enough, seconds=seconds)
        return found

    def take(self) -> list[dict[str, Any]]:
        taken = []
        for message in self.target.receive_messages(max_messages=32):
            taken.append(json.loads(base64.b64decode(message.content)))
            self.target.delete_message(message)
        return taken

    def stored(self) -> list[str]:
        """The ids in the store; tables show a record when it is a few seconds old."""
        store = open_store(Settings.from_environment(self.environment))
        found: list[str] = []
        cursor, more = "", True
        while more:
            rows, cursor = store.predictions_after(cursor, 1_000)
            found.extend(row.id for row in rows)
            more = bool(rows)
        store.close()
        return found

    def is_empty(self) -> bool:
        return self.source.get_queue_properties().approximate_message_count == 0


@pytest.fixture
def stream(tmp_path: Path, azurite: Azurite, start_host: HostStarter) -> Stream:
    return Stream(tmp_path / "app", azurite, start_host)


def ids(results: list[dict[str, Any]]) -> list[str]:
    return [prediction["id"] for result in results for prediction in result["predictions"]]


def test_every_message_is_answered_and_stored_exactly_once(stream: Stream) -> None:
    stream.set_visibility("00:00:30")
    host = stream.start()
    assert "stream takes messages from the queue " in "".join(host.lines)
    sent = {stream.put({"text": f"love {at}", "reference": str(at)}) for at in range(490)}
    sent |= {stream.put([{"text": f"hate {at}.{part}"} for part in range(3)]) for at in range(10)}
    results = stream.results(500)
    wait_until(stream.is_empty)
    assert host.stop() == 0
    assert Counter(one["message_id"] for one in results + stream.take()) == Counter(sent)
    assert {one["predictions"][0]["reference"] for one in results if one["texts"] == 1} == {
        str(at) for at in range(490)
    }
    assert sorted(stream.stored()) == sorted(ids(results))
    assert len(ids(results)) == 520


def test_an_orderly_end_gives_back_what_was_not_begun_and_repeats_nothing(stream: Stream) -> None:
    stream.set_visibility("00:00:59")
    sent = {stream.put({"text": f"love {at}"}) for at in range(150)}
    host = stream.start()
    wait_until(lambda: sum("Succeeded" in line for line in host.lines) > 20)
    assert host.stop() == 0
    assert len(stream.stored()) < 150
    again = stream.start()
    results = stream.results(150, seconds=30)
    wait_until(stream.is_empty)
    assert again.stop() == 0
    assert Counter(one["message_id"] for one in results + stream.take()) == Counter(sent)
    assert sorted(stream.stored()) == sorted(ids(results))


@pytest.mark.parametrize("kind", ["sqlite", "tables"])
def test_a_killed_host_loses_nothing_and_stores_nothing_twice(stream: Stream, kind: str) -> None:
    stream.environment["STORE"] = kind
    sent = {stream.put({"text": f"love {at}"}) for at in range(300)}
    host = stream.start()
    wait_until(lambda: sum("Succeeded" in line for line in host.lines) > 50)
    host.kill()
    wait_until(stream.stored)
    assert len(stream.stored()) < 300
    again = stream.start()
    results = stream.results(300)
    wait_until(stream.is_empty)
    assert again.stop() == 0
    results += stream.take()
    assert {one["message_id"] for one in results} == sent
    answers = {one["message_id"]: one for one in results}
    assert all(one == answers[one["message_id"]] for one in results)
    wait_until(lambda: len(stream.stored()) >= 300)
    assert sorted(stream.stored()) == sorted(ids(list(answers.values())))


def test_a_malformed_message_is_poison_after_its_deliveries_and_the_reason_is_logged(stream: Stream) -> None:
    stream.set_visibility("00:00:01")
    host = stream.start()
    bad = stream.put({"txt": "averysecrettext"})
    good = stream.put({"text": "love"})
    assert [one["message_id"] for one in stream.results(1)] == [good]
    wait_until(lambda: any("is now in the queue" in line for line in host.lines), seconds=60)
    (poison,) = stream.poison.receive_messages()
    assert base64.b64decode(poison.content) == b'{"txt": "averysecrettext"}'
    assert stream.is_empty()
    lines = [line for line in host.lines if f"Message {bad}, delivery" in line]
    assert [line[line.index("delivery") :].strip() for line in lines] == [
        f"delivery {count}: text: nothing was given; the field is required" for count in range(1, 6)
    ]
    assert "averysecret" not in "".join(host.lines)
    assert len(stream.stored()) == 1
    assert host.stop() == 0


def test_what_is_not_base64_is_poison_too(stream: Stream) -> None:
    stream.source.send_message('{"text": "averysecrettext"}')
    stream.deliver_in_vain(4)
    host = stream.start()
    wait_until(lambda: any("is now in the queue" in line for line in host.lines))
    assert any("is not base64, which host.json asks for" in line for line in host.lines)
    assert "averysecret" not in "".join(host.lines)
    assert stream.poison.receive_message().content == '{"text": "averysecrettext"}'
    assert host.stop() == 0


def test_a_message_that_killed_its_hosts_is_not_tried_for_ever(stream: Stream) -> None:
    """Five deliveries ended without a word, so the sixth does not reach the function."""
    stream.put({"text": "love"})
    stream.deliver_in_vain(5)
    host = stream.start()
    wait_until(lambda: any("is now in the queue" in line for line in host.lines))
    assert not any("Executed 'Functions.stream'" in line for line in host.lines)
    assert stream.poison.receive_message() is not None
    assert host.stop() == 0


def test_a_message_waits_for_a_store_that_is_away(stream: Stream) -> None:
    host = stream.start()
    host.get("health")
    lock = sqlite3.connect(stream.store_path, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    stream.put({"text": "love"})
    wait_until(lambda: any("delivery 1: The store" in line for line in host.lines))
    lock.close()
    (result,) = stream.results(1)
    wait_until(stream.is_empty)
    assert stream.stored() == ids([result])
    assert host.stop() == 0


def test_a_message_that_takes_longer_than_its_lease_is_delivered_once(stream: Stream) -> None:
    stream.set_visibility("00:00:01")
    host = stream.start()
    host.get("health")
    lock = sqlite3.connect(stream.store_path, isolation_level=None, check_same_thread=False)
    lock.execute("BEGIN EXCLUSIVE")
    stream.put({"text": "love"})
    wait_until(lambda: not stream.source.peek_messages())
    threading.Timer(1.4, lock.close).start()  # longer than the lease, shorter than the store's patience
    (result,) = stream.results(1)
    wait_until(stream.is_empty)
    assert stream.stored() == ids([result])
    (outcome,) = [line for line in host.lines if "Executed 'Functions.stream'" in line]
    assert "Succeeded" in outcome
    assert int(outcome.partition("Duration=")[2].partition("ms")[0]) > 1_000
    assert host.stop() == 0


def test_a_storage_account_that_was_away_is_taken_up_again(
    tmp_path: Path, azurite: Azurite, start_host: HostStarter
) -> None:
    own = Azurite(tmp_path / "azurite")
    try:
        stream = Stream(tmp_path / "app", own, start_host)
        host = stream.start()
        own.stop()
        wait_until(lambda: any("is away" in line for line in host.lines))
        assert host.post("predict", json={"text": "love"}).status_code == 200
        own.start()
        sent = stream.put({"text": "love"})
        assert [one["message_id"] for one in stream.results(1)] == [sent]
        assert any("is back" in line for line in host.lines)
        assert host.stop() == 0
    finally:
        own.stop()


@pytest.mark.parametrize(
    ("connection", "reason"),
    [
        ("", "off: AzureWebJobsStorage is not set"),
        ("somewhere", "off: AzureWebJobsStorage is not a storage connection string"),
        ("UseDevelopmentStorage", "off: AzureWebJobsStorage is not a storage connection string"),
        (
            "AccountName=a;AccountKey=Zm9v;QueueEndpoint=http://127.0.0.1:9/a",
            "off: the queues of AzureWebJobsStorage do not answer",
        ),
    ],
)
def test_without_a_queue_the_host_serves_all_else_and_says_so(
    start_host: HostStarter, tmp_path: Path, connection: str, reason: str
) -> None:
    host = start_host(STORE_PATH=str(tmp_path / "store.sqlite3"), AzureWebJobsStorage=connection)
    assert [line for line in host.lines if line.startswith(f"stream {reason}")]
    assert host.post("predict", json={"text": "love"}).status_code == 200
    assert host.stop() == 0

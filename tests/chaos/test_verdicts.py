"""What breaks a promise is noticed: each verdict here is of something that is wrong."""

import json
from collections import Counter
from pathlib import Path

import pytest
import requests

from function_app.store.sqlite import SqliteStore
from tests.chaos import __main__ as command
from tests.chaos import hostile_requests, load
from tests.chaos.hostile.attack import Attack, request
from tests.chaos.hostile_requests import Tally, send
from tests.chaos.kept import Kept, kept_in_file
from tests.chaos.liar import Liar
from tests.chaos.load import Promises, load_on
from tests.chaos.record import HELD, SKIPPED, Record
from tests.chaos.trial import Fault, Trial
from tests.function_app.handmade import write_bundle
from tests.function_app.samples import example
from tests.function_app.waiting import wait_until

PLAIN = Attack(kind="plain", pieces=(request(body=b"{}"),))


def record(**values: object) -> Record:
    return Record(fault="a fault", done="once", bound=1.0, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "part"),
    [
        (record(lost=2), "2 acknowledged records were lost"),
        (record(longest=1.5), "a wait of 1.5 s is over the bound of 1 s"),
        (record(answers=Counter({"200": 9, "500": 1})), "1 answers were 500"),
        (record(answers=Counter({"503": 3})), "3 answers were 503"),
        (record(answers=Counter({"none": 2})), "2 requests got no answer"),
        (record(broken=["something else"]), "something else"),
    ],
)
def test_a_broken_promise_is_in_the_verdict(found: Record, part: str) -> None:
    assert found.verdict == part


def test_what_is_right_or_was_not_made_has_a_verdict_of_its_own() -> None:
    assert record(longest=1.0, answers=Counter({"200": 1})).verdict == HELD
    assert record(answers=Counter({"503": 3}), allowed=("503",)).verdict == HELD
    assert record(answers=Counter({"none": 2}), ends_hosts=True).verdict == HELD
    assert record(skipped="no such thing here").verdict == SKIPPED


def test_what_a_server_acknowledged_and_did_not_keep_is_lost(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.sqlite3")
    store.check()
    store.close()
    with Liar() as liar, load_on([liar.base], callers=2) as callers:
        wait_until(lambda: callers.acknowledged() >= 10)
    judged = record()
    callers.promises().judge(judged, kept_in_file(tmp_path / "store.sqlite3"))
    assert judged.lost == judged.acknowledged >= 10
    assert "were lost" in judged.verdict


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """The file of a store without records."""
    store = SqliteStore(tmp_path / "store.sqlite3")
    store.check()
    store.close()
    return tmp_path / "store.sqlite3"


def called(liar: Liar, judged: Record, store: Path) -> str:
    """The verdict on a fault, two callers of which meet the liar until they have enough of it."""
    with liar, load_on([liar.base], callers=2) as callers:
        wait_until(lambda: callers.early() == 2)
    callers.promises().judge(judged, kept_in_file(store))
    return judged.verdict


@pytest.mark.parametrize("ends_hosts", [False, True])
def test_a_host_that_hangs_is_broken(ends_hosts: bool, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "ANSWER_SECONDS", 1.2)
    verdict = called(Liar(status=0), record(ends_hosts=ends_hosts), empty)
    assert verdict.startswith("a wait of") == ends_hosts
    assert "is over the bound of 1 s" in verdict
    assert ("2 requests got no answer" in verdict) != ends_hosts


def test_a_host_that_hangs_up_is_broken_unless_the_fault_ends_it(empty: Path) -> None:
    verdict = called(Liar(drops=True), record(), empty)
    assert verdict == "2 callers ended early; 2 requests got no answer"
    assert called(Liar(drops=True), record(ends_hosts=True), empty) == HELD


@pytest.mark.parametrize(("body", "part"), [(b"{}", "KeyError"), (b"no JSON", "JSONDecodeError")])
def test_an_answer_without_what_was_agreed_is_broken(body: bytes, part: str, empty: Path) -> None:
    verdict = called(Liar(body=body), record(ends_hosts=True), empty)
    assert verdict.startswith(f"callers failed: {part}")


def test_what_a_later_round_has_lost_of_an_earlier_one_is_told() -> None:
    judged = record()
    first = Promises(predictions={"p", "q"}, judged={"p"}, durable={"a", "b"})
    first.judge(judged, Kept(predictions=["p"], feedback=["a"], examples=["b"]))
    assert judged.verdict == HELD
    second = Promises(durable={"c"})
    second.judge(judged, Kept(feedback=["c"]))
    assert judged.verdict == HELD
    (first | second).judge_again(judged, Kept(feedback=["c"], examples=["b"]))
    assert judged.verdict == "2 acknowledged records were lost"


def test_what_is_in_the_store_and_nobody_was_promised_is_counted() -> None:
    promised = Promises(predictions={"p"}, durable={"a"})
    assert promised.unpromised(Kept(predictions=["p", "q"], feedback=["a"], alerts=["b"])) == 2


def test_a_damaged_store_and_records_that_are_there_twice_are_told(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite3").write_bytes(b"no database" * 1_000)
    assert "does not open" in kept_in_file(tmp_path / "store.sqlite3").fault
    assert Kept(feedback=["a", "b"], examples=["b"]).twice() == 1


@pytest.mark.parametrize(
    ("liar", "part"),
    [
        (Liar(status=500), "plain: answered 500"),
        (Liar(status=302), "plain: answered 302"),
        (Liar(status=400, body=b"no", media="text/plain"), "plain: a 400 that is no problem document"),
        (Liar(status=400, body=b'{"status": 404}'), "plain: a 400 that is no problem document"),
        (Liar(status=0), "plain: hung"),
    ],
)
def test_a_wrong_answer_to_a_hostile_request_is_told(
    liar: Liar, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hostile_requests, "BOUND_SECONDS", 0.3)
    with liar:
        assert send(liar.base, [PLAIN] * 3).wrong == {part: 3}


def test_a_connection_that_is_closed_without_the_answer_is_told() -> None:
    with Liar(status=400, body=b'{"type": "t", "title": "t", "status": 400, "detail": "d"}') as liar:
        liar.media = "application/problem+json"
        twice = Attack(kind="two answers", pieces=(request(body=b"{}"),), answers=2, ends=True)
        found = send(liar.base, [PLAIN, twice])
    assert found.wrong == {"two answers: no answer": 1}


def test_a_record_that_nobody_was_promised_is_told(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.sqlite3")
    store.add_example(example(), None)
    store.close()
    compared = record()
    Tally().compare(compared, kept_in_file(tmp_path / "store.sqlite3"))
    assert compared.verdict == "1 records come from requests that were refused"


@pytest.mark.parametrize("error", [AssertionError, requests.ReadTimeout, requests.ConnectionError])
def test_a_fault_that_waits_in_vain_is_broken_and_leaves_no_host(
    error: type[Exception], tmp_path: Path
) -> None:
    trial = Trial(tmp_path, model=write_bundle(tmp_path / "bundle"))
    hosts = []

    def never(given: Trial) -> Record:
        hosts.append(given.host())
        raise error("not within 60 seconds")

    assert trial.make(never).verdict == "gave up: not within 60 seconds"
    assert hosts[0].process.poll() is not None


@pytest.mark.parametrize(("lost", "code"), [(0, 0), (1, 1)])
def test_the_command_prints_keeps_and_tells_by_its_exit_code(
    lost: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault(_: Trial) -> Record:
        return record(lost=lost, times=3)

    faults: dict[str, Fault] = {"a-fault": fault, "another": fault}
    monkeypatch.setattr(command, "FAULTS", faults)
    assert command.main(["a-fault", "--seed", "7", "--out", str(tmp_path)]) == code
    printed = capsys.readouterr()
    assert "| a fault: once | 3 |" in printed.out
    assert "seed 7" in printed.out
    assert "another" not in printed.err
    (found,) = json.loads((tmp_path / "chaos.json").read_text())["tables"]
    assert (found["name"], len(found["rows"]), found["rows"][0]["of these lost"]) == ("faults", 1, lost)


def test_a_smoke_run_leaves_the_results_of_a_real_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "FAULTS", {"a-fault": lambda _: record(times=1)})
    monkeypatch.setattr(command, "OUT", tmp_path)
    assert command.main(["a-fault"]) == 0
    real = (tmp_path / "chaos.json").read_text()
    assert command.main(["a-fault", "--quick"]) == 0
    assert (tmp_path / "chaos.json").read_text() == real
    assert json.loads((tmp_path / "quick" / "chaos.json").read_text())["quick"]

"""What the mixed load counts and asks for, and what makes a long run a fault."""

import json
import random
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.bench import endurance
from tests.bench.endurance import (
    GROWS,
    LONGEST,
    NO_GROWTH,
    QUANTITIES,
    STALLS,
    Course,
    course_table,
    faults,
    judged,
    summary,
)
from tests.bench.growth_plots import endurance as endurance_plot
from tests.bench.mixed_load import A_CONNECTION, MIX, Answered, MixedLoad
from tests.function_app.running import RunningHost
from tests.function_app.waiting import wait_until


class Refusing(ThreadingHTTPServer):
    """Answers every POST with 400 while the gate is open, and counts the requests of each connection."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[tuple[int, bool]] = []
        """Of each connection that is over: its requests, and whether the server was to close it."""

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Refusing
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.requests, self.to_close = 0, False

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.gate.wait(20)
        self.requests += 1
        self.to_close = self.headers["Connection"] == "close"
        self.send_response(400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def finish(self) -> None:
        super().finish()
        self.server.asked.append((self.requests, self.to_close))

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


@pytest.fixture
def refusing() -> Iterator[Refusing]:
    with Refusing() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def gathered(load: MixedLoad, enough: Callable[[Answered], bool]) -> Answered:
    """All that came back, until it is enough and what was under way then has come too."""
    found = Answered()

    def take() -> bool:
        taken = load.take()
        for kind, milliseconds in taken.milliseconds.items():
            found.milliseconds.setdefault(kind, []).extend(milliseconds)
        found.wrong.update(taken.wrong)
        return enough(found)

    try:
        wait_until(take)
    finally:
        load.stop()
    take()
    return found


def test_what_had_to_wait_behind_a_stall_counts_from_when_it_was_due(refusing: Refusing) -> None:
    clients, rate = 2, 100.0
    refusing.gate.clear()
    load = MixedLoad(refusing.base, rate=rate, clients=clients, mix={"bad": 1})
    threading.Timer(1.0, refusing.gate.set).start()
    found = gathered(load, lambda found: len(found.milliseconds.get("bad", [])) >= rate)
    assert sum(milliseconds >= 500 for milliseconds in found.milliseconds["bad"]) > 10 * clients


def test_connections_are_changed_and_closed_by_either_side(refusing: Refusing) -> None:
    load = MixedLoad(refusing.base, rate=2_000, clients=1, mix={"bad": 1})
    found = gathered(load, lambda _: len(refusing.asked) >= 4)
    assert sorted(refusing.asked[:4]) == [(A_CONNECTION, False)] * 2 + [(A_CONNECTION, True)] * 2
    assert not found.wrong


def test_the_host_answers_every_kind_as_expected(tmp_path: Path) -> None:
    host = RunningHost(STORE_PATH=str(tmp_path / "store.sqlite3"), LOG_LEVEL="WARNING")
    try:
        load = MixedLoad(host.base, rate=50, mix=dict.fromkeys(MIX, 1))
        found = gathered(load, lambda found: set(found.milliseconds) == set(MIX))
    finally:
        host.stop()
    assert not found.wrong


def test_an_answer_without_an_id_is_told() -> None:
    load = MixedLoad("http://127.0.0.1:9", rate=1, clients=0)
    load._remember(b"[]")
    assert load.take().wrong == {"predict: no id": 1}


def course(**growing: float) -> Course:
    """An hour in which these quantities grow by that factor, and each shakes a little."""
    made, rng = Course(), random.Random(3)
    for number in range(60):
        hours = (number + 1) / 60
        made.add(
            hours,
            [100 * (1 + growing.get(one.name, 0) * hours) * rng.uniform(0.98, 1.02) for one in QUANTITIES],
        )
    return made


def verdicts(of: Course) -> dict[str, str]:
    return {one.quantity.name: one.verdict for one in judged(of)}


def test_a_few_long_answers_are_no_growth() -> None:
    made = course()
    for at in (40, 50, 55):
        made.values[LONGEST][at] = 2_000
    assert verdicts(made)[LONGEST] == NO_GROWTH


def test_an_answer_over_the_bound_is_a_stall_wherever_it_was() -> None:
    made = course()
    made.longest = 6_000
    assert verdicts(made)[LONGEST] == STALLS
    assert faults(made, quick=True) == ["an answer took 6.0 s"]


def wrong() -> Course:
    made = course()
    made.wrong = {"predict: 500": 3}
    return made


@pytest.mark.parametrize(
    ("found", "arguments", "code", "said"),
    [
        (course(), [], 0, ""),
        (course(memory=0.3), [], 1, "endurance: memory grows\n"),
        (course(memory=0.3), ["--quick"], 0, ""),
        (wrong(), ["--quick"], 1, "endurance: 3 answers were not as expected: predict: 500\n"),
        (None, [], 2, ""),
    ],
)
def test_the_exit_code_tells_what_standard_error_names(
    *,
    found: Course | None,
    arguments: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(endurance, "_course", lambda *_: found)
    monkeypatch.setattr(endurance, "RESULTS", tmp_path)
    assert endurance.main(arguments) == code
    assert capsys.readouterr().err == said
    if found:
        folder = tmp_path / "quick" if arguments else tmp_path
        kept = json.loads((folder / "endurance.json").read_text())
        assert kept["quick"] == bool(arguments)
        assert (folder / "endurance.png").stat().st_size > 0


def test_the_picture_has_a_panel_for_each_quantity() -> None:
    made = course()
    picture = endurance_plot([endurance.summary(made, 20), endurance.course_table(made)])
    shown = [axes.get_title() for axes in picture.axes]
    assert len(shown) == len(QUANTITIES)
    assert f"{LONGEST}, ms" in shown


@pytest.mark.parametrize("name", [one.name for one in QUANTITIES])
def test_what_grows_is_told_and_nothing_else(name: str) -> None:
    rows = {row[0]: row[-1] for row in summary(course(**{name: 0.3}), 20).rows}
    assert rows.pop(name) == GROWS
    assert set(rows.values()) == {NO_GROWTH}


def test_growth_that_is_chance_or_does_not_matter_is_none() -> None:
    assert {row[-1] for row in summary(course(memory=0.03), 20).rows} == {NO_GROWTH}


def test_answers_that_were_not_expected_are_told() -> None:
    made = course()
    made.wrong = {"predict: 500": 3}
    assert "predict: 500 (3)" in summary(made, 20).note


def test_a_run_of_seconds_has_every_quantity(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(endurance, "QUICK_MINUTES", 0.05)
    monkeypatch.setattr(endurance, "QUICK_SPAN_SECONDS", 0.3)
    found = endurance.tables(quick=True)
    if not found:
        pytest.skip("the system tells nothing in /proc")
    table, course = found
    assert [row[0] for row in table.rows] == [one.name for one in QUANTITIES]
    assert "not as expected: none" in table.note
    assert len(course.rows) >= 10
    memory, threads, files = course.columns.index("memory, MB"), 2, 3
    assert all(row[memory] > 20 and row[threads] > 3 and row[files] > 5 for row in course.rows)
    endurance_plot(found).savefig(tmp_path / "endurance.png")


def test_the_course_is_told_in_minutes() -> None:
    assert [row[0] for row in course_table(course()).rows][:3] == [1, 2, 3]

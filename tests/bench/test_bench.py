"""The benchmarks measure what they say, fill the document, and leave nothing running."""

import json
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import pytest

from export.text_graph import session
from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from function_app.settings import Settings
from tests.bench import __main__ as command
from tests.bench import direct
from tests.bench.__main__ import DOCUMENT, main, peers_of
from tests.bench.cold_start import import_times, imports, installed_mb, package_of, steps
from tests.bench.direct import work
from tests.bench.documents import QuickRunError, differences, fill, filled, machine_text, table_of
from tests.bench.float32 import unrounded
from tests.bench.load import Found, Job
from tests.bench.networks import ROWS_A_RUN, KerasModel
from tests.bench.plots import PLOTS
from tests.bench.probability import in_32_bits, measured, ratio
from tests.bench.processes import awake, cpu_seconds, family
from tests.bench.results import Figure, Table, machine, write
from tests.bench.running import ServerError, running
from tests.bench.servers import (
    BATCHING,
    EMPTY,
    OURS,
    SERVERS,
    TRIVIAL,
    Server,
    environment_of,
    v2,
    versions_of,
)
from tests.bench.texts import MODEL, corpus
from tests.bench.whole_request import CLIENTS, FEWEST, Asked, Round, generate, percentiles
from tests.bench.whole_request import _table as table_of_requests

FAILING = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked = 0
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Handler.asked += 1
        self.send_response(200 if Handler.asked == 1 else 500)
        body = b'{"label":"positive","probability":0.5}'
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


BUSY = """
import sys, threading
from tests.bench.peers.trivial import serve
import asyncio
def work():
    while True: pass
threading.Thread(target=work, daemon=True).start()
asyncio.run(serve(int(sys.argv[1])))
"""


def table(name: str = "a") -> Table:
    made = Table(name, "A title", ("what", "time", "count"), note="A note.")
    made.add("one", Figure.of([1.0, 2.0, 4.0], "ms"), 3)
    made.add("two", Figure.of([5.0], "ms"), 4)
    return made


def asked(server: Server, pid: int, port: int) -> Asked:
    bodies = [server.body(text).decode() for text in corpus()]
    return Asked(server.name, pid, generate, port, server.path, bodies)


def test_percentiles_are_those_of_numpy() -> None:
    values = np.random.default_rng(3).exponential(size=1_001).tolist()
    np.testing.assert_allclose(
        percentiles(values, 50, 95, 99), np.percentile(values, [50, 95, 99]), atol=1e-8
    )
    assert percentiles([7.0], 50, 99) == [7.0, 7.0]


def test_a_round_s_figures_follow_from_the_answers() -> None:
    found = Round.of(Found(milliseconds=[1.0, 2.0, 3.0, 4.0], errors=1, seconds=0.5), cpu=0.02)
    assert (found.throughput, found.p50, found.errors, found.cpu) == (8.0, 2.5, 1, 5.0)


def test_the_slow_ones_of_few_answers_are_not_told() -> None:
    few, enough = (Round.of(Found([1.0] * count, seconds=1.0), 0.0) for count in (FEWEST - 1, FEWEST))
    none = Round.of(Found(seconds=1.0), 0.0)
    assert (few.p50, few.p95, few.p99) == (1.0, None, None)
    assert (enough.p50, enough.p95, enough.p99) == (1.0, 1.0, 1.0)
    assert (none.p50, none.throughput, none.cpu) == (None, 0.0, 0.0)
    found = {(1, "slow"): [few, enough], (1, OURS): [enough, enough]}
    made = table_of_requests(1, found, {"slow": 1.0, OURS: 1.0})
    slow, ours = made.as_dict()["rows"]
    assert (slow["p95"], slow["p99"], ours["p95"]["median"]) == (None, None, 1.0)
    assert "| 1 ms | — | — |" in made.markdown()
    assert table_of(json.loads(json.dumps(made.as_dict()))) == made


def test_the_function_is_called_by_as_many_at_once_as_the_host_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once, most, lock = 0, 0, threading.Lock()

    def handler(req: object) -> SimpleNamespace:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.01)
        with lock:
            at_once -= 1
        return SimpleNamespace(status_code=200)

    function = SimpleNamespace(get_function_name=lambda: "predict", get_user_function=lambda: handler)
    settings = SimpleNamespace(python_threadpool_thread_count=3)
    monkeypatch.setattr(direct, "app", SimpleNamespace(get_functions=lambda: [function]))
    monkeypatch.setattr(direct, "service", SimpleNamespace(settings=settings))
    found = work(Job(0, "/api/predict", ["{}"], clients=12, seconds=0.2))
    assert most == 3
    assert len(found.milliseconds) >= 12
    assert sorted(found.milliseconds)[len(found.milliseconds) // 2] > 30  # 10 of its own, three others before


def test_keras_is_asked_once_for_all_texts() -> None:
    calls: list[tuple[tuple[int, ...], int]] = []

    def predict(ids: np.ndarray, *, batch_size: int, verbose: int) -> np.ndarray:
        calls.append((ids.shape, batch_size))
        return np.zeros((len(ids), 1), np.float32)

    def ids_of(texts: list[str]) -> np.ndarray:
        return np.zeros((len(texts), 7), np.int32)

    found = KerasModel(SimpleNamespace(predict=predict), ids_of).probability(["a"] * 150)
    assert calls == [((150, 7), ROWS_A_RUN)]
    assert found.tolist() == [0.5] * 150


def test_a_ratio_compares_within_a_round() -> None:
    assert ratio([2.0, 30.0, 4.0], [1.0, 10.0, 4.0]) == Figure(2.0, 1.0, 3.0, "×")


def test_every_way_is_timed_in_every_round() -> None:
    calls: list[tuple[str, int]] = []
    ways = {name: lambda texts, name=name: calls.append((name, len(texts))) for name in ("a", "b")}
    found = measured(ways, ["x", "y", "z"], 2, rounds=3)
    assert {name: len(values) for name, values in found.items()} == {"a": 3, "b": 3}
    assert {count for _, count in calls} == {2}


def test_the_graph_in_32_bits_scores_as_the_shipped_one() -> None:
    bundle = read_bundle(MODEL)
    exact = unrounded(onnx.ModelProto.FromString(bundle.model))
    assert not any("Integer" in node.op_type or "Quantize" in node.op_type for node in exact.graph.node)
    texts = corpus()[:40]
    difference = Predictor(bundle).probability(texts) - Predictor(in_32_bits(bundle)).probability(texts)
    assert 0 < np.abs(difference).max() < 0.05
    names = ["tokens", "unknown_tokens"]
    given = {"text": np.array(texts, dtype=object)}
    for one, other in zip(
        session(exact).run(names, given),
        session(onnx.ModelProto.FromString(bundle.model)).run(names, given),
        strict=True,
    ):
        assert one.tolist() == other.tolist()


def test_a_server_is_asked_watched_and_ended() -> None:
    with running(EMPTY) as one:
        pid = one.process.pid
        found = asked(EMPTY, pid, one.port).round(clients=4, seconds=0.3)
        assert one.probability("a text") == 0.5
        assert one.first_answer > 0
        assert family(pid)[0] == pid
    assert found.errors == 0
    assert found.throughput > 0
    assert found.p50 is not None
    assert found.p50 > 0
    assert not Path(f"/proc/{pid}").exists()


def test_answers_that_are_no_success_are_counted_as_errors(tmp_path: Path) -> None:
    (tmp_path / "failing.py").write_text(FAILING)
    server = Server("failing", (sys.executable, str(tmp_path / "failing.py"), "{port}"), same_model=False)
    with running(server) as one:
        found = asked(server, one.process.pid, one.port).round(clients=2, seconds=0.2)
    assert found.throughput == 0
    assert found.errors > 0


def test_who_is_not_asked_rests_and_goes_on_when_asked() -> None:
    busy = Server("busy", (sys.executable, "-c", BUSY, "{port}"), same_model=False)
    with running(busy) as one:
        with awake(one.process.pid):
            one.ask("a text")
        before = cpu_seconds(one.process.pid)
        time.sleep(0.2)
        assert cpu_seconds(one.process.pid) - before <= 0.02
        with awake(one.process.pid):
            one.ask("a text")


def test_a_server_that_does_not_start_says_why() -> None:
    server = Server("broken", (sys.executable, "-c", "raise SystemExit('no such model')"))
    with pytest.raises(ServerError, match="broken ended at its start: no such model"), running(server):
        pass


def test_every_server_can_be_started_with_what_it_names() -> None:
    values = dict.fromkeys(("port", "port2", "port3", "folder"), "1")
    for server in (*SERVERS, EMPTY, TRIVIAL):
        assert not any("{" in part.format(**values) for part in server.command)
        assert set(server.environment) <= set(environment_of(server, **values))
    assert len({server.name for server in SERVERS}) == len(SERVERS)
    assert json.loads(v2("a “text”"))["inputs"][0]["data"] == ["a “text”"]
    missing = Server("gone", (str(MODEL.parents[1] / ".venv-no-such" / "python"),))
    assert "make bench-setup" in (missing.why_not() or "")


def test_settings_of_a_shell_or_a_file_change_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREDICTION_SAMPLE", "0.5")
    monkeypatch.setenv("STORE", "tables")
    values = dict.fromkeys(("port", "port2", "port3", "folder"), "1")
    ours, not_recording = (environment_of(server, **values) for server in SERVERS[:2])
    assert (ours["PREDICTION_SAMPLE"], not_recording["PREDICTION_SAMPLE"]) == ("", "0")
    found = Settings.from_environment(ours)
    named = {name: ours[name] for name in ("STORE_PATH", "DRIFT_SCHEDULE")}
    defaults = Settings.from_environment(named)
    assert found == defaults


def test_who_joins_requests_has_a_row_beside_who_does_not() -> None:
    names = [server.name for server in SERVERS]
    joining = [name for name in names if name.endswith(BATCHING)]
    assert len(joining) == 3
    assert {name.removesuffix(BATCHING) for name in joining} <= set(names)


def test_versions_of_what_was_measured_are_kept(tmp_path: Path) -> None:
    made = Table("a", "A title", ("server",))
    made.add(OURS)
    peers = peers_of([made])
    assert set(peers) == {OURS}
    assert peers[OURS]["numpy"] == np.__version__
    assert peers[OURS].keys() >= {"onnxruntime", "onnxruntime-extensions", "azure-functions"}
    assert versions_of(Server("a", ("a",), packages=("requests", "no-such-package"))).keys() == {"requests"}
    write([made], tmp_path / "a.json", peers={"another": {"another": "7.5"}})
    kept = json.loads((tmp_path / "a.json").read_text())["machine"]
    assert "Servers: another 7.5." in machine_text(kept)
    assert kept["memory_gb"] > 0


def test_import_times_are_summed_by_package() -> None:
    imported = {"zipimport": 9, "site": 9, "json.decoder": 1_000, "  re": 500, "numpy": 250}
    listing = "\n".join(f"import time: {own:9} | {own:10} | {name}" for name, own in imported.items())
    taken = import_times("import time: self [us] | cumulative | imported package\n" + listing)
    assert taken == {"json.decoder": 1.0, "re": 0.5, "numpy": 0.25}
    assert [package_of(name) for name in taken] == ["standard library"] * 2 + ["numpy"]


def test_imports_are_told_beside_those_of_an_empty_app() -> None:
    found = imports(rounds=1)
    rows = {row[0]: row for row in found.rows}
    ours, empty = rows["all of them"][2:]
    assert isinstance(ours, Figure)
    assert isinstance(empty, Figure)
    assert 0 < empty.median < ours.median
    assert rows["onnxruntime"][3] is None
    assert "function_app.app" in found.as_dict()["kept"]["our app"]


def test_the_steps_of_a_start_are_told() -> None:
    found = steps(rounds=1)
    assert len(found.rows) == 4
    assert all(figure.median > 0 for _, figure in found.rows if isinstance(figure, Figure))


def test_packages_have_a_size_with_what_they_need() -> None:
    alone = Server("a", ("a",), packages=("requests",))
    more = Server("b", ("b",), packages=("requests", "urllib3", "no-such-package"))
    assert 0 < installed_mb(alone) == installed_mb(more)


def test_a_document_gets_the_tables_that_it_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write([table("a"), table("c")], tmp_path / "results.json")
    document = tmp_path / "document.md"
    document.write_text(
        "# T\n<!-- bench:a -->\nold\n<!-- /bench -->\nkept\n<!-- bench:b -->\nstays\n<!-- /bench -->\n"
    )
    fill(document, tmp_path)
    text = document.read_text()
    assert table("a").markdown() in text
    assert "old" not in text
    assert "kept\n<!-- bench:b -->\nstays\n<!-- /bench -->" in text
    said = capsys.readouterr().err
    assert "b: no result" in said
    assert "c: no place" in said
    fill(document, tmp_path)
    assert document.read_text() == text


def test_results_of_a_quick_run_are_not_put_into_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "document.md"
    document.write_text("<!-- bench:a -->\nold\n<!-- /bench -->\n")
    write([table("a")], tmp_path / "results.json", quick=True)
    with pytest.raises(QuickRunError, match=r"results\.json in .*: a quick run"):
        fill(document, tmp_path)
    monkeypatch.setattr(command, "DOCUMENT", document)
    assert main(["docs", str(tmp_path)]) == 1
    assert "results.json" in capsys.readouterr().err
    assert "old" in document.read_text()


@pytest.mark.parametrize(
    ("given", "folder"), [([], "."), (["--quick"], "quick"), (["--quick", "--out", "named"], "named")]
)
def test_a_quick_run_has_a_folder_of_its_own(
    given: list[str], folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "RESULTS", tmp_path)
    monkeypatch.setitem(sys.modules, "a_section", SimpleNamespace(tables=lambda _: [table()]))
    monkeypatch.setitem(command.SECTIONS, "a", "a_section")
    assert main(["a", *given]) == 0
    kept = json.loads((tmp_path / folder / "a.json").read_text())
    assert kept["quick"] is ("--quick" in given)


def test_a_section_that_is_killed_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = {"requests": -9, "growth": 0}
    monkeypatch.setattr(command, "_apart", lambda section, _: codes[section])
    assert main(["requests", "growth"]) == 1
    assert capsys.readouterr().err == "failed: requests\n"
    codes["requests"] = 0
    assert main(["requests", "growth"]) == 0


def test_results_of_different_machines_or_days_are_told() -> None:
    one = machine()
    assert differences({"a.json": one, "b.json": dict(one)}) == []
    other = {**one, "cores": 96, "measured": "2020-01-01T00:00:00+00:00"}
    cores, day = differences({"a.json": one, "b.json": other})
    assert "“cores”" in cores
    assert "96 (b.json)" in cores
    assert "2020-01-01 (b.json)" in day


def test_a_kept_table_reads_as_it_was() -> None:
    assert table_of(json.loads(json.dumps(table().as_dict()))) == table()


def test_the_document_has_a_place_for_every_table_of_requests() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    names = [f"requests-{clients}" for clients in CLIENTS] + ["machine", "probability", "cold-start", "sizes"]
    changed = filled(text, dict.fromkeys(names, "here\n"))
    assert changed.count("here\n") == len(names)


def test_pictures_are_drawn(tmp_path: Path) -> None:
    figure = Figure.of([1.0, 2.0], "ms")
    probability = Table("probability", "", ("tokens", "texts a call", "shipped bundle", "other"))
    probability.add(8, 1, figure, figure)
    probability.add(24, 1, figure, figure)
    requests = Table("requests-1", "", tuple("abcdefghij"))
    requests.add("our functions", figure, figure, figure, figure, figure, figure, 0, figure, "1 MB")
    requests.add("another", figure, "—", figure, figure, None, None, 0, figure, "1 MB")
    answers = Table("cold-start", "", tuple("ab"))
    answers.add("our functions", figure)
    imported = Table("imports", "", tuple("abc"))
    imported.add("numpy", 3, figure)
    for name, tables in {
        "probability": [probability],
        "requests": [requests],
        "cold-start": [answers, answers, imported],
    }.items():
        PLOTS[name](tables).savefig(tmp_path / f"{name}.png")
        assert (tmp_path / f"{name}.png").stat().st_size > 5_000


def test_an_unknown_section_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["requests", "speed of light"]) == 2
    assert "speed of light: not one of probability" in capsys.readouterr().err

"""The command line of the study."""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from function_app.bundle import read_bundle
from function_app.drift.monitor import rule_of
from function_app.errors import AppError
from function_app.predictor import Predictor
from function_app.settings import Settings
from training.data import DataError, data_dir
from training.drift_study import plots
from training.drift_study.methods import BASELINES, Method
from training.drift_study.ours import DriftCheck
from training.drift_study.pools import CorpusPools, RealPools
from training.drift_study.report import as_json, missed, summary, table
from training.drift_study.running import generator, run
from training.drift_study.scenario import Scenario
from training.drift_study.scenarios import corpus_scenarios, real_scenarios

REPOSITORY = Path(__file__).resolve().parents[2]
LOCAL = REPOSITORY / ".local" / "drift-study"

QUICK_STREAMS, FULL_STREAMS = 8, 100
EXAMPLES = ("null-cycle", "rate-10-late", "rate-20-gradual", "topic-later")
"""Scenarios of which one stream is drawn, where they are in the study."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every floor is met, 1 when one is missed, 2 with one line on stderr when it cannot run."""
    options = _parser().parse_args(arguments)
    try:
        rule = rule_of(Settings.from_environment(os.environ))
        predictor = Predictor(read_bundle(options.bundle))
        scenarios = _chosen(_scenarios(predictor, options), options.scenario)
        methods: tuple[Method, ...] = (DriftCheck(predictor.reference, rule), *BASELINES)
        return _study(scenarios, methods, options, model=predictor.version)
    except (AppError, DataError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 2


def _study(
    scenarios: Sequence[Scenario], methods: Sequence[Method], options: argparse.Namespace, *, model: str
) -> int:
    start = time.perf_counter()
    findings = run(scenarios, methods, streams=options.streams, seed=options.seed, jobs=options.jobs)
    options.out.mkdir(parents=True, exist_ok=True)
    study = {"seed": options.seed, "model": model, "scenarios": as_json(findings)}
    (options.out / "study.json").write_text(json.dumps(study, indent=2) + "\n", encoding="utf-8")
    (options.out / "study.md").write_text(summary(findings) + "\n", encoding="utf-8")
    if any(scenario.kind == "null" for scenario in scenarios):
        plots.false_alarms(findings).savefig(options.out / "false_alarms.png", dpi=110)
    if any(scenario.kind == "shift" for scenario in scenarios):
        plots.delays(findings).savefig(options.out / "delays.png", dpi=110)
    examples = [scenario for scenario in scenarios if scenario.name in EXAMPLES]
    if examples:
        plots.courses([_course(one, methods, options.seed) for one in examples]).savefig(
            options.out / "evidence.png", dpi=110
        )
    seconds = time.perf_counter() - start
    sys.stdout.write(f"{table(findings)}\n\n{seconds:.0f} s; figures and plots in {options.out}\n")
    return 1 if missed(findings) else 0


def _course(scenario: Scenario, methods: Sequence[Method], seed: int) -> plots.Course:
    stream = scenario.make(generator(scenario, seed=seed, number=0))
    verdicts = {method.name: method.verdicts(stream, to_the_end=True) for method in methods}
    return plots.Course(scenario=scenario, stream=stream, verdicts=verdicts)


def _scenarios(predictor: Predictor, options: argparse.Namespace) -> list[Scenario]:
    if options.data is None:
        return corpus_scenarios(CorpusPools(predictor, cache=options.cache))
    return real_scenarios(RealPools(predictor, cache=options.cache, folder=data_dir(options.data)))


def _chosen(scenarios: list[Scenario], names: Sequence[str] | None) -> list[Scenario]:
    known = {scenario.name for scenario in scenarios}
    if unknown := sorted(set(names or ()) - known):
        raise DataError(f"no scenario {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return [scenario for scenario in scenarios if not names or scenario.name in names]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.drift_study",
        description="How often the drift check is wrong, and how soon it is right, beside fixed thresholds. "
        "Exit code 0: every floor is met; 1: one is missed; 2: an error.",
    )
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument(
        "--quick",
        dest="streams",
        action="store_const",
        const=QUICK_STREAMS,
        help=f"{QUICK_STREAMS} streams a scenario, some have more or fewer (the default)",
    )
    amount.add_argument(
        "--full", dest="streams", action="store_const", const=FULL_STREAMS, help=f"{FULL_STREAMS} of them"
    )
    amount.add_argument("--streams", type=_positive, metavar="N", help="so many")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        default=os.environ.get("DATA_DIR") or None,
        help="public data sets (default: $DATA_DIR; without it the texts of tests/corpus)",
    )
    parser.add_argument("--scenario", nargs="+", metavar="NAME", help="only these (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="of all randomness (default: 0)")
    parser.add_argument("--jobs", type=_positive, default=1, metavar="N", help="processes (default: 1)")
    parser.add_argument("--out", type=Path, metavar="FOLDER", default=LOCAL, help="default: %(default)s")
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER", default=LOCAL / "scores", help="default: %(default)s"
    )
    parser.add_argument(
        "--bundle",
        type=Path,
        metavar="FOLDER",
        default=REPOSITORY / "function_app" / "model",
        help="default: %(default)s",
    )
    parser.set_defaults(streams=QUICK_STREAMS)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number

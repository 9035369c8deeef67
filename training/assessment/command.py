"""``python -m training assess``, ``compare`` and ``select``."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from export.frameworks import import_keras
from function_app.command_line import described, positive

if TYPE_CHECKING:
    from training.assessment.assess import AssessOptions

BUNDLES = Path(__file__).resolve().parents[2] / ".local" / "candidates"
IMDB_ROWS = 5_000


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the commands to argparse's subcommands."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "candidates", nargs="*", metavar="CANDIDATE", help="default: all that have a finished run"
    )
    shared.add_argument(
        "--bundles",
        type=Path,
        default=BUNDLES,
        metavar="FOLDER",
        help="gets a bundle named after each candidate (default: %(default)s)",
    )
    shared.add_argument(
        "--min-parity-texts",
        type=positive,
        default=2_000,
        metavar="N",
        help="as in export bundle (default: 2000)",
    )
    shared.add_argument("--quiet", action="store_true", help="no progress bars")

    assess = commands.add_parser(
        "assess",
        parents=[common, shared],
        **described(
            "export each candidate's newest run and measure the bundle: figures with intervals, slices, "
            "behaviours, size, latency"
        ),
    )
    assess.add_argument(
        "--run", metavar="ID", help="this run, in place of each candidate's newest; the first letters do"
    )
    assess.add_argument(
        "--imdb",
        type=positive,
        nargs="?",
        const=IMDB_ROWS,
        metavar="N",
        help=f"test on N film reviews of IMDB's test part as well (default N: {IMDB_ROWS}; there are 25000)",
    )
    assess.add_argument("--again", action="store_true", help="also those that were assessed before")
    assess.set_defaults(command=run_assess)

    compare = commands.add_parser(
        "compare",
        parents=[common],
        **described(
            "print the figures of each candidate's newest run, and of its bundle where it was assessed"
        ),
    )
    compare.set_defaults(command=run_compare)

    select = commands.add_parser(
        "select",
        parents=[common, shared],
        **described(
            "give the best candidate within the budget the alias 'selected', with the reason; "
            "assess what is not assessed yet"
        ),
    )
    select.add_argument(
        "--max-latency-ms",
        type=float,
        default=2.5,
        metavar="MS",
        help="of one text of 24 tokens, one thread, median (default: 2.5)",
    )
    select.add_argument(
        "--max-size-mb", type=float, default=18.0, metavar="MB", help="of model.onnx (default: 18)"
    )
    select.set_defaults(command=run_select)


def run_assess(options: argparse.Namespace) -> int:
    """Assess and print the table; 0, or 2 where a candidate could not be assessed."""
    from training import selection, tracking
    from training.assessment.choice import SelectionError

    if options.run and options.candidates:
        raise SelectionError(f"--run {options.run}: a run has its candidate; name no other")
    client = tracking.connect()
    chosen = (
        [selection.of_run(client, options.run)]
        if options.run
        else selection.contenders(client, options.candidates)
    )
    import_keras()
    from training.assessment.assess import assess
    from training.assessment.comparing import table

    outcomes = []
    for outcome in assess(client, chosen, _assess_options(options, imdb=options.imdb, again=options.again)):
        outcomes.append(outcome)
        _print(str(outcome))
    records = [outcome.record for outcome in outcomes if outcome.record is not None]
    if records:
        _print(f"\n{table(records)}")
    return 0 if len(records) == len(outcomes) else 2


def run_compare(_: argparse.Namespace) -> None:
    """Print the runs, then the bundles of those that were assessed."""
    from training import selection, tracking
    from training.assessment import kept
    from training.assessment.comparing import differences, table

    client = tracking.connect()
    ranked = selection.contenders(client)
    _print(selection.table(ranked))
    found = [one for one in (kept.read(client, contender.run_id) for contender in ranked) if one is not None]
    if found:
        found.sort(key=lambda one: -kept.mean_accuracy(one.record.validation))
        _print(f"\n{table([one.record for one in found])}")
    if len(found) > 1:
        _print(f"\n{differences(found[0], found[1:])}")


def run_select(options: argparse.Namespace) -> None:
    """Assess what is missing, select, and say why."""
    from training import selection, tracking

    client = tracking.connect()
    ranked = selection.contenders(client, options.candidates)
    import_keras()
    from training.assessment.assess import assess_and_select
    from training.assessment.choice import Budget

    choice = assess_and_select(
        client,
        ranked,
        Budget(max_latency_ms=options.max_latency_ms, max_size_mb=options.max_size_mb),
        _assess_options(options),
        say=_print,
    )
    _print(f"rule: {choice.rule}\n")
    for name, verdict in choice.verdicts.items():
        _print(f"{name}: {verdict}")
    _print(f"\nselected: {choice.selected} (run {choice.run_id})")


def _assess_options(
    options: argparse.Namespace, *, imdb: int | None = None, again: bool = False
) -> "AssessOptions":
    from training.assessment.assess import AssessOptions

    return AssessOptions(
        bundles=options.bundles,
        imdb=imdb,
        min_parity_texts=options.min_parity_texts,
        again=again,
        progress=not options.quiet and sys.stderr.isatty(),
    )


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()

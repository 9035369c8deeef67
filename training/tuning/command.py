"""``python -m training tune``."""

import argparse
import shlex
import sys
from collections.abc import Mapping

from function_app.command_line import positive

TRIALS = 20


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    common: argparse.ArgumentParser,
    data: argparse.ArgumentParser,
) -> None:
    """Add the command to argparse's subcommands; ``data`` has the options that say what is trained on."""
    tune = commands.add_parser(
        "tune",
        parents=[common, data],
        help="search for a candidate's hyperparameters",
        description="Search for the hyperparameters with the least validation log-loss, mean over the data "
        "sets. Test rows are not touched, models not kept. The same command again adds trials to the same "
        "study (one for each candidate, data and seed), also while another process works on it.",
    )
    tune.add_argument("candidate", metavar="CANDIDATE", help="as in train")
    tune.add_argument(
        "--trials", type=positive, default=TRIALS, metavar="N", help="how many more (default: %(default)s)"
    )
    tune.add_argument("--timeout", type=positive, metavar="SECONDS", help="begin no trial after so long")
    tune.add_argument(
        "--study",
        metavar="URL",
        help="database of the studies, as SQLAlchemy names it (default: tuning.db beside MLflow's mlflow.db)",
    )
    tune.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a hyperparameter that the search does not draw; repeatable",
    )
    tune.set_defaults(command=run)


def run(options: argparse.Namespace) -> None:
    """Search, a line each trial; then the best hyperparameters and how to train with them."""
    from export.frameworks import import_keras

    import_keras()
    from training.candidates.hyperparameters import as_pairs
    from training.options import RunOptions
    from training.tuning.search import SearchOptions, search

    best = search(
        options.candidate,
        as_pairs(options.set),
        RunOptions(
            data=tuple(options.data),
            seed=options.seed,
            limit=options.limit,
            progress=not options.quiet and sys.stderr.isatty(),
        ),
        SearchOptions(trials=options.trials, timeout=options.timeout, storage=options.study),
        say=_say,
    )
    trials = ", ".join(f"{count} {state}" for state, count in best.trials.items())
    _say(f"\nbest of {trials}: trial {best.trial}, validation log-loss {best.log_loss:.4f}")
    for key, value in best.parameters.items():
        _say(f"  {key} = {value}")
    _say(f"\n{train_command(options, best.parameters)}")


def train_command(options: argparse.Namespace, parameters: Mapping[str, str]) -> str:
    """The command that trains with these hyperparameters on the same data."""
    words = ["python", "-m", "training", "train", options.candidate, "--seed", str(options.seed)]
    words += ["--data", *options.data]
    if options.limit is not None:
        words += ["--limit", str(options.limit)]
    for key, value in parameters.items():
        words += ["--set", f"{key}={value}"]
    return shlex.join(words)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

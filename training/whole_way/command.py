"""``python -m training all``."""

import argparse
import os
import sys
from pathlib import Path

from export.places import HISTORY, ROOT, SERVED
from function_app.command_line import FAILED, described, positive
from training.arguments import seed
from training.assessment.command import BUNDLES

LOCAL = ROOT / ".local" / "train"
PROFILE_NAMES = ("corpus", "quick", "full")


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command to argparse's subcommands."""
    whole = commands.add_parser(
        "all",
        parents=[common],
        **described(
            "the whole way: data, every candidate, assessment, selection, bundle, report; goes on where it "
            "was stopped; a candidate that fails stops no other, and the exit code is 2 then; runs of the "
            "trials, which are the profiles corpus and quick, are kept in .local/train/PROFILE.db unless "
            "MLFLOW_TRACKING_URI is set"
        ),
    )
    whole.add_argument(
        "--profile",
        choices=PROFILE_NAMES,
        help="corpus: the project's own 700 texts; quick: 20,000 rows of each real data set, without the "
        "transformer; full: everything (default: full where DATA_DIR is set or --data is given, else corpus)",
    )
    whole.add_argument(
        "--candidates", nargs="+", default=[], metavar="CANDIDATE", help="only these (default: the profile's)"
    )
    whole.add_argument("--data", nargs="+", metavar="SET", help="data sets (default: the profile's)")
    whole.add_argument(
        "--limit", type=positive, metavar="N", help="rows of each set (default: the profile's)"
    )
    whole.add_argument(
        "--train-rows",
        type=positive,
        metavar="N",
        help="learn from N rows of all sets; those held out and feedback stay (default: all)",
    )
    whole.add_argument("--seed", type=seed, default=7, metavar="N", help="default: 7")
    whole.add_argument(
        "--again",
        action="store_true",
        help="train anew what was trained before; a long training that was stopped goes on",
    )
    whole.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="the bundle; function_app/model is what the app serves, and what it replaces is kept in "
        ".local/bundles (default: .local/train/bundle, of a trial .local/train/PROFILE-bundle)",
    )
    whole.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="default: .local/train/report.html, of a trial .local/train/PROFILE-report.html",
    )
    whole.add_argument(
        "--min-parity-texts",
        type=positive,
        metavar="N",
        help="as in export bundle (default: the profile's)",
    )
    whole.add_argument(
        "--max-latency-ms",
        type=float,
        default=2.5,
        metavar="MS",
        help="select none slower: one text of 24 tokens, one thread, median (default: 2.5)",
    )
    whole.add_argument(
        "--max-size-mb",
        type=float,
        default=18.0,
        metavar="MB",
        help="select no bigger model.onnx (default: 18)",
    )
    whole.add_argument("--quiet", action="store_true", help="no progress bars")
    whole.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Go the whole way, a line a step; 0, or `FAILED` where something failed on it."""
    from export.frameworks import import_keras

    import_keras()
    from export.bundle import BundleOptions
    from training.assessment.assess import AssessOptions
    from training.assessment.choice import Budget
    from training.options import RunOptions
    from training.whole_way.profiles import CURVE, PROFILES
    from training.whole_way.steps import Curve, Plan, go

    name = options.profile or ("full" if os.environ.get("DATA_DIR") or options.data else "corpus")
    profile = PROFILES[name]
    if profile.trial and not os.environ.get("MLFLOW_TRACKING_URI"):
        # A trial must not become the newest run of what is served.
        LOCAL.mkdir(parents=True, exist_ok=True)
        os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{LOCAL}/{name}.db"
    own = f"{name}-" if profile.trial else ""
    out = options.out or LOCAL / f"{own}bundle"
    min_parity_texts = options.min_parity_texts or profile.min_parity_texts
    (curved,) = profile.candidates([CURVE]).values()
    progress = not options.quiet and sys.stderr.isatty()
    _say(f"profile {name}: {profile.about}")
    arrival = go(
        Plan(
            candidates=profile.candidates(options.candidates),
            options=RunOptions(
                data=tuple(options.data or profile.data),
                seed=options.seed,
                limit=options.limit or profile.limit,
                train_rows=options.train_rows,
                progress=progress,
            ),
            assessment=AssessOptions(
                bundles=LOCAL / f"{name}-candidates" if profile.trial else BUNDLES,
                imdb=profile.imdb,
                min_parity_texts=min_parity_texts,
                progress=progress,
            ),
            bundle=BundleOptions(
                min_parity_texts=min_parity_texts,
                history=HISTORY if out.resolve() == SERVED.resolve() else None,
                progress=progress,
            ),
            budget=Budget(max_latency_ms=options.max_latency_ms, max_size_mb=options.max_size_mb),
            curve=Curve(name=CURVE, candidate=curved, sizes=profile.curve) if profile.curve else None,
            out=out,
            report=options.report or LOCAL / f"{own}report.html",
            state=LOCAL,
            again=options.again,
            debug=options.debug,
        ),
        say=_say,
    )
    return FAILED if arrival.failed else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

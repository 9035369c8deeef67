"""``python -m training retrain``."""

import argparse
import sys
from pathlib import Path

from export.places import HISTORY, ROOT, SERVED

LOCAL = ROOT / ".local"


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command to argparse's subcommands."""
    retrain = commands.add_parser(
        "retrain",
        parents=[common],
        help="train with feedback, compare with the served model, promote if better",
        description="Train with feedback, compare with the served model, promote if better. "
        "Exit code 0: the challenger is better and takes over (--dry-run: would); 1: the present "
        "model stays, and why; 2: an error.",
    )
    retrain.add_argument(
        "--feedback", type=Path, metavar="FOLDER", help="a version made by collect (default: the newest)"
    )
    retrain.add_argument(
        "--versions",
        type=Path,
        metavar="FOLDER",
        default=LOCAL / "feedback",
        help="where the versions are (default: %(default)s)",
    )
    retrain.add_argument(
        "--bundle", type=Path, metavar="FOLDER", default=SERVED, help="the served one (default: %(default)s)"
    )
    retrain.add_argument(
        "--history",
        type=Path,
        metavar="FOLDER",
        default=HISTORY,
        help="keeps the replaced one (default: %(default)s)",
    )
    retrain.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        default=LOCAL / "retraining",
        help="report and challenger (default: %(default)s)",
    )
    retrain.add_argument(
        "--data", nargs="+", metavar="SET", help="usual data sets (default: the present model's)"
    )
    retrain.add_argument("--candidate", metavar="CANDIDATE", help="default: the present model's")
    retrain.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a hyperparameter (default: the present model's); repeatable",
    )
    retrain.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="default: the present model's, so that test rows stay what they are",
    )
    retrain.add_argument("--limit", type=int, metavar="N", help="at most N rows of each set")
    retrain.add_argument(
        "--margin",
        type=float,
        default=0.01,
        metavar="ACCURACY",
        help="what it may cost at most on a usual data set (default: 0.01)",
    )
    retrain.add_argument(
        "--min-feedback", type=int, default=20, metavar="N", help="fewest held-out rows (default: 20)"
    )
    retrain.add_argument(
        "--min-parity-texts", type=int, default=2000, metavar="N", help="as in export bundle (default: 2000)"
    )
    retrain.add_argument(
        "--max-mb", type=float, metavar="MB", default=18.0, help="refuse a bigger model.onnx (default: 18)"
    )
    retrain.add_argument("--dry-run", action="store_true", help="do everything but promote")
    retrain.add_argument("--quiet", action="store_true", help="no progress bars")
    retrain.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Retrain and print the report; 0 if the challenger is better, else 1."""
    from export.frameworks import import_keras

    import_keras()
    from export.bundle import BundleOptions
    from training.candidates.hyperparameters import as_pairs
    from training.data import DataError
    from training.feedback.versions import newest_version, read_version
    from training.retraining.gate import GateRules
    from training.retraining.plan import Wishes
    from training.retraining.retrain import RetrainOptions, retrain

    feedback = read_version(options.feedback) if options.feedback else newest_version(options.versions)
    if feedback is None:
        raise DataError(f"{options.versions} holds no feedback: python -m training collect")
    progress = not options.quiet and sys.stderr.isatty()
    report = retrain(
        RetrainOptions(
            served=options.bundle,
            history=options.history,
            out=options.out,
            feedback=feedback,
            wishes=Wishes(
                candidate=options.candidate,
                hyperparameters=as_pairs(options.set),
                data=tuple(options.data) if options.data else None,
                seed=options.seed,
                limit=options.limit,
            ),
            rules=GateRules(margin=options.margin, min_feedback=options.min_feedback),
            bundle=BundleOptions(
                min_parity_texts=options.min_parity_texts,
                max_bytes=int(options.max_mb * 1e6),
                progress=progress,
            ),
            dry_run=options.dry_run,
            progress=progress,
        )
    )
    sys.stdout.write(report.text() + "\n")
    return 0 if report.passed else 1

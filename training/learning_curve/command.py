"""``python -m training learning-curve``."""

import argparse
import sys

from function_app.command_line import positive

SIZES = (1_000, 4_000, 16_000, 64_000, 256_000)


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    common: argparse.ArgumentParser,
    data: argparse.ArgumentParser,
) -> None:
    """Add the command to argparse's subcommands; ``data`` has the options that say what is trained on."""
    curve = commands.add_parser(
        "learning-curve",
        parents=[common, data],
        help="train one candidate on growing parts of the training rows",
        description="Train one candidate on growing parts of the training rows, with the same held-out rows "
        "for all of them (--limit draws from these too). The report shows the curve.",
    )
    curve.add_argument("candidate", metavar="CANDIDATE", help="as in train")
    curve.add_argument(
        "--sizes",
        nargs="+",
        type=positive,
        default=list(SIZES),
        metavar="N",
        help=f"training rows of all data sets together (default: {' '.join(map(str, SIZES))})",
    )
    curve.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a hyperparameter, as in train; repeatable",
    )
    curve.set_defaults(command=run)


def run(options: argparse.Namespace) -> None:
    """Train and print a line each size."""
    from export.frameworks import import_keras

    import_keras()
    from training.candidates.hyperparameters import as_pairs, named_candidate
    from training.learning_curve.learning import learn
    from training.options import RunOptions

    points = learn(
        options.candidate,
        named_candidate(options.candidate, as_pairs(options.set)),
        RunOptions(
            data=tuple(options.data),
            seed=options.seed,
            limit=options.limit,
            progress=not options.quiet and sys.stderr.isatty(),
        ),
        sizes=options.sizes,
    )
    for point in points:
        each = "  ".join(f"{name} {accuracy:.4f}" for name, accuracy in point.accuracy.items())
        sys.stdout.write(f"rows {point.train_rows:>9,}  mean accuracy {point.mean_accuracy:.4f}  {each}\n")
        sys.stdout.flush()

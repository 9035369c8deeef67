"""`python -m export`: turn the selected model into the bundle that the app serves, or go back to one."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from export.frameworks import import_keras, settle_frameworks
from export.places import HISTORY, ROOT, SERVED
from function_app.command_line import above_zero, described, guarded, positive


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; 0 when it worked, 2 with one line on stderr when it did not."""
    options = _parser().parse_args(arguments)
    settle_frameworks()
    return guarded(lambda: options.command(options), debug=options.debug)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m export",
        description="Turn the selected model into the bundle that the app serves, or go back to one.",
    )
    common = argparse.ArgumentParser(add_help=False)
    # Before the command or behind it; what is left out behind it must not undo what stands before.
    for place, default in ((parser, False), (common, argparse.SUPPRESS)):
        place.add_argument(
            "--debug", action="store_true", default=default, help="show the traceback of an error"
        )
    kept = argparse.ArgumentParser(add_help=False)
    kept.add_argument(
        "--history",
        type=Path,
        default=HISTORY,
        metavar="FOLDER",
        help="where replaced bundles are kept (default: %(default)s)",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    bundle = commands.add_parser(
        "bundle",
        parents=[common, kept],
        **described("convert, calibrate, check, quantise, measure and write the selected model"),
    )
    bundle.add_argument(
        "--model",
        default="models:/tweet-sentiment@selected",
        metavar="URI",
        help="models:/NAME@ALIAS or models:/NAME/VERSION in MLflow (default: %(default)s)",
    )
    bundle.add_argument(
        "--out",
        type=Path,
        default=SERVED,
        metavar="FOLDER",
        help="where the app reads it (default: %(default)s)",
    )
    bundle.add_argument(
        "--no-quantise", action="store_true", help="leave tables and matrices in 32 bits, not 8"
    )
    bundle.add_argument(
        "--parity-texts",
        type=positive,
        default=5000,
        metavar="N",
        help="held-out texts compared (default: 5000)",
    )
    bundle.add_argument(
        "--min-parity-texts",
        type=positive,
        default=2000,
        metavar="N",
        help="refuse to compare fewer (default: 2000; less only for tiny trial corpora)",
    )
    bundle.add_argument(
        "--max-mb",
        type=above_zero,
        metavar="MB",
        default=18.0,
        help="refuse a bigger model.onnx (default: 18)",
    )
    bundle.set_defaults(command=_bundle)

    card = commands.add_parser(
        "card", parents=[common], **described("write MODEL_CARD.md from the manifest of a bundle")
    )
    card.add_argument("--bundle", type=Path, default=SERVED, metavar="FOLDER", help="default: %(default)s")
    card.add_argument(
        "--out", type=Path, default=ROOT / "MODEL_CARD.md", metavar="FILE", help="default: %(default)s"
    )
    card.set_defaults(command=_card)

    rollback = commands.add_parser(
        "rollback", parents=[common, kept], **described("serve a bundle again that was replaced")
    )
    rollback.add_argument(
        "version", nargs="?", metavar="VERSION", help="default: the newest that is older than the present one"
    )
    rollback.add_argument("--list", action="store_true", help="only show what is kept")
    rollback.add_argument(
        "--bundle",
        type=Path,
        default=SERVED,
        metavar="FOLDER",
        help="where the app reads it (default: %(default)s)",
    )
    rollback.set_defaults(command=_rollback)

    register = commands.add_parser(
        "register", parents=[common], **described("log a bundle in MLflow, for scoring on Spark or in a job")
    )
    register.add_argument(
        "--bundle",
        type=Path,
        default=SERVED,
        metavar="FOLDER",
        help="what is logged (default: %(default)s)",
    )
    register.add_argument(
        "--name",
        default="tweet-sentiment-scorer",
        help="registered model that gets the version and the alias newest (default: %(default)s)",
    )
    register.set_defaults(command=_register)
    return parser


def _bundle(options: argparse.Namespace) -> None:
    import_keras()
    from export.bundle import BundleOptions, write_bundle
    from export.trained import load_trained

    bundle = write_bundle(
        load_trained(options.model),
        options.out,
        BundleOptions(
            quantise=not options.no_quantise,
            parity_texts=options.parity_texts,
            min_parity_texts=options.min_parity_texts,
            max_bytes=int(options.max_mb * 1e6),
            history=options.history,
            progress=sys.stderr.isatty(),
        ),
    )
    manifest = bundle.manifest
    parity = manifest["parity"]
    lines = [
        f"{bundle.folder}: {manifest['version']}, {manifest['files']['model.onnx']['bytes']:,} bytes",
        f"parity on {parity['texts']:,} texts: same label {parity['label_agreement']:.4%}, "
        f"largest difference {parity['max_difference']:.1e}",
    ]
    for name, result in manifest["metrics"].items():
        lines.append(
            f"{name:<28} rows {result['rows']:>7,}  accuracy {result['accuracy']:.4f}  "
            f"ECE {result['calibration_error']:.4f}"
        )
    sys.stdout.write("\n".join(lines) + "\n")


def _card(options: argparse.Namespace) -> None:
    from export.card import model_card

    options.out.write_text(model_card(options.bundle / "manifest.json"), encoding="utf-8")
    sys.stdout.write(f"{options.out}\n")


def _rollback(options: argparse.Namespace) -> None:
    from export.history import kept_bundles, rollback

    if options.list:
        lines = [f"{kept.version:<40} {kept.created}" for kept in kept_bundles(options.history)]
        sys.stdout.write("\n".join(lines or [f"nothing is kept in {options.history}"]) + "\n")
        return
    served = rollback(options.bundle, options.history, options.version)
    sys.stdout.write(
        f"{served.folder}: {served.version} of {served.created}; running instances serve it after a restart\n"
    )


def _register(options: argparse.Namespace) -> None:
    from export.registration import register_scorer

    registered = register_scorer(options.bundle, name=options.name)
    sys.stdout.write(f"{registered.uri}: {registered.bundle}\n")


if __name__ == "__main__":
    sys.exit(main())

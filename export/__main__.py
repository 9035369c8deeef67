"""``python -m export``: turn the selected model into the bundle that the app serves."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from export.errors import ExportError
from export.frameworks import settle_frameworks

SERVED = Path(__file__).resolve().parents[1] / "function_app" / "model"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; 0 when it worked, 2 with one line on stderr when it did not."""
    options = _parser().parse_args(arguments)
    settle_frameworks()
    try:
        options.command(options)
    except ExportError as error:
        if options.debug:
            raise
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export", description=__doc__)
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    bundle = commands.add_parser("bundle", help="convert, calibrate, check, quantise, measure, write")
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
    bundle.add_argument("--no-quantise", action="store_true", help="leave embedding tables in float32")
    bundle.add_argument(
        "--parity-texts", type=int, default=5000, metavar="N", help="held-out texts compared (default: 5000)"
    )
    bundle.add_argument(
        "--min-parity-texts",
        type=int,
        default=2000,
        metavar="N",
        help="refuse with fewer (default: 2000; less only for tiny trial corpora)",
    )
    bundle.add_argument("--max-mb", type=float, default=10.0, help="refuse a bigger model.onnx (default: 10)")
    bundle.set_defaults(command=_bundle)
    return parser


def _bundle(options: argparse.Namespace) -> None:
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


if __name__ == "__main__":
    sys.exit(main())

"""``python -m training report``."""

import argparse
import sys
from pathlib import Path

from function_app.command_line import described

OUT = Path(__file__).resolve().parents[2] / ".local" / "train" / "report.html"


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command to argparse's subcommands."""
    report = commands.add_parser(
        "report",
        parents=[common],
        **described(
            "one HTML page: the assessed candidates compared, the selected one and why, and the data"
        ),
    )
    report.add_argument("--out", type=Path, default=OUT, metavar="FILE", help="default: %(default)s")
    report.add_argument(
        "--no-data", action="store_true", help="do not read the data sets, which takes a while for large ones"
    )
    report.add_argument(
        "--no-texts",
        action="store_true",
        help="quote no text of the data sets, for a page that leaves this machine",
    )
    report.add_argument("--quiet", action="store_true", help="no progress bars")
    report.set_defaults(command=run)


def run(options: argparse.Namespace) -> None:
    """Write the page and say where it is, and what it lacks."""
    from training.report.writing import write_report

    findings = write_report(
        options.out,
        look_at_data=not options.no_data,
        texts=not options.no_texts,
        progress=not options.quiet and sys.stderr.isatty(),
    )
    lines = [f"{options.out}: {len(findings.assessments)} candidates, selected {findings.selected}"]
    sys.stdout.write("\n".join([*lines, *findings.missing]) + "\n")

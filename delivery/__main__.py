"""The steps of a delivery to Azure, and what a month there costs.

Exit code 0: done; 1: it failed, and why; 2: it could not be tried, such as with wrong arguments.
"""

import argparse
import os
import sys
import traceback
from pathlib import Path

from delivery.cost import Use, table
from delivery.errors import DeliveryError
from delivery.package import ROOT, build, version_in
from delivery.publish import access_token, endpoint_of, publish
from delivery.smoke import smoke
from function_app.command_line import described, guarded, positive

PACKAGE = ROOT / "dist" / "function-app.zip"


def main(arguments: list[str] | None = None) -> int:
    """Runs one step."""
    given = _parser().parse_args(arguments)

    def step() -> int:
        try:
            given.run(given)
        except DeliveryError as error:
            if given.debug:
                traceback.print_exc()
            sys.stderr.write(f"error: {error}\n")
            return 1
        return 0

    return guarded(step, debug=given.debug)


def _package(given: argparse.Namespace) -> None:
    built = build(given.package)
    _say(
        f"{built.path}: {built.size_mb:.1f} MB zipped, {built.files} files, model {built.version}\n"
        f"sha256 {built.sha256}"
    )


def _publish(given: argparse.Namespace) -> None:
    endpoint = given.endpoint or endpoint_of(given.app, given.group)
    token = os.environ.get("PUBLISH_TOKEN") or access_token()
    publish(given.package, endpoint, token, seconds=given.seconds, say=_say)


def _smoke(given: argparse.Namespace) -> None:
    key = os.environ.get("TWEETS_KEY")
    smoke(given.url, key, version_in(given.package), seconds=given.seconds, say=_say)


def _cost(given: argparse.Namespace) -> None:
    _say(table(Use(requests_a_day=given.requests, ready=given.ready, sample=given.sample)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m delivery", description=__doc__)
    steps = parser.add_subparsers(required=True, metavar="COMMAND")
    package = steps.add_parser("package", **described("build what an instance gets"))
    package.set_defaults(run=_package)
    send = steps.add_parser("publish", **described("send it to an app on Flex Consumption; `az login` first"))
    send.add_argument("--app", default="", metavar="NAME", help="name of the Functions app")
    send.add_argument("--group", default="", metavar="NAME", help="its resource group")
    send.add_argument("--endpoint", metavar="URL", help="where it takes packages (default: asked of Azure)")
    send.set_defaults(run=_publish)
    check = steps.add_parser(
        "smoke", **described("try health, model and predict, with the key in TWEETS_KEY")
    )
    check.add_argument("--url", required=True, help="such as https://NAME.azurewebsites.net")
    check.set_defaults(run=_smoke)
    cost = steps.add_parser("cost", **described("what a month in Azure costs, with the arithmetic"))
    cost.set_defaults(run=_cost)
    cost.add_argument(
        "--requests", type=positive, default=10_000, metavar="N", help="requests a day (default: %(default)s)"
    )
    cost.add_argument(
        "--ready", type=int, default=0, metavar="N", help="instances kept warm (default: %(default)s)"
    )
    cost.add_argument(
        "--sample",
        type=float,
        default=1.0,
        metavar="SHARE",
        help="PREDICTION_SAMPLE (default: %(default)s)",
    )
    for step in (package, send, check, cost):
        step.add_argument("--debug", action="store_true", help="show the traceback of an error")
    for step in (package, send, check):
        step.add_argument(
            "--package", type=Path, default=PACKAGE, metavar="ZIP", help="default: dist/function-app.zip"
        )
    for step in (send, check):
        step.add_argument(
            "--seconds", type=float, default=600, metavar="N", help="give up after (default: %(default)g)"
        )
    return parser


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    sys.exit(main())

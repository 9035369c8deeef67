"""The steps of a delivery, as commands: ``python -m delivery package``, ``publish``, ``smoke``; and ``cost``.

Exit code 0: done; 1: it failed, and why; 2: the arguments are wrong.
"""

import argparse
import os
import sys
from pathlib import Path

from delivery.cost import Use, table
from delivery.errors import DeliveryError
from delivery.package import ROOT, build, version_in
from delivery.publish import access_token, endpoint_of, publish
from delivery.smoke import smoke

PACKAGE = ROOT / "dist" / "function-app.zip"


def main(arguments: list[str] | None = None) -> int:
    """Runs one step."""
    given = _parser().parse_args(arguments)
    try:
        given.run(given)
    except DeliveryError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command
        return 1
    return 0


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
    steps = parser.add_subparsers(required=True)
    package = steps.add_parser("package", help="build what an instance gets")
    package.set_defaults(run=_package)
    send = steps.add_parser("publish", help="send it to an app on Flex Consumption; `az login` first")
    send.add_argument("--app", default="", help="name of the Functions app")
    send.add_argument("--group", default="", help="its resource group")
    send.add_argument("--endpoint", help="where it takes packages (default: asked of Azure)")
    send.set_defaults(run=_publish)
    check = steps.add_parser("smoke", help="health, model and predict, with the key in TWEETS_KEY")
    check.add_argument("--url", required=True, help="such as https://NAME.azurewebsites.net")
    check.set_defaults(run=_smoke)
    cost = steps.add_parser("cost", help="what a month in Azure costs, with the arithmetic")
    cost.set_defaults(run=_cost)
    cost.add_argument("--requests", type=int, default=10_000, help="a day (default: %(default)s)")
    cost.add_argument("--ready", type=int, default=0, help="instances kept warm (default: %(default)s)")
    cost.add_argument("--sample", type=float, default=1.0, help="PREDICTION_SAMPLE (default: %(default)s)")
    for step in (package, send, check):
        step.add_argument(
            "--package", type=Path, default=PACKAGE, metavar="ZIP", help="default: dist/function-app.zip"
        )
    for step in (send, check):
        step.add_argument("--seconds", type=float, default=600, help="give up after (default: %(default)g)")
    return parser


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    sys.exit(main())

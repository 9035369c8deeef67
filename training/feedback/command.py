"""``python -m training collect``."""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / ".local" / "feedback"

NOTHING = 3
"""Exit code when nobody has said yet what a training could learn from: no error, but nothing to go on."""


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command to argparse's subcommands."""
    collect = commands.add_parser(
        "collect",
        parents=[common],
        help="what users said -> a new version of the feedback data set",
        description="Make a new version of the feedback data set from what users said; exit code 3 where "
        "there is nothing yet. "
        "The store and the served model are those of the app's settings (STORE, MODEL_DIR, …).",
    )
    collect.add_argument(
        "--out",
        type=Path,
        default=ROOT,
        metavar="FOLDER",
        help="where the versions are (default: %(default)s)",
    )
    collect.add_argument(
        "--without-parent",
        action="store_true",
        help="leave out what earlier versions hold and the store has no more",
    )
    collect.add_argument("--review", type=Path, metavar="FILE", help="write a CSV for a person to correct")
    collect.add_argument(
        "--review-rows", type=int, default=200, metavar="N", help="most rows of it (default: 200)"
    )
    collect.add_argument("--reviewed", type=Path, metavar="FILE", help="read that CSV back")
    collect.add_argument(
        "--flood-text",
        type=int,
        default=20,
        metavar="N",
        help="most votes on one text in a minute (default: 20)",
    )
    collect.add_argument(
        "--flood-comment",
        type=int,
        default=10,
        metavar="N",
        help="most texts with the same comment of 20 characters or more (default: 10)",
    )
    collect.add_argument(
        "--flood-script",
        type=int,
        default=50,
        metavar="N",
        help="most votes for one label in a row, half a second or less apart (default: 50; more for an app "
        "with thousands of users at once)",
    )
    collect.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Collect and print the account; `NOTHING`, with a line that says why, where there is nothing yet."""
    from function_app.bundle import read_bundle
    from function_app.predictor import Predictor
    from function_app.settings import Settings
    from function_app.store import open_store
    from training.feedback.collection import CollectOptions, NothingToCollectError, collect, report
    from training.feedback.floods import FloodRules

    settings = Settings.from_environment(os.environ)
    predictor = Predictor(read_bundle(settings.model_dir))
    store = open_store(settings)
    try:
        collected = collect(
            store,
            predictor,
            CollectOptions(
                root=options.out,
                rules=FloodRules(
                    text_votes=options.flood_text,
                    comment_votes=options.flood_comment,
                    script_votes=options.flood_script,
                ),
                with_parent=not options.without_parent,
                review=options.review,
                review_rows=options.review_rows,
                reviewed=options.reviewed,
            ),
        )
    except NothingToCollectError as nothing:
        sys.stderr.write(f"{nothing}\n")
        return NOTHING
    finally:
        store.close()
    sys.stdout.write(report(collected) + "\n")
    return 0

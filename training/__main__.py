"""`python -m training`: from data sets to a selected model, and from feedback to a better one."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from export.frameworks import import_keras, settle_frameworks
from export.places import SERVED
from function_app.command_line import above_zero, described, guarded, positive
from training.arguments import MOST_EMOTICONS, seed, share
from training.assessment import command as assessment_command
from training.feedback import command as feedback_command
from training.learning_curve import command as learning_curve_command
from training.report import command as report_command
from training.retraining import command as retraining_command
from training.tuning import command as tuning_command
from training.whole_way import command as whole_way_command

DEFAULT_DATA = ("sentiment140", "airline", "semeval", "tweet_sentiment_extraction", "sts_gold")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; 0 when it worked, 2 with one line on stderr when it could not.

    `retrain` answers 1 where the present model stays.
    """
    options = _parser().parse_args(arguments)
    settle_frameworks()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    return guarded(lambda: options.command(options), debug=options.debug)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description="From data sets to a selected model, and from feedback to a better one.",
        epilog="`python -m training COMMAND --help` says more; the order is that of the list.",
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    data = argparse.ArgumentParser(add_help=False)
    data.add_argument(
        "--data",
        nargs="+",
        default=list(DEFAULT_DATA),
        metavar="SET",
        help="data sets by name, or paths of CSV/JSONL files with text and label "
        f"(default: {' '.join(DEFAULT_DATA)})",
    )
    data.add_argument(
        "--limit", type=positive, metavar="N", help="at most N rows of each set, drawn at random"
    )
    data.add_argument(
        "--seed", type=seed, default=7, metavar="N", help="of the split and the training (default: 7)"
    )
    data.add_argument("--quiet", action="store_true", help="no progress bars")

    show = commands.add_parser(
        "data", parents=[common, data], **described("read, clean and split; show the counts")
    )
    show.set_defaults(command=_data)

    train = commands.add_parser("train", parents=[common, data], **described("train and track one candidate"))
    train.add_argument(
        "candidate",
        metavar="CANDIDATE",
        help="naive_bayes, tfidf_logreg, tfidf_forest, tfidf_lightgbm, hashed_ngrams, bilstm, transformer or "
        "sentence_encoder",
    )
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a hyperparameter, e.g. --set epochs=2; repeatable",
    )
    train.add_argument(
        "--embeddings",
        type=Path,
        metavar="FILE",
        help="GloVe's or word2vec's text file of word vectors, from which the words start (bilstm)",
    )
    train.add_argument(
        "--human-weight",
        type=above_zero,
        metavar="WEIGHT",
        default=10.0,
        help="weight of rows labelled by people against rows labelled by emoticons (default: 10)",
    )
    train.add_argument(
        "--balance",
        nargs="+",
        default=[],
        metavar="SET",
        help="data sets in whose training rows both labels are to weigh the same (default: none)",
    )
    train.add_argument(
        "--train-rows",
        type=positive,
        metavar="N",
        help="learn from N rows of all sets together, drawn at random; those held out and feedback stay",
    )
    train.add_argument(
        "--emoticons",
        type=share(MOST_EMOTICONS),
        metavar="SHARE",
        default=0.05,
        help="share of Sentiment140's training rows that get their emoticon back (default: 0.05)",
    )
    train.add_argument(
        "--nonsense",
        type=share(1),
        metavar="SHARE",
        default=0.01,
        help="share of the training rows that are added again, scrambled, under both labels (default: 0.01)",
    )
    train.add_argument(
        "--resume",
        type=Path,
        metavar="FOLDER",
        help="keep the state of a long training there, and go on from it if there is one (transformer)",
    )
    train.set_defaults(command=_train)

    assessment_command.add_to(commands, common)
    score = commands.add_parser(
        "score", parents=[common], **described("measure a bundle again on its test rows, beside its manifest")
    )
    score.add_argument("--bundle", type=Path, default=SERVED, metavar="FOLDER", help="default: %(default)s")
    score.add_argument("--quiet", action="store_true", help="no progress bars")
    score.set_defaults(command=_score)
    report_command.add_to(commands, common)
    learning_curve_command.add_to(commands, common, data)
    tuning_command.add_to(commands, common, data)
    whole_way_command.add_to(commands, common)
    feedback_command.add_to(commands, common)
    retraining_command.add_to(commands, common)
    return parser


def _shown(options: argparse.Namespace) -> bool:
    return not options.quiet and sys.stderr.isatty()


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _data(options: argparse.Namespace) -> None:
    from training.data import prepare

    prepared = prepare(options.data, seed=options.seed, limit=options.limit, progress=_shown(options))
    for report in prepared.reports:
        _print(str(report))
    counts = prepared.frame.groupby(["dataset", "role", "label"]).size().unstack(fill_value=0)
    _print(f"\n{counts}\n\nfingerprint {prepared.fingerprint.sha256}")


def _train(options: argparse.Namespace) -> None:
    import_keras()
    from training.candidates.hyperparameters import (
        as_pairs,
        named_candidate,
        require_state,
        with_word_vectors,
    )
    from training.options import RunOptions
    from training.run import train

    given = as_pairs(options.set)
    if options.embeddings:
        given = with_word_vectors(options.candidate, given, options.embeddings)
    if options.resume:
        require_state(options.candidate)
    finished = train(
        options.candidate,
        named_candidate(options.candidate, given),
        RunOptions(
            data=tuple(options.data),
            seed=options.seed,
            limit=options.limit,
            human_weight=options.human_weight,
            balanced=tuple(options.balance),
            train_rows=options.train_rows,
            emoticons=options.emoticons,
            nonsense=options.nonsense,
            checkpoints=options.resume,
            progress=_shown(options),
        ),
    )
    for name, result in finished.results.items():
        scores = result.scores
        _print(
            f"{name:<28} rows {scores.rows:>7,}  accuracy {scores.accuracy:.4f}  "
            f"ROC-AUC {scores.roc_auc:.4f}  log-loss {scores.log_loss:.4f}  "
            f"ECE {scores.calibration_error:.4f}"
        )
    _print(f"run {finished.run_id}")


def _score(options: argparse.Namespace) -> None:
    from training import scoring

    _print(scoring.table(scoring.score_bundle(options.bundle, progress=_shown(options))))


if __name__ == "__main__":
    sys.exit(main())

"""`python -m function_app.client`: predict, give feedback, look at drift and use the stream."""

import argparse
import json
import os
import sys
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path

from function_app.client.api import Api, ClientError
from function_app.client.drift import history_lines, report_lines, simulation_lines, to_label_lines
from function_app.client.queues import open_queue, put, take
from function_app.client.scoring import score_file
from function_app.client.tables import Table

FAILED = 2
"""Exit code when a command cannot do its work; one line on standard error says why and what would help."""

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except ClientError as error:
        if options.debug:
            traceback.print_exc()
        _say(f"Error: {error}")
        return FAILED
    except KeyboardInterrupt:
        _say(f"Stopped; {options.stopped}")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return 0


def _predict(options: argparse.Namespace) -> None:
    if bool(options.texts) == bool(options.file):
        raise ClientError("give texts, or --file, and not both")
    api = _api(options)
    try:
        if options.file:
            _predict_file(api, options)
            return
        for text, answer in zip(options.texts, api.predict(options.texts), strict=True):
            if options.json:
                _print(json.dumps({**answer, "text": text}, ensure_ascii=False))
            else:
                _print(f"{answer['label']}  {answer['confidence']:.4f}  {answer['id']}  {text}")
    finally:
        api.close()


def _predict_file(api: Api, options: argparse.Namespace) -> None:
    if options.out is None:
        raise ClientError("--file needs --out, such as --out scored.csv")
    source = Table(options.file, options.column)
    scored = score_file(api, source, options.file, options.out, overwrite=options.overwrite)
    earlier = f", {scored.earlier:,} of them by an earlier run" if scored.earlier else ""
    failed = f"; {scored.failed:,} without a prediction, see prediction_error" if scored.failed else ""
    _say(f"{options.out}: {scored.rows:,} rows{earlier}{failed}")


def _feedback(options: argparse.Namespace) -> None:
    said = {"prediction_id": options.id}
    said |= {"label": options.label} if options.label else {"correct": options.correct}
    said |= {"comment": options.comment} if options.comment else {}
    api = _api(options)
    try:
        answer = api.feedback(said)
    finally:
        api.close()
    known = "" if answer["matched"] else "; its prediction is not known yet"
    _print(f"kept as {answer['feedback_id']}{known}")


def _drift(options: argparse.Namespace) -> None:
    api = _api(options)
    try:
        answer = api.drift(limit=options.history or 1, to_label=50 if options.to_label else 0)
    finally:
        api.close()
    if options.json:
        _print(json.dumps(answer, ensure_ascii=False))
    elif options.to_label:
        _print_all(to_label_lines(answer.get("to_label", [])))
    elif options.history:
        _print_all(history_lines(answer["history"]))
    else:
        _print_all(report_lines(answer))


def _simulate(options: argparse.Namespace) -> None:
    shift = {name: getattr(options, name) for name in ("kind", "strength", "rows", "seed")}
    api = _api(options)
    try:
        answer = api.simulate(shift)
    finally:
        api.close()
    if options.json:
        _print(json.dumps(answer, ensure_ascii=False))
    else:
        _print_all(simulation_lines(answer))


def _put(options: argparse.Namespace) -> None:
    source = Table(options.file, options.column)
    with open_queue(options.connection, options.queue) as client:
        sent, passed = put(client, source)
    also = f"; {passed:,} blank or too large ones passed over" if passed else ""
    _say(f"{sent:,} messages in the queue {options.queue}{also}")


def _take(options: argparse.Namespace) -> None:
    with open_queue(options.connection, options.queue) as client:
        written = take(client, options.out, count=options.count, wait=options.wait)
    _say(f"{written:,} predictions from the queue {options.queue}")


def _api(options: argparse.Namespace) -> Api:
    return Api(options.url, key=options.key or None, patience=options.patience, notice=_say)


def _parser() -> argparse.ArgumentParser:
    environment = os.environ
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true", help="show where an error came from")
    app = argparse.ArgumentParser(add_help=False, parents=[common])
    app.add_argument(
        "--url",
        default=environment.get("TWEETS_URL") or "http://127.0.0.1:7071",
        help="address of the app (default: TWEETS_URL, or this machine)",
    )
    app.add_argument(
        "--key", default=environment.get("TWEETS_KEY"), help="function key (default: TWEETS_KEY)"
    )
    app.add_argument(
        "--patience",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="how long to try again when the app does not answer (default: 60)",
    )
    storage = argparse.ArgumentParser(add_help=False, parents=[common])
    storage.add_argument(
        "--connection",
        default=environment.get("AzureWebJobsStorage", ""),
        help="storage connection string (default: AzureWebJobsStorage)",
    )
    column = argparse.ArgumentParser(add_help=False)
    column.add_argument("--column", default="text", help="where the text is (default: text)")

    parser = argparse.ArgumentParser(prog="python -m function_app.client", description=main.__doc__)
    parser.description = "Predict, give feedback, look at drift and use the stream."
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    predict = commands.add_parser("predict", parents=[app, column], help="score texts or a file")
    predict.add_argument("texts", nargs="*", metavar="TEXT")
    predict.add_argument("--file", type=Path, help="a .csv, .tsv, .jsonl or .txt file to score")
    predict.add_argument("--out", type=Path, help="where the scored rows go; a second run goes on")
    predict.add_argument("--overwrite", action="store_true", help="start anew, whatever --out holds")
    predict.add_argument("--json", action="store_true", help="print the app's answers, one a line")
    predict.set_defaults(run=_predict, stopped="with --file, the same command goes on from here")

    feedback = commands.add_parser("feedback", parents=[app], help="say whether a prediction was right")
    feedback.add_argument("id", metavar="ID", help="id of the prediction")
    verdict = feedback.add_mutually_exclusive_group(required=True)
    verdict.add_argument("--correct", dest="correct", action="store_true", default=None)
    verdict.add_argument("--wrong", dest="correct", action="store_false", default=None)
    verdict.add_argument("--label", choices=("negative", "positive"), help="the right label")
    feedback.add_argument("--comment")
    feedback.set_defaults(run=_feedback, stopped="the feedback may be kept or not")

    _add_drift(commands, app)
    stream = commands.add_parser("stream", help="put tweets into the queue, take results out of it")
    actions = stream.add_subparsers(required=True, metavar="ACTION")
    putting = actions.add_parser("put", parents=[storage, column], help="one message a row of a file")
    putting.add_argument("file", type=Path, metavar="FILE")
    putting.add_argument("--queue", default=environment.get("STREAM_QUEUE") or "tweets")
    putting.set_defaults(run=_put, stopped="what was sent is in the queue; the same command sends it again")
    taking = actions.add_parser("take", parents=[storage], help="results, one JSON object a line")
    taking.add_argument("--queue", default=environment.get("STREAM_RESULT_QUEUE") or "tweet-sentiments")
    taking.add_argument("--out", type=Path, help="file to append to (default: standard output)")
    taking.add_argument("--count", type=int, help="end when so many predictions are taken, or a few more")
    taking.add_argument(
        "--wait",
        type=float,
        default=2.0,
        metavar="SECONDS",
        help="end after so long without one (default: 2)",
    )
    taking.set_defaults(run=_take, stopped="the same command takes the rest")
    return parser


def _add_drift(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", app: argparse.ArgumentParser
) -> None:
    drift = commands.add_parser("drift", parents=[app], help="what the last drift check found")
    shown = drift.add_mutually_exclusive_group()
    shown.add_argument("--history", type=int, metavar="COUNT", help="the last reports, one a line")
    shown.add_argument("--to-label", action="store_true", help="the tweets whose labels would say most")
    shown.add_argument("--json", action="store_true", help="the app's answer")
    drift.set_defaults(run=_drift, stopped="nothing was changed")

    simulate = commands.add_parser("simulate", parents=[app], help="what a drift check makes of a shift")
    simulate.add_argument("kind", metavar="KIND", help="topic, class_balance, typos, language or sarcasm")
    simulate.add_argument(
        "--strength", type=float, default=0.5, help="share of shifted tweets, 0 to 1 (default: 0.5)"
    )
    simulate.add_argument("--rows", type=int, default=1_000, help="tweets of the stream (default: 1000)")
    simulate.add_argument("--seed", type=int, default=0, help="another number gives another stream")
    simulate.add_argument("--json", action="store_true", help="the app's answer")
    simulate.set_defaults(run=_simulate, stopped="nothing was changed")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


def _print_all(lines: Iterable[str]) -> None:
    for line in lines:
        _print(line)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())

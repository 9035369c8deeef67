"""A drift report as lines for a person."""

from collections.abc import Iterator
from typing import Any


def report_lines(report: dict[str, Any]) -> Iterator[str]:
    """The status with its sentence, and what each test measured."""
    yield f"{report['status']}  {report.get('sentence', 'No check has run yet.')}"
    for test in report.get("tests", []):
        value = "-" if test["value"] is None else f"{test['value']:.3f}"
        name = f"  {test['name']:<15}{test['status']:<19}"
        yield f"{name}{value:>9}  usual {test['reference']:.3f}  since {test['since'] or '-'}"


def history_lines(reports: list[dict[str, Any]]) -> Iterator[str]:
    """One line a report, newest first."""
    for report in reports:
        evidence = report["evidence"]
        when = f"{report['sequence']:>6}  {report['created']}  {report['status']:<17}"
        how_sure = f"evidence {evidence['log_e']:.2f} of {evidence['alarm_at']:.2f}"
        yield f"{when}  {report['samples']:>7,} tweets  {how_sure}"


def to_label_lines(tweets: list[dict[str, Any]]) -> Iterator[str]:
    """One line a tweet; a text that is not kept is left out."""
    for tweet in tweets:
        line = f"{tweet['prediction_id']}  {tweet['label']}  {tweet['confidence']:.4f}"
        yield line if tweet["text"] is None else f"{line}  {tweet['text']}"


def simulation_lines(answer: dict[str, Any]) -> Iterator[str]:
    """When the alarm came, and what the last check said."""
    alarm = answer["alarm_at"]
    change = f"the shift began after {answer['change_at']:,} of {answer['rows']:,} {answer['base']}"
    if alarm is None:
        yield f"no alarm; {change}"
    elif answer["delay"] is None:
        yield f"false alarm after {alarm:,}; {change}"
    else:
        yield f"alarm after {answer['delay']:,} more; {change}"
    yield from report_lines(answer["report"])

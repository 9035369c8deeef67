"""What came out, as a table for people and as JSON for programs."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from training.drift_study.methods import OURS
from training.drift_study.outcomes import Outcome
from training.drift_study.running import Finding

QUANTILES = (0.05, 0.5, 0.95)
_COLUMNS = "    {:<18} {:>20} {:>16} {:>9} {:>22} {:>16}"


def table(findings: Sequence[Finding]) -> str:
    """One block a scenario, one line a method; floors below."""
    lines: list[str] = []
    for finding in findings:
        how = ", drawn with replacement" if finding.scenario.replaced else ""
        noun = "stream" if finding.streams == 1 else "streams"
        lines += [f"{finding.scenario.name}: {finding.scenario.title} ({finding.streams:,} {noun}{how})"]
        shift = finding.scenario.kind == "shift"
        found = ("found", "tweets (5–95 %)", "hours") if shift else ("", "until false alarm", "")
        lines += [_COLUMNS.format("", "false alarms (95 %)", "checks in alarm", *found).rstrip()]
        lines += [_line(outcome, shift=shift) for outcome in finding.outcomes] + [""]
    return "\n".join(lines + _floors(findings))


def summary(findings: Sequence[Finding]) -> str:
    """A Markdown table, one row a scenario: false alarms where nothing changes, else delays in tweets."""
    if not findings:
        return ""
    header = ["", *(outcome.method for outcome in findings[0].outcomes)]
    rows = [header, ["---", *("---:" for _ in header[1:])]]
    for finding in findings:
        shift = finding.scenario.kind == "shift"
        cells = [_delays(one) if shift else f"{one.false_alarm_rate:.1%}" for one in finding.outcomes]
        rows.append([finding.scenario.title, *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def missed(findings: Sequence[Finding]) -> list[str]:
    """The floors that the drift check missed, by scenario."""
    return [finding.scenario.name for finding in findings if not _meets(finding)]


def as_json(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The same figures; None stands for "never within the stream"."""
    return [
        {
            "scenario": finding.scenario.name,
            "title": finding.scenario.title,
            "streams": finding.streams,
            "drawn_with_replacement": finding.scenario.replaced,
            "floor": finding.scenario.floor.text if finding.scenario.floor else None,
            "met": _meets(finding) if finding.scenario.floor else None,
            "methods": {
                outcome.method: _figures(outcome, shift=finding.scenario.kind == "shift")
                for outcome in finding.outcomes
            },
        }
        for finding in findings
    ]


def _line(outcome: Outcome, *, shift: bool) -> str:
    low, high = outcome.false_alarm_interval
    wrong = f"{outcome.wrong / outcome.judged:.2%}" if outcome.judged else "–"
    false = f"{outcome.false_alarm_rate:.1%} ({low:.1%}–{high:.1%})" if outcome.judged else "–"
    tweets = _delays(outcome) if shift else _spread(outcome.until_false_alarm)
    found, hours = "", ""
    if shift:
        found, hours = f"{outcome.found_rate:.1%}", _count(outcome.delay_hours(0.5))
    return _COLUMNS.format(outcome.method, false, wrong, found, tweets, hours).rstrip()


def _floors(findings: Sequence[Finding]) -> list[str]:
    return [
        f"{'met' if _meets(finding) else 'MISSED'}: {finding.scenario.name}: {finding.scenario.floor.text}"
        for finding in findings
        if finding.scenario.floor
    ]


def _meets(finding: Finding) -> bool:
    floor = finding.scenario.floor
    ours = next((one for one in finding.outcomes if one.method == OURS), None)
    return floor is None or ours is None or floor.met(ours)


def _figures(outcome: Outcome, *, shift: bool) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "false_alarm_rate": outcome.false_alarm_rate if outcome.judged else None,
        "false_alarm_interval": outcome.false_alarm_interval if outcome.judged else None,
        "checks_in_alarm": outcome.wrong / outcome.judged if outcome.judged else None,
    }
    if shift:
        figures["found_rate"] = outcome.found_rate
        for unit, delay in (("tweets", outcome.delay), ("hours", outcome.delay_hours)):
            figures[f"delay_{unit}"] = {f"p{share * 100:02.0f}": _finite(delay(share)) for share in QUANTILES}
    return figures


def _delays(outcome: Outcome) -> str:
    return _spread(outcome.delay)


def _spread(until: Callable[[float], float]) -> str:
    """The median, and what 5 % and 95 % of the streams stay below."""
    low, median, high = (_count(until(share)) for share in QUANTILES)
    return median if low == high else f"{median} ({low}–{high})"


def _count(delay: float) -> str:
    return f"{delay:,.0f}" if math.isfinite(delay) else "never"


def _finite(delay: float) -> float | None:
    return round(delay, 2) if math.isfinite(delay) else None

"""A drift report in plain English, as it stands in an e-mail."""

from collections.abc import Sequence
from datetime import datetime
from math import exp

from function_app.drift.advice import accuracy_fell
from function_app.store.records import DriftReport, DriftTest, DriftTestName, DriftWord

MOST_PHRASES = 2
"""Most changes told in a sentence; the report has them all."""

MOST_WORDS = 3

_MONTHS_TOLD_AS_YEARS = 36

_PHRASES: dict[DriftTestName, str] = {
    "positive_rate": "{value} of them were called positive instead of the usual {usual}",
    "confidence": "the model is {surer} of its answers, {value} on average instead of the usual {usual}",
    "length": "they are {longer}, {value} characters on average instead of the usual {usual}",
    "unknown_tokens": "the model does not know {value} of their words instead of the usual {usual}",
    "language": "{value} of them are not in English instead of the usual {usual}",
    "topic": "about {moved} of them are on other subjects than usual",
    "error_rate": "of the answers that people judged, {value} were wrong instead of the usual {usual}",
}


def describe(report: DriftReport, *, min_samples: int) -> str:
    """What moved, by how much, since when, how sure that is, why, and what to do.

    "Usual" is what the tweets were like on which the model was tested.
    """
    if report.status == "insufficient_data":
        seen = "1 tweet was" if report.samples == 1 else f"{_count(report.samples)} tweets were"
        return (
            f"Too early to say: {seen} looked at since the model was deployed, and {min_samples:,} are "
            f"needed. {report.advice.sentence}"
        )
    if report.status == "stable":
        mood = ""
        if report.positive_rate is not None:
            mood = (
                f": {_percent(report.positive_rate)} of them were called positive, and "
                f"{_percent(report.reference_positive_rate)} is usual"
            )
        return f"No sign of drift in {report.samples:,} tweets{mood}. {report.advice.sentence}"
    opening = _opening(report)
    since = f" since about {_day_and_hour(report.since)}" if report.since is not None else ""
    moved = "; ".join(_moved(report))
    parts = [f"{opening}{since}{': ' if moved else ''}{moved}."]
    if report.accuracy is not None and accuracy_fell(report.accuracy):
        parts.append(
            f"Going by how sure the model is, about {_percent(report.accuracy.estimate)} of its answers are "
            f"right instead of the usual {_percent(report.accuracy.reference)}."
        )
    like_this = "an alarm like this" if report.status == "drift" else "figures like these"
    parts.append(f"If nothing had changed, {like_this} would come up {_rarity(report.evidence.log_e)}.")
    parts += _words(report)
    parts.append(report.advice.sentence)
    return " ".join(parts)


def _opening(report: DriftReport) -> str:
    is_sure = report.status == "drift"
    if report.moved == ["error_rate"]:
        return "The answers have got worse" if is_sure else "The answers may be getting worse"
    return "The tweets have changed" if is_sure else "The tweets may be changing"


def _moved(report: DriftReport) -> list[str]:
    """The changes in words, those first that are largest beside what matters in practice."""
    moved = [test for test in report.tests if test.name in report.moved]
    moved.sort(key=lambda test: -abs(test.effect) / max(test.least, 1e-9))
    found = [_phrase(test) for test in moved]
    more = len(found) - MOST_PHRASES
    if more <= 0:
        return found
    return [*found[:MOST_PHRASES], f"and {more} more {'thing' if more == 1 else 'things'} moved"]


def _phrase(test: DriftTest) -> str:
    value, usual = test.value or 0.0, test.reference
    number = _percent if test.unit != "characters" else "{:,.0f}".format
    return _PHRASES[test.name].format(
        value=number(value),
        usual=number(usual),
        moved=_percent(abs(test.effect)),
        longer="longer" if value > usual else "shorter",
        surer="surer" if value > usual else "less sure",
    )


def _words(report: DriftReport) -> list[str]:
    if report.words is None:
        return []
    told = []
    if report.words.more:
        told.append(f"used more than usual: {_listed(report.words.more)}")
    if report.words.less:
        told.append(f"used less: {_listed(report.words.less)}")
    return [f"Words {'; '.join(told)}."] if told else []


def _listed(words: Sequence[DriftWord]) -> str:
    quoted = [f"“{one.word}”" for one in words[:MOST_WORDS]]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _count(number: int) -> str:
    return f"{number:,}" if number else "no"


def _percent(share: float) -> str:
    """
    >>> [_percent(share) for share in (0, 0.0061, 0.0996, 0.1, 0.525, 1)]
    ['0%', '0.6%', '10%', '10%', '52%', '100%']
    """
    return f"{share:.1%}" if 0 < share < 0.0995 else f"{share:.0%}"


def _day_and_hour(moment: str) -> str:
    """
    >>> _day_and_hour("2026-11-03T14:29:59.250Z")
    '3 November 2026, 14:00 UTC'
    """
    time = datetime.fromisoformat(moment)
    return f"{time.day} {time:%B %Y}, {time:%H}:00 UTC"


def _rarity(log_e: float) -> str:
    """How often, at most, by Doob's inequality: the evidence reaches E in a month with chance 1/E.

    >>> [_rarity(log_e) for log_e in (0.1, 2.31, 4.61)]
    ['as often as every month', 'at most once in 10 months', 'at most once in 8 years']
    """
    months = int(exp(min(log_e, 20.0)))
    if months <= 1:
        return "as often as every month"
    if months < _MONTHS_TOLD_AS_YEARS:
        return f"at most once in {months} months"
    return f"at most once in {months // 12:,} years"

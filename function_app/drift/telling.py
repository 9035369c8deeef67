"""From what the tests judged to what people read: why, an example, where, what to do, and a sentence."""

from collections.abc import Sequence

from msgspec.structs import replace

from function_app.bundle import Reference
from function_app.drift.advice import advise
from function_app.drift.examples import typical_examples
from function_app.drift.sentence import describe
from function_app.drift.slices import most_affected
from function_app.drift.typicality import typicality
from function_app.drift.words import moved_words
from function_app.store.records import DriftReport, Prediction


def explained(
    report: DriftReport,
    rows: Sequence[Prediction],
    reference: Reference,
    *,
    min_samples: int,
    waiting: int,
) -> DriftReport:
    """The judged report with words, examples, slice, advice and sentence.

    `rows` are predictions of the report's model since its change point, at most some thousands: the work is
    in proportion to them. `waiting` is how many labelled examples the next training would take.
    """
    if report.status not in ("warning", "drift"):
        rows = ()
    texts = [row.text for row in rows if row.text is not None]
    words = None
    if texts and reference.word_counts is not None:
        words = moved_words(texts, reference.word_counts, rows=reference.rows)
    typical = typicality(rows, reference, moved=report.moved, words=words)
    told = replace(
        report,
        words=words,
        examples=typical_examples(rows, typical),
        slice=most_affected(rows, reference),
        advice=advise(report, rows, typical, waiting=waiting),
    )
    return replace(told, sentence=describe(told, min_samples=min_samples))

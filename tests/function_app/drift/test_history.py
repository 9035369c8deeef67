import msgspec

from function_app.drift.history import DriftAnswer, NoDriftAnswer, read_history
from function_app.store import DriftReport, Store
from function_app.store.records import DriftAdvice, DriftExample
from tests.function_app import samples


def add(store: Store, count: int) -> list[DriftReport]:
    reports = [samples.report(sequence=number) for number in range(1, count + 1)]
    for report in reports:
        store.add_drift_report(report)
    return reports


def test_before_the_first_check_there_is_an_empty_history(either: Store) -> None:
    assert read_history(either, limit=5, before=None) == NoDriftAnswer(
        drift=False, status="insufficient_data", history=[], next=None
    )


def test_pages_lead_through_all_reports_once(either: Store) -> None:
    reports = add(either, 7)
    before, seen = None, []
    while True:
        answer = read_history(either, limit=3, before=before)
        assert isinstance(answer, DriftAnswer)
        assert answer.id == reports[-1].id
        seen += answer.history
        before = answer.next
        if before is None:
            break
        assert before == seen[-1].sequence
        if len(seen) == 3:  # what comes meanwhile shifts no page
            reports.append(samples.report(sequence=8))
            either.add_drift_report(reports[-1])
    assert [report.sequence for report in seen] == [7, 6, 5, 4, 3, 2, 1]


def test_a_page_that_ends_with_the_first_report_has_no_next(either: Store) -> None:
    add(either, 3)
    for limit in (3, 4):
        answer = read_history(either, limit=limit, before=None)
        assert (len(answer.history), answer.next) == (3, None)
    past = read_history(either, limit=3, before=1)
    assert (past.history, past.next) == ([], None)


def test_tweets_to_label_come_with_their_texts_when_they_are_asked_for(either: Store) -> None:
    rows = [samples.prediction(text=f"tweet {number}") for number in range(4)]
    either.add_predictions(rows[1:])
    advice = DriftAdvice(action="label", sentence="", label=[row.id for row in rows])
    either.add_drift_report(msgspec.structs.replace(samples.report(), advice=advice))
    for asked, texts in ((0, []), (3, ["tweet 1", "tweet 2"]), (50, ["tweet 1", "tweet 2", "tweet 3"])):
        answer = read_history(either, limit=5, before=None, to_label=asked)
        assert isinstance(answer, DriftAnswer)
        assert [one.text for one in answer.to_label] == texts


def test_examples_have_their_texts_for_as_long_as_those_are_kept(either: Store) -> None:
    kept, gone = samples.prediction(text="a strike"), samples.prediction(text="deleted")
    either.add_predictions([kept])
    examples = [
        DriftExample(prediction_id=one.id, label=one.label, confidence=one.confidence, text=None)
        for one in (kept, gone)
    ]
    either.add_drift_report(msgspec.structs.replace(samples.report(), examples=examples))
    answer = read_history(either, limit=5, before=None)
    assert isinstance(answer, DriftAnswer)
    assert [one.text for one in answer.examples] == ["a strike", None]
    assert [one.text for one in answer.history[0].examples] == [None, None]

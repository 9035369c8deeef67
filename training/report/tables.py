"""The page's tables: accuracy and costs, each data set beside what others published, behaviours."""

from collections.abc import Iterable

from training.assessment.kept import usual_latency
from training.assessment.record import QUANTISATION, Assessment, Behaviour, OnDataSet
from training.options import unlike
from training.report.figures import (
    duration,
    mean_accuracy,
    megabytes,
    tweet_sets,
    with_interval,
)
from training.report.findings import Findings
from training.report.markup import Html, body, breakable, element, joined, table, wide_table
from training.report.published import DATASET, PUBLISHED, SOURCE

FAILURES_SHOWN = 5
"""Of one behaviour and candidate."""
ON_A_SET = [
    "candidate",
    "accuracy (95 % interval)",
    "F1 negative",
    "F1 positive",
    "mean recall",
    "ROC-AUC",
    "log-loss",
    "calibration error, bare → calibrated",
]


def accuracies(findings: Findings) -> Html:
    """One row a candidate: accuracy on all sets."""
    names = findings.datasets
    rows = [
        [
            _name(findings, one),
            f"{mean_accuracy(one):.3f}",
            *(f"{one.sets[name].accuracy.value:.3f}" if name in one.sets else "–" for name in names),
        ]
        for one in findings.assessments
    ]
    means = ", ".join(tweet_sets(findings.best))
    header = ["candidate", "mean, tweets", *map(breakable, names)]
    return joined(
        [
            table(header, rows, caption="Accuracy on test rows"),
            element("p", f"The mean is over {means}, each counting alike.", class_="note"),
            *(element("p", told, class_="note") for told in _unlike_the_selected(findings)),
        ]
    )


def costs(findings: Findings) -> Html:
    """One row a candidate: size and speed of its bundle, and what training took."""
    tokens = usual_latency(findings.best).tokens
    header = [
        "candidate",
        "size (MB)",
        f"latency at {tokens} tokens, median (ms)",
        "99 in 100 below (ms)",
        "in batches (texts/s)",
        "load (ms)",
        "memory, peak (MB)",
        "training rows",
        "training time",
    ]
    rows = [
        [
            _name(findings, one),
            f"{megabytes(one):.1f}",
            f"{usual_latency(one).p50:.2f}",
            f"{usual_latency(one).p99:.2f}",
            f"{one.cost.batch_texts_per_second:,.0f}",
            f"{one.cost.load_ms:,.0f}",
            f"{one.cost.peak_mb:,.0f}",
            f"{one.train_rows:,}",
            duration(one.train_seconds),
        ]
        for one in findings.assessments
    ]
    told = (
        "Size, latency (one text, one thread, text to probability), load and memory are of the bundle as the "
        "app serves it, in a process of its own."
    )
    in_32_bits = [
        element("p", f"{one.candidate} is {one.notes[QUANTISATION]}.", class_="note")
        for one in findings.assessments
        if QUANTISATION in one.notes
    ]
    further = [
        element(
            "p",
            f"{one.candidate} went on from {start}: its training time is that of the last run alone.",
            class_="note",
        )
        for one in findings.assessments
        if (start := one.parameters.get("start"))
    ]
    return joined(
        [table(header, rows, caption="Costs"), element("p", told, class_="note"), *in_32_bits, *further]
    )


def each_data_set(findings: Findings) -> Html:
    """One table a data set; beside Sentiment140 what others published."""
    return joined(_data_set(findings, name) for name in findings.datasets)


def behaviours(findings: Findings) -> Html:
    """Held of all cases, by capability and candidate, and below it cases that the candidates failed."""
    keys = list(
        dict.fromkeys((one.capability, one.kind) for each in findings.assessments for one in each.behaviours)
    )
    found = {
        (each.candidate, one.capability, one.kind): one
        for each in findings.assessments
        for one in each.behaviours
    }
    header = ["capability", "kind", *(breakable(one.candidate) for one in findings.assessments)]
    rows: list[list[str]] = [
        [
            capability,
            kind,
            *(_held(found.get((one.candidate, capability, kind))) for one in findings.assessments),
        ]
        for capability, kind in keys
    ]
    rows.append(["all cases", "", *(_held(_together(one)) for one in findings.assessments)])
    return joined(
        [
            table(header, rows, caption="Cases that hold, of all cases", texts=2),
            *(_failures(findings, one) for one in findings.assessments),
        ]
    )


def _unlike_the_selected(findings: Findings) -> Iterable[str]:
    alike: dict[str, list[str]] = {}
    for one in findings.assessments:
        if told := unlike(one.parameters, findings.best.parameters):
            alike.setdefault(told, []).append(one.candidate)
    for told, names in alike.items():
        were = "was" if len(names) == 1 else "were"
        yield f"{', '.join(names)} {were} trained with {told}, other than {findings.selected}."


def _data_set(findings: Findings, name: str) -> Html:
    measured = [(one, one.sets[name]) for one in findings.assessments if name in one.sets]
    first = measured[0][1]
    ours = body([[_name(findings, one), *_figures(on)] for one, on in measured])
    caption = f"{name}: {first.rows:,} test rows, {first.positive_share:.0%} positive"
    note = findings.best.notes.get(name)
    if name != DATASET:
        shown = wide_table(ON_A_SET, [ours], caption=caption)
        return joined([shown, element("p", note, class_="note")]) if note else shown
    heading = element(
        "td",
        f"others, as published ({SOURCE}); not measured here, and on other test rows",
        colspan=str(len(ON_A_SET)),
        class_="text",
    )
    return wide_table(
        ON_A_SET,
        [
            ours,
            body([[heading]], class_="heading"),
            body([_published(place) for place in range(len(PUBLISHED))], class_="others"),
        ],
        caption=caption,
    )


def _figures(on: OnDataSet) -> list[str]:
    return [
        with_interval(on.accuracy),
        *(
            f"{estimate.value:.3f}"
            for estimate in (on.f1_negative, on.f1_positive, on.mean_recall, on.roc_auc, on.log_loss)
        ),
        f"{on.calibration_error_before:.3f} → {on.calibration_error.value:.3f}",
    ]


def _published(place: int) -> list[str]:
    one = PUBLISHED[place]
    f1 = "–" if one.f1 is None else f"{one.f1:.2f}"
    roc_auc = "–" if one.roc_auc is None else f"{one.roc_auc:.2f}"
    return [f"{one.system} ({one.trained_on})", f"{one.accuracy:g}", "–", f1, "–", roc_auc, "–", "–"]


def _name(findings: Findings, one: Assessment) -> Html:
    if one.candidate == findings.selected:
        return element("strong", f"{one.candidate} (selected)")
    return element("span", one.candidate)


def _held(one: Behaviour | None) -> Html:
    """A cell whose colour says how many hold; the figures say it too."""
    if one is None or not one.cases:
        return element("td", "–", class_="figure")
    share = one.held / one.cases
    level = "all" if one.held == one.cases else "most" if share >= 0.9 else "many" if share >= 0.7 else "few"
    return element("td", f"{one.held}/{one.cases}", class_=f"figure held-{level}")


def _together(one: Assessment) -> Behaviour:
    return Behaviour(
        capability="",
        kind="",
        cases=sum(each.cases for each in one.behaviours),
        held=sum(each.held for each in one.behaviours),
        failures=[],
    )


def _failures(findings: Findings, one: Assessment) -> Html:
    failed = [each for each in one.behaviours if each.failures]
    if not failed:
        return Html("")
    return element(
        "details",
        element("summary", f"Cases that {one.candidate} failed"),
        element("dl", *_terms(failed)),
        **({"open": "open"} if one.candidate == findings.selected else {}),
    )


def _terms(failed: Iterable[Behaviour]) -> Iterable[Html]:
    for each in failed:
        yield element(
            "dt", f"{each.capability}, {each.kind}: {each.cases - each.held} of {each.cases} failed"
        )
        for failure in each.failures[:FAILURES_SHOWN]:
            yield element("dd", failure)

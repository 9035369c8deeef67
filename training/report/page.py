"""The page itself: one HTML file that needs nothing else, neither network nor scripts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from training.assessment.kept import usual_latency
from training.report.doubtful import doubtful_labels
from training.report.exploration import OnData
from training.report.figures import duration, mean_accuracy, megabytes
from training.report.findings import Findings
from training.report.markup import Html, element, image, joined, table
from training.report.tables import accuracies, behaviours, costs, each_data_set

STYLE = Path(__file__).with_name("page.css")
MISTAKES_SHOWN = 10
"""Of one data set."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure as PNG, with what it shows in words."""

    png: bytes
    alt: str


def page(findings: Findings, pictures: Mapping[str, Picture], *, made: str) -> str:
    """The whole file; ``pictures`` by name as in `drawing.pictures`, ``made``: when, for the foot."""
    sections = {
        "Selected": _selected(findings),
        "Comparison": joined([accuracies(findings), costs(findings), each_data_set(findings)]),
        "Curves": _shown(pictures, "roc", "precision_recall"),
        "Calibration": _shown(pictures, "reliability", "coverage"),
        "Mistakes": joined([_shown(pictures, "confusion"), _mistakes(findings)]),
        "Cost": _shown(pictures, "latency"),
        "Learning curve": _shown(pictures, "learning_curve"),
        "Candidates against each other": _shown(pictures, "mcnemar"),
        "Slices": _shown(pictures, "slices"),
        "Behaviours": _behaviours(findings),
        "The data": _data(findings, pictures),
        "How this was made": _foot(findings, made),
    }
    filled = {title: content for title, content in sections.items() if content}
    links = [element("li", element("a", title, href=f"#{_anchor(title)}")) for title in filled]
    style = Html(STYLE.read_text(encoding="utf-8"))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", "Sentiment of tweets: candidates compared"),
        element("style", style),
    )
    body = element(
        "body",
        element("h1", "Sentiment of tweets: candidates compared"),
        element("nav", element("ul", *links), aria_label="Sections"),
        element(
            "main",
            *(
                element("section", element("h2", title), content, id=_anchor(title))
                for title, content in filled.items()
            ),
        ),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _selected(findings: Findings) -> Html:
    best = findings.best
    latency = usual_latency(best)
    others = [one.candidate for one in findings.assessments if one.candidate != findings.selected]
    said = element(
        "p",
        element("strong", findings.selected),
        f": {_verdict(findings)}. Mean accuracy on the test rows of "
        f"tweets {mean_accuracy(best):.3f}, {megabytes(best):.1f} MB, {latency.p50:.2f} ms for a text of "
        f"{latency.tokens} tokens.",
        class_="verdict",
    )
    rule = element("p", f"The rule: {findings.rule}.")
    why = [
        element("li", element("strong", name), f": {findings.verdicts[name]}")
        for name in others
        if name in findings.verdicts
    ]
    return joined([said, rule, element("ul", *why) if why else Html("")])


def _verdict(findings: Findings) -> str:
    return findings.verdicts.get(findings.selected, findings.rule).removeprefix("selected: ")


def _shown(pictures: Mapping[str, Picture], *names: str) -> Html:
    return joined(
        element(
            "figure",
            image(pictures[name].png, alt=pictures[name].alt),
            element("figcaption", pictures[name].alt),
        )
        for name in names
        if name in pictures
    )


def _mistakes(findings: Findings) -> Html:
    found = findings.best.mistakes
    if not found or not findings.texts:
        return Html("")
    parts = [element("h3", f"What {findings.selected} was sure and wrong about")]
    for name in dict.fromkeys(one.dataset for one in found):
        own = sorted((one for one in found if one.dataset == name), key=lambda one: -one.confidence)
        rows = [
            [element("td", one.text, class_="text said"), one.label, f"{one.confidence:.1%}"]
            for one in own[:MISTAKES_SHOWN]
        ]
        header = ["text", "label given", "confidence in the other"]
        parts.append(table(header, rows, caption=f"{name}: test rows", texts=2))
    return joined(parts)


def _behaviours(findings: Findings) -> Html:
    if not any(one.behaviours for one in findings.assessments):
        return Html("")
    told = (
        "Cases that were written for this project, in the manner of CheckList (Ribeiro et al. 2020): minimum "
        "functionality asks for the right label; invariance, that a change which means nothing changes no "
        "label; direction, that a change moves the probability the right way; doubt, that the confidence "
        "stays low."
    )
    return joined([element("p", told, class_="note"), behaviours(findings)])


def _data(findings: Findings, pictures: Mapping[str, Picture]) -> Html:
    if findings.exploration is None:
        return Html("")
    sets = findings.exploration.sets
    header = ["data set", "read", "empty", "under several labels", "further copies", "kept"]
    rows = [
        [
            one.dataset,
            *(f"{count:,}" for count in (one.read, one.empty, one.conflicts, one.duplicates, one.kept)),
        ]
        for one in sets
    ]
    words = [
        element("td", ", ".join(f"{word} ({z:+.0f})" for word, z in told), class_="text said")
        for one in sets
        for told in one.telling.values()
    ]
    labels = [(one.dataset, label) for one in sets for label in one.telling]
    return joined(
        [
            _shown(pictures, "classes", "lengths"),
            table(header, rows, caption="Rows, and what cleaning takes out"),
            table(
                ["data set", "label", "words that speak most for it (z-score of the log-odds)"],
                [[*names, cell] for names, cell in zip(labels, words, strict=True)],
                caption="Telling words",
                texts=3,
            ),
            _noise(findings, sets),
        ]
    )


def _noise(findings: Findings, sets: list[OnData]) -> Html:
    header = [
        "data set",
        "texts that stand more than once",
        "two rows of one disagree",
        "wrong labels that explain it",
        "test rows where every candidate is sure of the other label",
    ]
    doubtful = doubtful_labels(findings.predictions)
    rows = [
        [
            one.dataset,
            *(
                (
                    f"{one.repeats.texts:,}",
                    f"{one.repeats.disagreement:.1%}",
                    f"{one.repeats.wrong_labels:.1%}",
                )
                if one.repeats
                else ("0", "–", "–")
            ),
            f"{doubtful[one.dataset]:.1%}" if one.dataset in doubtful else "–",
        ]
        for one in sets
    ]
    told = (
        "Two views of how many labels are wrong, neither a measurement. Repeated texts are found by their "
        "letters and digits, links and mentions aside, before cleaning. A test row is doubtful where every "
        "candidate gives the other label with a confidence of 90 % or more; candidates that learned the same "
        "noise do not see it."
    )
    return joined([table(header, rows, caption="Noise of the labels"), element("p", told, class_="note")])


def _foot(findings: Findings, made: str) -> Html:
    best = findings.best
    said = [
        "All figures of candidates are of the exported bundle on test rows that training never saw, negative "
        "and positive rows only; intervals are 95 % bootstrap intervals over rows.",
        f"Data fingerprint {best.data_sha256}; made {made} by python -m training report.",
        *findings.missing,
    ]
    header = ["candidate", "bundle", "run", "training time", "parameters"]
    rows = [
        [
            one.candidate,
            one.version,
            one.run_id,
            duration(one.train_seconds),
            element(
                "td",
                ", ".join(f"{key}={value}" for key, value in sorted(one.parameters.items())),
                class_="text said",
            ),
        ]
        for one in findings.assessments
    ]
    return joined(
        [
            *(element("p", sentence, class_="foot") for sentence in said),
            element(
                "details",
                element("summary", "Runs and hyperparameters"),
                table(header, rows, caption="Runs", texts=5),
            ),
        ]
    )


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")

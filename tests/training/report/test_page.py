"""The page shows everything, needs nothing but itself, and takes texts for texts."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import msgspec
import pytest

from tests.training.report.made import NASTY, NINE, SETS, made_findings
from training.report.drawing import pictures
from training.report.page import Picture, page
from training.report.published import PUBLISHED

REFERENCES = {"src", "href", "srcset", "action", "data", "poster", "background", "cite", "formaction", "ping"}
MAY_LOAD_NOTHING = {"script", "link", "iframe", "object", "embed", "base", "form", "video", "audio", "svg"}


class Reader(HTMLParser):
    """Elements with their attributes, texts, and whether every element is closed where it should be."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.styles: list[str] = []
        self._open: list[str] = []
        self.feed(content)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "img", "wbr"}:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        (self.styles if self._open[-1:] == ["style"] else self.texts).append(data)


@pytest.fixture(scope="module")
def drawn() -> dict[str, Picture]:
    """The pictures of one candidate on one data set; which they are does not matter to the page."""
    return pictures(made_findings(NINE[:1], SETS[:1], rows=60))


@pytest.fixture(scope="module")
def nine(drawn) -> str:
    return page(made_findings(rows=60), drawn, made="today")


def test_nothing_outside_the_page_is_referred_to(nine):
    reader = Reader(nine)
    assert not {tag for tag, _ in reader.elements} & MAY_LOAD_NOTHING
    anchors = {attributes["id"] for _, attributes in reader.elements if "id" in attributes}
    found = [
        value
        for _, attributes in reader.elements
        for key, value in attributes.items()
        if key in REFERENCES or key.startswith("on") or key == "style"
    ]
    assert found
    for reference in found:
        assert reference.startswith("data:image/png;base64,") or reference.removeprefix("#") in anchors
    (style,) = reader.styles
    assert not re.search(r"@import|url\(|http", style)


def test_a_text_of_the_data_is_shown_as_it_is_and_never_read_as_markup(nine):
    assert NASTY in "".join(Reader(nine).texts)
    assert html.escape(NASTY) in nine
    assert "<script" not in nine


def test_pages_without_texts_quote_no_row_of_the_data(drawn):
    findings = made_findings(NINE[:1], SETS[:1], rows=60, texts=False)
    content = page(findings, drawn, made="today")
    assert not any(html.escape(one.text) in content for one in findings.best.mistakes)


def test_every_candidate_data_set_and_verdict_is_there(nine):
    texts = "".join(Reader(nine).texts)
    findings = made_findings(rows=60)
    for name in (
        *NINE,
        *SETS,
        findings.rule,
        *findings.verdicts.values(),
        *findings.missing,
        *findings.best.notes.values(),
    ):
        assert name in texts
    for one in findings.assessments:
        assert f"{one.sets['sts_gold'].accuracy.value:.3f}" in texts


def test_what_others_published_stands_beside_sentiment140_and_is_called_so(nine):
    table = next(part for part in nine.split("<table>") if ">sentiment140: " in part)
    assert "as published" in table
    assert "not measured here" in table
    for one in PUBLISHED:
        assert one.system in table
        assert f"{one.accuracy:g}" in table
    assert nine.count("as published") == 1


def test_behaviours_that_fail_are_listed_with_their_counts(nine):
    texts = Reader(nine).texts
    assert "21/24" in texts
    assert "negation, minimum functionality: 3 of 24 failed" in texts
    assert f"not bad {NASTY}" in texts


def test_each_picture_says_in_words_what_it_shows(nine):
    images = [attributes for tag, attributes in Reader(nine).elements if tag == "img"]
    assert len(images) == 10
    assert all(len(attributes["alt"]) > 20 for attributes in images)


def test_one_candidate_alone_makes_a_page_too(drawn):
    findings = made_findings(NINE[:1], ("tweets",), rows=60)
    assert "mcnemar" not in drawn
    Reader(page(findings, drawn, made="today"))


def test_what_stands_behind_a_candidates_figures_is_told(drawn):
    findings = made_findings(NINE[:2], SETS[:1], rows=60)
    best, other = findings.assessments
    other = msgspec.structs.replace(
        other,
        parameters={**other.parameters, "train_rows": "20000", "start": "models:/tweet-sentiment/1"},
        notes={"quantisation": "in 32 bits: 8 bits cost 0.0051 accuracy on airline"},
    )
    content = page(replace(findings, assessments=(best, other)), drawn, made="today")
    texts = "".join(Reader(content).texts)
    assert f"{other.candidate} was trained with train_rows=20000, other than {best.candidate}." in texts
    assert f"{other.candidate} is in 32 bits: 8 bits cost 0.0051 accuracy on airline." in texts
    assert f"{other.candidate} went on from models:/tweet-sentiment/1: its training time is" in texts
    assert f"{best.candidate} went on from" not in texts


def test_candidates_that_differ_alike_from_the_selected_one_are_told_in_one_line(drawn):
    findings = made_findings(NINE[:3], SETS[:1], rows=60)
    best, *others = findings.assessments
    others = [
        msgspec.structs.replace(one, parameters={**one.parameters, "train_rows": "20000"}) for one in others
    ]
    texts = "".join(Reader(page(replace(findings, assessments=(best, *others)), drawn, made="today")).texts)
    names = ", ".join(one.candidate for one in others)
    assert f"{names} were trained with train_rows=20000, other than {best.candidate}." in texts

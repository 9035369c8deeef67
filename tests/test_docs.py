"""What the documents link to is there: files, and headings within them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
CODE = re.compile(r"```.*?```", re.DOTALL)


def headings(document: Path) -> set[str]:
    """The anchors that GitHub gives to a document's headings."""
    anchors: set[str] = set()
    for title in re.findall(r"^#+ (.+)$", CODE.sub("", document.read_text(encoding="utf-8")), re.MULTILINE):
        plain = re.sub(r"\[(.+?)\]\(.+?\)|[`*]", r"\1", title).strip().lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = 0
        while (found := f"{anchor}-{number}" if number else anchor) in anchors:
            number += 1
        anchors.add(found)
    return anchors


def links(document: Path) -> list[str]:
    """What a document links to within the repository."""
    return re.findall(
        r"\]\((?!https?:|mailto:)([^)\s]+)\)", CODE.sub("", document.read_text(encoding="utf-8"))
    )


def broken(document: Path) -> list[str]:
    """Those of its links that lead nowhere."""
    wrong = []
    for link in links(document):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        is_there = target.exists() and (not anchor or anchor in headings(target))
        if not is_there:
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(document: Path) -> None:
    assert broken(document) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# One `two`\n## One two\n```\n# no [x](y.md)\n```\n")
    (tmp_path / "b.md").write_text(
        "[a](a.md) [b](a.md#one-two-1) [c](a.md#no) [d](c.md) [e](#f) [g](https://h)\n"
    )
    assert broken(tmp_path / "b.md") == ["a.md#no", "c.md", "#f"]
    assert broken(tmp_path / "a.md") == []

"""Markup that cannot be forgotten to escape: every string is text unless it was made here."""

import base64
import html
from collections.abc import Iterable, Sequence

VOID = frozenset({"img", "meta", "wbr"})


class Html(str):
    """A string that is markup already."""

    __slots__ = ()


def element(name: str, /, *content: str, **attributes: str) -> Html:
    """One element; `class_` is written as ``class``. Content is escaped unless it is `Html`.

    >>> element("p", "2 < 3 ", element("b", "yes"), class_="note")
    '<p class="note">2 &lt; 3 <b>yes</b></p>'
    """
    named = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value)}"' for key, value in attributes.items()
    )
    inside = "".join(map(_escaped, content))
    return Html(f"<{name}{named}>" if name in VOID else f"<{name}{named}>{inside}</{name}>")


def breakable(name: str) -> Html:
    """A name that may go on in the next line after each underscore."""
    parts = name.split("_")
    return joined([*(part for piece in parts[:-1] for part in (f"{piece}_", element("wbr"))), parts[-1]])


def joined(parts: Iterable[str]) -> Html:
    """The parts one after the other, escaped unless they are `Html`."""
    return Html("".join(map(_escaped, parts)))


def table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str, texts: int = 1, **attributes: str
) -> Html:
    """A table that may be wider than the page; the first ``texts`` columns are text, the others figures.

    A cell that is an element of its own (``td``) stands as it is.
    """
    return wide_table(header, [body(rows, texts=texts)], caption=caption, texts=texts, **attributes)


def wide_table(
    header: Sequence[str], bodies: Iterable[Html], *, caption: str, texts: int = 1, **attributes: str
) -> Html:
    """`table` with several bodies below one header."""
    heads = [
        element("th", name, scope="col", class_=_kind(place, texts)) for place, name in enumerate(header)
    ]
    return element(
        "div",
        element(
            "table",
            element("caption", caption),
            element("thead", element("tr", *heads)),
            *bodies,
            **attributes,
        ),
        class_="wide",
        role="region",
        aria_label=caption,
        tabindex="0",
    )


def body(rows: Iterable[Sequence[str]], *, texts: int = 1, **attributes: str) -> Html:
    """A body of a table; the first cell of each row is its heading."""
    return element("tbody", *(element("tr", *_cells(row, texts)) for row in rows), **attributes)


def image(png: bytes, *, alt: str) -> Html:
    """A PNG within the page itself."""
    return element("img", src=f"data:image/png;base64,{base64.b64encode(png).decode()}", alt=alt)


def _cells(row: Sequence[str], texts: int) -> Iterable[Html]:
    for place, cell in enumerate(row):
        if isinstance(cell, Html) and cell.startswith("<td"):
            yield cell
        elif place == 0:
            yield element("th", cell, scope="row")
        else:
            yield element("td", cell, class_=_kind(place, texts))


def _kind(place: int, texts: int) -> str:
    return "text" if place < texts else "figure"


def _escaped(content: str) -> str:
    return content if isinstance(content, Html) else html.escape(content)

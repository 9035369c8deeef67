"""Tables of results in a document: what stands between ``<!-- bench:NAME -->`` and ``<!-- /bench -->``."""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.bench.results import Cell, Figure, Table

MACHINE = "machine"
_PLACE = re.compile(r"(?P<begin><!-- bench:(?P<name>[\w-]+) -->\n).*?(?P<end><!-- /bench -->)", re.S)


def fill(document: Path, folder: Path) -> None:
    """Put every table of the folder's JSON files where the document names it.

    What has no result keeps what stands there; standard error says which that is, and which tables have no
    place.
    """
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    texts = {table.name: table.markdown() for one in found for table in map(table_of, one["tables"])}
    if found:
        texts[MACHINE] = machine_text(max((one["machine"] for one in found), key=lambda one: one["measured"]))
    old = document.read_text(encoding="utf-8")
    places = [place["name"] for place in _PLACE.finditer(old)]
    document.write_text(filled(old, texts), encoding="utf-8")
    for name in sorted({*places} - {*texts}):
        sys.stderr.write(f"{name}: no result in {folder}\n")
    for name in sorted({*texts} - {*places}):
        sys.stderr.write(f"{name}: no place in {document.name}\n")


def filled(document: str, texts: Mapping[str, str]) -> str:
    """The document with these texts at the places of their names.

    >>> filled("<!-- bench:a -->\\nold\\n<!-- /bench -->", {"a": "new\\n"})
    '<!-- bench:a -->\\nnew\\n<!-- /bench -->'
    """

    def replaced(place: re.Match[str]) -> str:
        text = texts.get(place["name"])
        return place[0] if text is None else f"{place['begin']}{text}{place['end']}"

    return _PLACE.sub(replaced, document)


def table_of(kept: Mapping[str, Any]) -> Table:
    """The table that `Table.as_dict` made this of."""
    rows = kept["rows"]
    table = Table(kept["name"], kept["title"], tuple(rows[0]) if rows else (), note=kept["note"])
    for row in rows:
        table.add(*map(_cell, row.values()))
    return table


def machine_text(machine: Mapping[str, Any]) -> str:
    """The machine as a sentence."""
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    return (
        f"{machine['processor']}, {machine['cores']} cores; {machine['system']}; Python {machine['python']}; "
        f"{packages}. Measured on {machine['measured'][:10]}.\n"
    )


def _cell(kept: Any) -> Cell:
    return Figure(**kept) if isinstance(kept, dict) else kept

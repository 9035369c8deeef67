"""Tables of results in a document: what stands between ``<!-- bench:NAME -->`` and ``<!-- /bench -->``."""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.bench.results import Cell, Figure, Table

MACHINE = "machine"
_PLACE = re.compile(r"(?P<begin><!-- bench:(?P<name>[\w-]+) -->\n).*?(?P<end><!-- /bench -->)", re.S)


class QuickRunError(Exception):
    """Results of a smoke run shall not stand in a document; the message says which."""


def fill(document: Path, folder: Path) -> None:
    """Put every table of the folder's JSON files where the document names it.

    What has no result keeps what stands there; standard error says which that is, which tables have no
    place, and in what the machines of the results differ. Raises `QuickRunError` for results of a quick run.
    """
    kept = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
    if quick := [name for name, one in kept.items() if one.get("quick")]:
        raise QuickRunError(f"{', '.join(quick)} in {folder}: a quick run is no measurement")
    texts = {table.name: table.markdown() for one in kept.values() for table in map(table_of, one["tables"])}
    machines = {name: one["machine"] for name, one in kept.items()}
    if machines:
        texts[MACHINE] = machine_text(*machines.values())
        sys.stderr.writelines(f"{line}\n" for line in differences(machines))
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


def machine_text(*machines: Mapping[str, Any]) -> str:
    """The machine of the newest results as a sentence, and the packages of the servers of all."""
    machine = max(machines, key=lambda one: str(one["measured"]))
    memory = f", {machine['memory_gb']:g} GB of memory" if machine.get("memory_gb") else ""
    found = {
        f"{name} {version}"
        for one in machines
        for packages in one.get("peers", {}).values()
        for name, version in packages.items()
    } - set(_versions(machine))
    servers = f" Servers: {', '.join(sorted(found))}." if found else ""
    return (
        f"{machine['processor']}, {machine['cores']} cores{memory}; {machine['system']}; "
        f"Python {machine['python']}; {', '.join(_versions(machine))}.{servers} "
        f"Measured on {machine['measured'][:10]}.\n"
    )


def differences(machines: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A warning for each thing in which the machines of these files, or the days, do not agree."""
    lines = []
    for what in ("processor", "cores", "memory_gb", "system", "python", "packages", "measured"):
        found: dict[str, list[str]] = defaultdict(list)
        for name, machine in machines.items():
            value = machine.get(what, "not told")
            found[str(value)[:10] if what == "measured" else str(value)].append(name)
        if len(found) > 1:
            told = "; ".join(f"{value} ({', '.join(names)})" for value, names in found.items())
            lines.append(f"warning: results differ in “{what}”: {told}")
    return lines


def _versions(machine: Mapping[str, Any]) -> list[str]:
    return [f"{name} {version}" for name, version in machine["packages"].items()]


def _cell(kept: Any) -> Cell:
    return Figure(**kept) if isinstance(kept, dict) else kept

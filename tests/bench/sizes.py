"""How much packages and all that they need take when installed: ``python -m tests.bench.sizes NAME…``.

Run by the Python whose packages are meant; it writes bytes.
"""

import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement


def installed_bytes(names: list[str]) -> int:
    """Of the packages and what they require here, without byte code. What is missing counts nothing."""
    total, seen, waiting = 0, set(), [Requirement(name) for name in names]
    while waiting:
        wanted = waiting.pop()
        key = (wanted.name.lower().replace("_", "-"), tuple(sorted(wanted.extras)))
        if key in seen:
            continue
        try:
            found = metadata.distribution(wanted.name)
        except metadata.PackageNotFoundError:
            continue
        if key[0] not in {name for name, _ in seen}:
            files = [path for path in found.files or [] if path.suffix != ".pyc"]
            total += sum(_size(Path(str(path.locate()))) for path in files)
        seen.add(key)
        waiting += [one for line in found.requires or [] if _applies(one := Requirement(line), wanted)]
    return total


def _applies(needed: Requirement, by: Requirement) -> bool:
    if needed.marker is None:
        return True
    return any(needed.marker.evaluate({"extra": extra}) for extra in (by.extras or {""}))


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


if __name__ == "__main__":
    sys.stdout.write(f"{installed_bytes(sys.argv[1:])}\n")

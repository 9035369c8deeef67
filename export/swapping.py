"""Putting a new folder in the place of an old one, so that there is a whole one at every moment."""

import ctypes
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a whole new folder beside the old one, swap the two and remove the old one.

    On Linux the swap is one step (renameat2(2), RENAME_EXCHANGE). Elsewhere, and on file systems that cannot
    do that, it is two: for the moment between them there is no folder, and if the second fails the old one
    is put back.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        fresh.chmod(0o755)
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        if not folder.exists():
            fresh.rename(folder)
        elif not _exchange(fresh, folder):
            _take_turns(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two paths in one step; False where that cannot be done."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    if rename is None:
        return False
    done = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return bool(done == 0)


def _take_turns(fresh: Path, folder: Path) -> None:
    old = fresh.with_name(f"{fresh.name}-old")
    folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old)

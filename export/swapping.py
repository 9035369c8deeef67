"""Putting a new folder in the place of an old one, so that there is a whole one at every moment."""

import ctypes
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_LEFT_OVER = 3600
"""Seconds after which a folder beside the old one is that of a swap which was killed."""


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a whole new folder beside the old one, swap the two and remove the old one.

    On Linux the swap is one step (renameat2(2), RENAME_EXCHANGE). Elsewhere, and on file systems that cannot
    do that, it is two: for the moment between them there is no folder, and if the second fails the old one
    is put back.

    The files are on the disk before the swap (fsync(2)), so that no failure of power leaves a half-written
    one. What killed swaps have left beside the folder is removed after an hour.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    fresh = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        fresh.chmod(0o755)
        for name, content in files.items():
            _write(fresh / name, content)
        _sync(fresh)
        if not folder.exists():
            fresh.rename(folder)
        elif not _exchange(fresh, folder):
            _take_turns(fresh, folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _sweep(folder: Path) -> None:
    if not folder.exists():
        return  # a swap in two steps was killed between them: what lies beside is the only bundle
    for left in folder.parent.glob(f".{folder.name}-*"):
        if left.is_dir() and not left.is_symlink() and time.time() - left.stat().st_mtime > _LEFT_OVER:
            shutil.rmtree(left, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Put a folder's entries on the disk, where the system can do that."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


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

"""Opening plain, gzipped and zipped files, with a progress bar by bytes read from disk."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, cast

from tqdm import tqdm

from .errors import DataError

BAR_DELAY = 1.0  # seconds before a bar shows
TABLE_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson")

_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGIC = b"PK\x03\x04"
_SENTIMENT140_STEM = "training.1600000.processed.noemoticon"


class _Counted(io.RawIOBase):
    """A file that tells a progress bar how far it has been read."""

    def __init__(self, raw: io.FileIO, bar: tqdm) -> None:
        self._raw = raw
        self._bar = bar

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._raw.seek(offset, whence)

    def tell(self) -> int:
        return self._raw.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self._raw.readinto(buffer) or 0
        self._bar.update(count)
        return count


@contextmanager
def opened(path: Path, *, progress: bool = False) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked where they are packed; what is inside decides, not the name.

    With `progress`, a bar shows on a terminal after a second.

    Raises:
        DataError: the file cannot be read, its packing is broken, or a zip file does not hold one table.
    """
    try:
        with ExitStack() as stack:
            raw = stack.enter_context(path.open("rb", buffering=0))
            bar = stack.enter_context(
                tqdm(
                    total=path.stat().st_size,
                    desc=f"reading {path.name}",
                    unit="B",
                    unit_scale=True,
                    delay=BAR_DELAY,
                    disable=None if progress else True,
                    leave=False,
                )
            )
            magic = raw.read(4)
            raw.seek(0)
            counted = stack.enter_context(io.BufferedReader(_Counted(raw, bar), 1 << 20))
            if magic.startswith(_GZIP_MAGIC):
                yield cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=counted)))
            elif magic == _ZIP_MAGIC:
                archive = stack.enter_context(zipfile.ZipFile(counted))
                yield stack.enter_context(archive.open(_table_in(archive, path)))
            else:
                yield counted
    except (EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: broken packing: {error}") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error}") from error


def table_name(path: Path) -> str:
    """The name of the table in `path`: without `.gz`, and for a zip file the name of what it holds.

    Raises:
        DataError: as `opened`.
    """
    try:
        with path.open("rb") as raw:
            zipped = raw.read(4) == _ZIP_MAGIC
        if not zipped:
            return path.name.removesuffix(".gz")
        with zipfile.ZipFile(path) as archive:
            return _table_in(archive, path)
    except zipfile.BadZipFile as error:
        raise DataError(f"{path}: broken packing: {error}") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error}") from error


def _table_in(archive: zipfile.ZipFile, path: Path) -> str:
    tables = [
        name
        for name in archive.namelist()
        if name.endswith(TABLE_SUFFIXES) and not name.startswith("__MACOSX/")
    ]
    # Sentiment140's own archive also holds a small test set.
    training = [name for name in tables if PurePosixPath(name).name.startswith(_SENTIMENT140_STEM)]
    chosen = training or tables
    if len(chosen) != 1:
        raise DataError(f"{path}: should hold one table ({', '.join(TABLE_SUFFIXES)}), holds {len(chosen)}")
    return chosen[0]

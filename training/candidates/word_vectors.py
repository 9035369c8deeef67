"""Word vectors as GloVe and word2vec publish them: a text file with a word and its numbers on each line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from export.rewriting import LINK, MENTION, NUMBER, SAME_MEANING

OTHER_NAMES = {
    LINK: ("<url>",),
    MENTION: ("<user>",),
    NUMBER: ("<number>",),
    **SAME_MEANING,
}
"""What a token of ours may be called in such files, the best name first; GloVe's own are of its tweets."""


class WordVectorsError(Exception):
    """The file is not there or no table of word vectors; the message names the line."""


@dataclass(frozen=True)
class WordVectors:
    """What a file says of V words: ``vectors`` (V, width) float32, zero where not ``found`` (V,) bool."""

    vectors: npt.NDArray[np.float32]
    found: npt.NDArray[np.bool_]

    @property
    def coverage(self) -> float:
        """Share of the words that the file has."""
        return float(self.found.mean()) if len(self.found) else 0.0


def vector_width(path: Path) -> int:
    """How many numbers each word has, by the file's first line. Raises `WordVectorsError`."""
    for number, line in _lines(path):
        width = len(_numbers(path, number, line.split(b" ")[1:]))
        if not width:
            raise WordVectorsError(f"{path}, line {number}: no numbers stand behind the word")
        return width
    raise WordVectorsError(f"{path}: there are no word vectors in it")


def read_word_vectors(path: Path, words: Sequence[str]) -> WordVectors:
    """The vectors of these words; of a word that stands twice in the file, the first.

    Every line is looked at, the numbers of those lines alone that are needed. Raises `WordVectorsError`.
    """
    width = vector_width(path)
    names = _names(words)
    vectors = np.zeros((len(words), width), dtype=np.float32)
    rank = np.full(len(words), np.iinfo(np.int32).max)
    for number, line in _lines(path):
        fields = line.split(b" ")
        if len(fields) != width + 1:
            # A few published lines have a word with spaces in it, which is none of ours.
            if len(fields) > width + 1 and not _is_number(fields[1]):
                continue
            raise WordVectorsError(
                f"{path}, line {number}: {len(fields) - 1} numbers behind the word where line "
                f"{_first(path)} has {width}"
            )
        for row, preference in names.get(fields[0], ()):
            if preference < rank[row]:
                rank[row] = preference
                vectors[row] = _numbers(path, number, fields[1:])
    return WordVectors(vectors, rank < np.iinfo(np.int32).max)


def _names(words: Sequence[str]) -> dict[bytes, list[tuple[int, int]]]:
    """Name in the file -> the rows that it is for, each with its preference, the least being the best."""
    names: dict[bytes, list[tuple[int, int]]] = {}
    for row, word in enumerate(words):
        for preference, name in enumerate((word, *OTHER_NAMES.get(word, ()))):
            names.setdefault(name.encode(), []).append((row, preference))
    return names


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Number and content of each line, but for empty ones and for word2vec's header of two whole numbers."""
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                line = raw.rstrip(b" \r\n")
                header = number == 1 and len(parts := line.split()) == 2 and all(map(bytes.isdigit, parts))
                if line and not header:
                    yield number, line
    except OSError as error:
        raise WordVectorsError(f"{path}: cannot be read: {error.strerror}") from error


def _first(path: Path) -> int:
    return next(number for number, _ in _lines(path))


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _numbers(path: Path, number: int, fields: list[bytes]) -> npt.NDArray[np.float32]:
    try:
        vector = np.array([float(field) for field in fields], dtype=np.float32)
    except ValueError as error:
        raise WordVectorsError(f"{path}, line {number}: {error}") from error
    if not np.isfinite(vector).all():
        raise WordVectorsError(f"{path}, line {number}: a number is not finite")
    return vector

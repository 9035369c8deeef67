"""Repeated texts, and texts that stand under more than one label."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Noncharacters stand for a link and a mention: no text may hold them.
_A_LINK = "\ufdd0"
_A_MENTION = "\ufdd1"
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_MENTION = re.compile(r"@\w+")
_DROPPED_ASCII = re.compile(f"[^a-z0-9\\s{_A_LINK}{_A_MENTION}]+")
_CREDIT_OR_SPACE = re.compile(f"\\b(?:rt|via)\\b|[ {_A_LINK}{_A_MENTION}]")
_NOT_PLAIN = re.compile("[^a-z0-9]+")
_TELLING = 12  # so many plain letters and digits tell a tweet from others
# Letters, numbers, symbols such as emoji and their skin tones, and the private codes of phones before these.
_KEPT_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "So", "Sk", "Co"})
_LAST_ASCII = 127


@dataclass(frozen=True, kw_only=True)
class CleaningReport:
    """What was taken out of one data set, in rows.

    Attributes:
        conflicts: rows whose text stands under more than one label; all of them go.
        duplicates: further rows of a text that is kept once.
    """

    dataset: str
    read: int
    empty: int
    conflicts: int
    duplicates: int
    kept: int

    def __str__(self) -> str:
        return (
            f"{self.dataset:<28} read {self.read:>9,}  empty {self.empty:>6,}"
            f"  conflicts {self.conflicts:>6,}  duplicates {self.duplicates:>6,}  kept {self.kept:>9,}"
        )


class _Kept(dict[int, int | None]):
    """For `str.translate`: what becomes of a character, found out when it is first met."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        keep = character in (_A_LINK, _A_MENTION) or character.isspace() or character.isalnum()
        if code > _LAST_ASCII:  # of ASCII's symbols none is kept: ^ and ` would be modifiers
            keep = keep or unicodedata.category(character) in _KEPT_CATEGORIES
        self[code] = code if keep else None
        return self[code]


def text_key(texts: Iterable[str]) -> pd.Series:
    """What texts share that differ only in case, punctuation, spacing, links and names: `(N,)` strings.

    Compatibility forms and case are folded, a link becomes one token and so does an @mention, everything but
    letters, digits and symbols such as emoji is dropped, white space is collapsed. A text of which nothing is
    left is its own key.

    >>> list(text_key(["@ann So   HAPPY!!", "@bob so happy"]).duplicated())
    [False, True]
    """
    index = texts.index if isinstance(texts, pd.Series) else None
    kept = _Kept()
    return pd.Series([_key(text, kept) for text in texts], index=index, dtype="str")


def _key(text: str, kept: _Kept) -> str:
    plain = text.isascii()
    key = text.lower() if plain else unicodedata.normalize("NFKC", text).casefold()
    if "://" in key or "www." in key:
        key = _LINK.sub(_A_LINK, key)
    if "@" in key:
        key = _MENTION.sub(_A_MENTION, key)
    key = _DROPPED_ASCII.sub("", key) if plain else key.translate(kept)
    return " ".join(key.split()) or text.strip()


def wording(keys: pd.Series) -> pd.Series:
    """The part of each key that copies of one tweet share: `(N,)` strings.

    Data sets took tweets from one another and cut out mentions, links and "via", or lost what is not ASCII.
    So these go, as do spaces; what is not ASCII goes only where enough is left to tell the tweet from others.
    A key of which nothing is left stays as it is.
    """
    return pd.Series([_wording(key) for key in keys], index=keys.index, dtype="str")


def _wording(key: str) -> str:
    words = _CREDIT_OR_SPACE.sub("", key)
    plain = _NOT_PLAIN.sub("", words)
    return plain if len(plain) >= _TELLING else words or key


def without_conflicts_and_duplicates(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[CleaningReport]]:
    """Each text of a data set once, under one label; the column `key` holds its `text_key`.

    Within each data set empty texts are dropped, then all rows of a key that stands under more than one
    label, then all but the first row of each key. The order stays. One report for each data set.
    """
    empty = (frame["text"].str.strip() == "").to_numpy(dtype=bool)
    keyed = frame[~empty].assign(key=lambda filled: text_key(filled["text"]))
    group = keyed.groupby(["dataset", "key"], sort=False).ngroup().to_numpy()
    label = pd.factorize(keyed["label"])[0]
    _, first = np.unique(group, return_index=True)
    torn = np.zeros(len(first), dtype=bool)
    torn[group[label != label[first[group]]]] = True
    conflict = torn[group]
    repeated = ~conflict & (first[group] != np.arange(len(group)))
    kept = keyed[~(conflict | repeated)].reset_index(drop=True)

    dataset = keyed["dataset"].to_numpy(dtype=object)
    reports = [
        CleaningReport(
            dataset=str(name),
            read=len(rows),
            empty=int(empty[rows].sum()),
            conflicts=int(conflict[dataset == name].sum()),
            duplicates=int(repeated[dataset == name].sum()),
            kept=int((kept["dataset"] == name).sum()),
        )
        for name, rows in frame.groupby("dataset", sort=False).indices.items()
    ]
    return kept, reports

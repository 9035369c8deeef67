"""Who learns from which row: roles that share neither a text nor an author."""

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .datasets import DATASETS, Shares
from .duplicates import text_key, wording
from .records import CALIBRATION, TEST, TRAIN, VALIDATION

_TRAIN, _VALIDATION, _CALIBRATION, _TEST = range(4)
_ROLE_NAMES = np.array([TRAIN, VALIDATION, CALIBRATION, TEST], dtype=object)


def split(frame: pd.DataFrame, *, seed: int, shares: Mapping[str, Shares] | None = None) -> pd.DataFrame:
    """The frame with a column `role`, one of `records.ROLES`.

    Rows that share a text (by the `wording` of its `text_key`, across data sets) or an author form a group,
    and so do rows that are linked through others; a group has one role. It comes from a hash of the seed and
    of the group's smallest wording: neither the order of the rows nor other groups change it. Of the group's
    data sets the one that holds out most gives the shares.

    A row of a data set that is for evaluation only, or of the official test part of one that has such, makes
    its whole group `test`. An official training row otherwise never becomes `test`.

    Args:
        frame: the columns of `records`; a column `key`, where there is one, saves computing it again.
        seed: any integer.
        shares: by data set, in place of what `DATASETS` says; sets unknown to both get `Shares()`.
    """
    keys = frame["key"] if "key" in frame else text_key(frame["text"])
    groups, smallest = _groups(wording(keys), frame["author"])
    positions = _uniform(smallest, seed=seed, purpose=b"role")
    held = np.zeros((len(smallest), 3))  # the shares of test, validation, calibration
    forced = np.zeros(len(smallest), dtype=bool)
    never_test = np.zeros(len(smallest), dtype=bool)
    official = frame["split"].to_numpy(dtype=object)
    for name, rows in sorted(frame.groupby("dataset").indices.items()):
        known = DATASETS.get(str(name))
        own = (shares or {}).get(str(name)) or (known.shares if known else Shares())
        members = np.unique(groups[rows])
        less = members[held[members].sum(axis=1) < own.held_out]
        held[less] = (own.test, own.validation, own.calibration)
        if known and known.evaluation_only:
            forced[members] = True
        if known and known.official_split:
            forced[groups[rows[official[rows] == TEST]]] = True
            never_test[groups[rows[official[rows] == TRAIN]]] = True
    held[never_test, 0] = 0.0
    # Each group's position in [0, 1) falls into the part of one role: test first, training last.
    ends = held.cumsum(axis=1)
    roles = np.select(
        [forced, positions < ends[:, 0], positions < ends[:, 1], positions < ends[:, 2]],
        [_TEST, _TEST, _VALIDATION, _CALIBRATION],
        _TRAIN,
    )
    return frame.assign(role=pd.Series(_ROLE_NAMES[roles[groups]], index=frame.index, dtype="str"))


def sampled(frame: pd.DataFrame, *, seed: int, limit: int) -> pd.DataFrame:
    """At most `limit` rows of each data set, drawn at random by a hash of the seed and the row's key.

    A smaller sample is a part of a larger one, and the order of the rows does not matter. Needs the column
    `key`.
    """
    if limit < 1:
        raise ValueError("limit must be 1 or more")
    order = pd.Series(_uniform(frame["key"], seed=seed, purpose=b"sample"), index=frame.index)
    rank = order.groupby(frame["dataset"]).rank(method="first")
    return frame[rank <= limit].reset_index(drop=True)


def _groups(wordings: pd.Series, authors: pd.Series) -> tuple[npt.NDArray[np.int64], list[str]]:
    """The group of each row, `(N,)`, and the smallest wording of each group."""
    key_codes, key_names = pd.factorize(wordings, sort=True)
    author_codes, author_names = pd.factorize(authors.str.casefold())
    known = author_codes >= 0
    size = len(key_names) + len(author_names)
    links = coo_array(
        (
            np.ones(int(known.sum()), dtype=np.int8),
            (key_codes[known], author_codes[known] + len(key_names)),
        ),
        shape=(size, size),
    )
    _, component = connected_components(links, directed=False)
    # Keys are sorted, so the first of a component's keys is its smallest.
    _, first, group_of_key = np.unique(component[: len(key_names)], return_index=True, return_inverse=True)
    return group_of_key[key_codes], [key_names[code] for code in first]


def _uniform(keys: Iterable[str], *, seed: int, purpose: bytes) -> npt.NDArray[np.float64]:
    """A number in [0, 1) for each key, from BLAKE2b under the seed."""
    secret = str(seed).encode()[:64]
    digests = b"".join(
        hashlib.blake2b(key.encode(), digest_size=8, key=secret, person=purpose).digest() for key in keys
    )
    return (np.frombuffer(digests, dtype=">u8") >> np.uint64(11)).astype(np.float64) / 2.0**53

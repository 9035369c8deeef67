"""What a prepared table was, in a few numbers that can be compared and tracked."""

import hashlib
from dataclasses import asdict, dataclass

import pandas as pd

from .records import LABELS


@dataclass(frozen=True, kw_only=True)
class RoleCounts:
    """Rows of one data set in one role (empty before splitting), by label."""

    dataset: str
    role: str
    rows: int
    negative: int
    neutral: int
    positive: int


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """The same for two tables exactly when they hold the same rows, in whatever order.

    Attributes:
        sha256: over the text, label, data set and role of all rows.
        sha256_of: the same for each data set alone.
    """

    sha256: str
    rows: int
    sha256_of: dict[str, str]
    counts: tuple[RoleCounts, ...]

    def as_dict(self) -> dict[str, object]:
        """Plain dictionaries, lists, strings and integers, for JSON and for tracking."""
        return asdict(self) | {"counts": [asdict(count) for count in self.counts]}


def fingerprint(frame: pd.DataFrame) -> Fingerprint:
    """The fingerprint of a table with the columns `text`, `label`, `dataset` and, if it is split, `role`."""
    roles = frame["role"] if "role" in frame else pd.Series("", index=frame.index)
    digests = [
        hashlib.sha256("\0".join(row).encode()).digest()
        for row in zip(frame["label"], frame["dataset"], roles, frame["text"], strict=True)
    ]
    by_dataset: dict[str, list[bytes]] = {}
    for name, digest in zip(frame["dataset"], digests, strict=True):
        by_dataset.setdefault(name, []).append(digest)
    return Fingerprint(
        sha256=_sha256(digests),
        rows=len(frame),
        sha256_of={name: _sha256(by_dataset[name]) for name in sorted(by_dataset)},
        counts=tuple(
            RoleCounts(
                dataset=str(name),
                role=str(role),
                rows=len(labels),
                **{label: int((labels == label).sum()) for label in LABELS},
            )
            for (name, role), labels in frame["label"].groupby([frame["dataset"], roles])
        ),
    )


def _sha256(digests: list[bytes]) -> str:
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()

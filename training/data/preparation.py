"""From raw data sets to rows with roles, in one call."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from .cleaning import clean
from .datasets import require
from .duplicates import CleaningReport, without_conflicts_and_duplicates
from .errors import DataError
from .fingerprints import Fingerprint, fingerprint
from .loaders import load
from .splitting import sampled, split


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Clean rows with roles, and what became of the raw ones.

    Attributes:
        frame: the columns of `records`, and `role`.
        reports: one for each data set, in the order asked for.
        fingerprint: of `frame`.
    """

    frame: pd.DataFrame
    reports: tuple[CleaningReport, ...]
    fingerprint: Fingerprint


def prepare(
    names: Sequence[str | Path],
    *,
    seed: int,
    limit: int | None = None,
    data_dir: Path | None = None,
    progress: bool = True,
) -> Prepared:
    """Load, clean and split data sets, given by name or path (see `load`).

    Args:
        limit: at most this many rows of each set, drawn at random after splitting, so that a row has the same
            role whatever the limit.
        data_dir: where named sets are; see `datasets.data_dir`.
        progress: show how far it is, on a terminal only.

    Raises:
        DataError: a data set is missing or not what it should be, none is asked for, or one twice.
    """
    if not names:
        raise DataError("no data set was asked for")
    require(names, data_dir)
    kept, reports = [], []
    with tqdm(total=3 * len(names) + 2, unit="step", leave=False, disable=None if progress else True) as bar:

        def begin(step: str) -> None:
            bar.set_description(step)
            bar.update()

        for spec in names:
            begin(f"loading {spec}")
            raw = load(spec, folder=data_dir, progress=progress)
            begin(f"cleaning {spec}")
            raw["text"] = clean(raw["text"])
            begin(f"finding copies in {spec}")
            distinct, report = without_conflicts_and_duplicates(raw)
            if distinct.empty:
                raise DataError(f"{spec}: no row is left after cleaning ({len(raw)} were read)")
            kept.append(distinct)
            reports.extend(report)
        datasets = [report.dataset for report in reports]
        if len(set(datasets)) < len(datasets):
            raise DataError(f"each data set can be asked for once, not {', '.join(datasets)}")
        begin("splitting")
        frame = split(pd.concat(kept, ignore_index=True), seed=seed)
        if limit is not None:
            frame = sampled(frame, seed=seed, limit=limit)
        frame = frame.drop(columns="key")
        begin("taking the fingerprint")
        return Prepared(frame=frame, reports=tuple(reports), fingerprint=fingerprint(frame))

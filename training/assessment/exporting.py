"""The bundle of a candidate: in 8 bits, or in 32 where 8 would cost it too much."""

from dataclasses import replace
from pathlib import Path

from export.bundle import Bundle, BundleOptions, write_bundle
from export.errors import QuantisationError
from export.trained import TrainedModel


def exported(trained: TrainedModel, folder: Path, options: BundleOptions) -> tuple[Bundle, str | None]:
    """The written bundle, and why it is not in 8 bits, None where it is.

    What 8 bits cost is seen on test rows, which must not say who can be selected; size and latency do.

    Raises:
        ExportError: as `write_bundle`, but for quantisation.
    """
    try:
        return write_bundle(trained, folder, options), None
    except QuantisationError as error:
        why = str(error).partition(";")[0]
        return write_bundle(trained, folder, replace(options, quantise=False)), f"in 32 bits: {why}"

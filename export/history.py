"""The bundles that were served before, and the way back to them.

A history is a folder that holds one folder for each version. A bundle enters it when another one takes its
place; a person may delete what is no longer wanted.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from export.errors import ExportError
from export.swapping import replace_folder
from function_app.bundle import MANIFEST, MODEL, Manifest, read_bundle
from function_app.errors import BundleError
from function_app.predictor import Predictor


@dataclass(frozen=True)
class KeptBundle:
    """A bundle on disk: its version, when it was made (RFC 3339), its candidate, and its model's SHA-256."""

    version: str
    created: str
    candidate: str
    model: str
    folder: Path


def publish(folder: Path, files: Mapping[str, bytes], *, history: Path | None) -> None:
    """Put a new bundle in the place of the one in `folder`, which goes to the history first.

    Only a whole bundle is worth keeping: what does not match its manifest is replaced without a trace. With
    `history` None nothing is kept.
    """
    if history is not None:
        keep(folder, history)
    replace_folder(folder, files)


def keep(folder: Path, history: Path) -> Path | None:
    """Copy the bundle in `folder` to the history; where it stands there, None if there is no whole bundle."""
    try:
        version = read_bundle(folder).manifest.version
    except BundleError:
        return None
    place = _place(history, version)
    if _described(place) is not None:
        return place
    history.mkdir(parents=True, exist_ok=True)
    copy = Path(mkdtemp(prefix=".incoming-", dir=history))
    try:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        shutil.rmtree(place, ignore_errors=True)  # half of a bundle, from a copy that was cut short
        copy.rename(place)
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    return place


def kept_bundles(history: Path) -> list[KeptBundle]:
    """The whole bundles in the history, the newest first; damaged ones are left out."""
    if not history.is_dir():
        return []
    folders = [folder for folder in history.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    found = [bundle for folder in folders if (bundle := _described(folder)) is not None]
    return sorted(found, key=lambda bundle: (bundle.created, bundle.version), reverse=True)


def rollback(folder: Path, history: Path, version: str | None = None) -> KeptBundle:
    """Serve a kept bundle again: the one of that version, or else the newest that is older than the present
    one and has another ``model.onnx``: the same model exported anew is no way back.

    The chosen bundle's files are compared with its manifest (SHA-256) and its self-test is run before
    anything changes; the present bundle goes to the history. Raises `ExportError` when there is no such
    bundle or it is not whole.
    """
    chosen = _previous(folder, history) if version is None else _place(history, version)
    try:
        predictor = Predictor(read_bundle(chosen))
        files = {name: (chosen / name).read_bytes() for name in predictor.manifest.files}
    except (BundleError, OSError) as error:
        raise ExportError(f"{chosen.name} in {history} cannot be served: {error}") from error
    if version is not None and predictor.version != version:
        raise ExportError(f"{chosen} holds {predictor.version}, not {version}")
    publish(folder, {**files, MANIFEST: predictor.manifest_json}, history=history)
    return _kept(predictor.manifest, folder)


def _previous(folder: Path, history: Path) -> Path:
    present = _described(folder)
    older = [
        bundle
        for bundle in kept_bundles(history)
        if present is None
        or (
            bundle.model != present.model
            and (bundle.created, bundle.version) < (present.created, present.version)
        )
    ]
    if not older:
        than = "" if present is None else f" older than {present.version} with another model"
        raise ExportError(f"{history} holds no whole bundle{than}; --list shows what is there")
    return older[0].folder


def _place(history: Path, version: str) -> Path:
    if not version or version.startswith(".") or Path(version).name != version:
        raise ExportError(f"{version!r} is not the version of a bundle: it cannot name a folder")
    return history / version


def _described(folder: Path) -> KeptBundle | None:
    """What a folder holds, None unless that is a whole bundle."""
    try:
        manifest = read_bundle(folder).manifest
    except BundleError:
        return None
    return _kept(manifest, folder)


def _kept(manifest: Manifest, folder: Path) -> KeptBundle:
    model = manifest.files[MODEL].sha256
    return KeptBundle(manifest.version, manifest.created, manifest.candidate, model, folder)

"""The deployment package: the serving part of the tree, and beside it all that it imports, for Linux.

The Functions worker puts ``.python_packages/lib/site-packages`` on the path, so nothing is built in Azure.
The same tree and the same wheels give the same bytes: names are sorted, times and rights are fixed.
"""

import compileall
import hashlib
import json
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from delivery.errors import DeliveryError

ROOT = Path(__file__).resolve().parents[1]
FILES = ("main.py", "host.json", "requirements.txt", "constraints.txt")
PACKAGE = "function_app"
NOT_ON_AN_INSTANCE = ("client", "command_line.py", "localhost")
SITE_PACKAGES = ".python_packages/lib/site-packages"
MANIFEST = f"{PACKAGE}/model/manifest.json"
PYTHON = (3, 11)
"""The version of the Python that the instances run; wheels and byte code are for it."""

GLIBC = range(17, 29)
"""Minor versions of glibc 2 that a wheel may ask for; the oldest image of the runtime has 2.31."""

LIMIT_MB = 80.0
_TIME = (1980, 1, 1, 0, 0, 0)
_RIGHTS = 0o644 << 16
_LEFT_OUT = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
"""What pip writes about this machine into the metadata of a package."""


@dataclass(frozen=True)
class Package:
    """A built package. `size_mb`: zipped, in millions of bytes; `version`: of the model in it."""

    path: Path
    files: int
    size_mb: float
    sha256: str
    version: str


def sources(root: Path = ROOT) -> list[str]:
    """The files of the tree that go into the package, as paths from its root with ``/``."""
    found = [path.relative_to(root) for path in (root / PACKAGE).rglob("*") if path.is_file()]
    ours = [path for path in found if path.parts[1] not in NOT_ON_AN_INSTANCE and _is_wanted(path)]
    return sorted([*FILES, *(path.as_posix() for path in ours)])


def build(target: Path, root: Path = ROOT, *, limit_mb: float = LIMIT_MB) -> Package:
    """Writes the package. Raises `DeliveryError` when pip fails or it becomes too big.

    The file appears when it is whole.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        stage = Path(name)
        for path in sources(root):
            (stage / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / path, stage / path)
        install(root / "requirements.txt", stage / SITE_PACKAGES)
        compile_to_byte_code(stage)
        partial = target.with_suffix(".partial")
        count = write_zip(stage, partial)
    size_mb = partial.stat().st_size / 1e6
    if size_mb > limit_mb:
        partial.unlink()
        raise DeliveryError(f"the package has {size_mb:.1f} MB, more than the {limit_mb:g} MB allowed")
    partial.replace(target)
    return Package(
        target, count, size_mb, hashlib.sha256(target.read_bytes()).hexdigest(), version_in(target)
    )


def install(requirements: Path, folder: Path) -> None:
    """Puts the wheels that the instances need into the folder, whatever machine this is."""
    platforms = ["manylinux2014_x86_64", *(f"manylinux_2_{minor}_x86_64" for minor in GLIBC)]
    done = subprocess.run(  # noqa: S603 - our own arguments
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--requirement", str(requirements), "--target", str(folder), "--no-compile"),
            *("--only-binary=:all:", "--implementation=cp", "--python-version=3.11"),
            *(argument for name in platforms for argument in ("--platform", name)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DeliveryError(f"pip could not install {requirements.name}:\n{done.stderr.strip()}")
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for tests in [path for path in folder.rglob("tests") if path.is_dir()]:
        shutil.rmtree(tests, ignore_errors=True)


def compile_to_byte_code(folder: Path) -> None:
    """Byte code beside every module: an instance starts more than twice as fast as when it has to compile.

    Only the same version of Python writes byte code that the instances can read; with another one nothing is
    done. It is never compared with its source: the files of a package do not change, and have no times.
    """
    if sys.version_info[:2] == PYTHON:
        compileall.compile_dir(
            folder,
            quiet=2,  # some packages bring templates that are no Python
            stripdir=str(folder),
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


def write_zip(folder: Path, target: Path) -> int:
    """Zips what is in the folder, the same way every time; how many files there were."""
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in _LEFT_OUT
    )
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _TIME)
            entry.external_attr = _RIGHTS
            entry.create_system = 3
            archive.writestr(entry, (folder / name).read_bytes(), zipfile.ZIP_DEFLATED, 6)
    return len(names)


def version_in(package: Path) -> str:
    """The version of the model in a package. Raises `DeliveryError` when it is none of ours."""
    try:
        with zipfile.ZipFile(package) as archive:
            return str(json.loads(archive.read(MANIFEST))["version"])
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise DeliveryError(
            f"{package} is not a package with a model in it ({error}); make package builds one"
        ) from error


def _is_wanted(path: Path) -> bool:
    left_over = path.parts[1].startswith(".model-")  # of a model's exchange that was killed
    return "__pycache__" not in path.parts and path.suffix != ".md" and not left_over

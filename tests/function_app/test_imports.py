"""Who may import whom. Read from the source, so that it holds for code that a test never runs."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVING = {
    "azure.core",
    "azure.data.tables",
    "azure.functions",
    "azure.identity",
    "function_app",
    "msgspec",
    "numpy",
    "onnxruntime",
    "onnxruntime_extensions",
    "opencensus.ext.azure",
}
LOCAL_ONLY = {"azure.storage.queue", "croniter", "waitress", "werkzeug"}
NOT_ON_AN_INSTANCE = {"client", "localhost"}
FORBIDDEN = {
    "function_app": {"export", "training", "tests", "onnx"},
    "export": {"training", "tests"},
    "training": {"tests"},
}


def imported(path: Path, root: Path = ROOT) -> Iterator[str]:
    """The dotted names that a file imports, wherever in the file; relative ones are spelled out."""
    package = path.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def test_the_walk_sees_what_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "top" / "inner" / "some.py"
    path.parent.mkdir(parents=True)
    path.write_text("import a.b\nfrom .. import x\nfrom .y import z\ndef f():\n    from c import d\n")
    assert set(imported(path, tmp_path)) == {
        "a.b",
        "top",
        "top.x",
        "top.inner.y",
        "top.inner.y.z",
        "c",
        "c.d",
    }
    assert len(sources("function_app")) > 20


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_package_imports_one_above_it(package: str) -> None:
    wrong = [
        (path.relative_to(ROOT).as_posix(), name)
        for path in sources(package)
        for name in imported(path)
        if within(name, FORBIDDEN[package])
    ]
    assert wrong == []


def test_serving_imports_only_what_an_instance_has() -> None:
    wrong = []
    for path in sources("function_app"):
        local = not NOT_ON_AN_INSTANCE.isdisjoint(path.relative_to(ROOT).parts)
        allowed = SERVING | LOCAL_ONLY if local else SERVING
        for name in imported(path):
            standard = name.partition(".")[0] in sys.stdlib_module_names
            if not standard and not within(name, allowed) and name != "azure":
                wrong.append((path.relative_to(ROOT).as_posix(), name))
    assert wrong == []


@pytest.mark.parametrize("part", sorted(NOT_ON_AN_INSTANCE))
def test_nothing_imports_what_an_instance_does_not_get(part: str) -> None:
    assert f"function_app/{part}/" in (ROOT / ".funcignore").read_text().splitlines()
    wrong = [
        path.name
        for path in sources("function_app")
        if part not in path.relative_to(ROOT).parts
        and any(within(name, {f"function_app.{part}"}) for name in imported(path))
    ]
    assert wrong == []


def test_a_start_imports_nothing_that_a_prediction_does_not_need() -> None:
    code = "import sys, function_app.app; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"numpy", "onnxruntime", "function_app.predictor"} <= loaded
    later = {
        "azure.core",
        "azure.identity",
        "function_app.drift.check",
        "function_app.drift.simulation",
        "function_app.openapi",
        "opencensus",
        "requests",
    }
    assert loaded & later == set()

"""The Bicep files are Bicep, and their names fit together; `az bicep build` in CI looks closer."""

from pathlib import Path

import pytest

from tests.infra.bicep import BicepError, BicepFile, deploy, used_names
from tests.infra.deployments import INFRA, deployment

FILES = sorted([*INFRA.rglob("*.bicep"), *INFRA.rglob("*.bicepparam")])


def file_id(path: Path) -> str:
    return str(path.relative_to(INFRA))


def undeclared(file: BicepFile) -> set[str]:
    """Names that expressions use and nothing declares."""
    declared = {one.name for one in file.declarations}
    used = {name for one in file.declarations if one.value is not None for name in used_names(one.value)}
    return used - declared


def unused(file: BicepFile) -> set[str]:
    """Parameters and variables that no other declaration uses."""
    used = {
        name
        for one in file.declarations
        if one.value is not None
        for name in used_names(one.value) - {one.name}
    }
    return {one.name for one in file.of_kind("param", "var")} - used


def test_there_are_files():
    assert {"main.bicep", "main.bicepparam", "modules/alerts.bicep"} <= {file_id(path) for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=file_id)
def test_every_name_is_declared_and_used(path):
    file = BicepFile(path)
    assert undeclared(file) == set()
    assert {name for name in unused(file) if not name.startswith("param_")} == set()


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".bicep"], ids=file_id)
def test_every_file_says_what_it_is_for_and_so_do_the_parameters_of_main(path):
    file = BicepFile(path)
    assert "metadata description" in path.read_text(encoding="utf-8")
    if path.name == "main.bicep":
        parameters = {one.name: "".join(one.decorators) for one in file.of_kind("param")}
        silent = [name for name, decorators in parameters.items() if "description(" not in decorators]
        assert silent == []


def test_every_module_is_used_and_every_module_s_outputs_too():
    main = BicepFile(INFRA / "main.bicep")
    modules = {one.name: one.about for one in main.of_kind("module")}
    assert set(modules.values()) == {f"modules/{path.name}" for path in (INFRA / "modules").iterdir()}
    text = (INFRA / "main.bicep").read_text(encoding="utf-8")
    for name, path in modules.items():
        for output in BicepFile(INFRA / path).of_kind("output"):
            assert f"{name}.outputs.{output.name}" in text


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_parameters_of_both_environments_are_those_of_main(environment):
    assert deployment(environment).resources


def test_a_file_that_is_not_bicep_is_refused(tmp_path):
    (tmp_path / "broken.bicep").write_text("resource 'x' = {\n")
    with pytest.raises(BicepError, match=r"broken\.bicep:1"):
        BicepFile(tmp_path / "broken.bicep")


def test_undeclared_and_unused_names_are_found(tmp_path):
    (tmp_path / "names.bicep").write_text(
        "param spare string\nvar greeting = 'hello ${planet}'\noutput text string = greeting\n"
    )
    file = BicepFile(tmp_path / "names.bicep")
    assert undeclared(file) == {"planet"}
    assert unused(file) == {"spare"}


def test_missing_and_unknown_parameters_are_found(tmp_path):
    (tmp_path / "needs.bicep").write_text("param place string\nparam size int = 1\noutput o string = place\n")
    assert deploy(tmp_path / "needs.bicep", {"place": "here"}).outputs == {"o": "here"}
    with pytest.raises(BicepError, match=r"unknown parameters \['colour'\], missing \['place'\]"):
        deploy(tmp_path / "needs.bicep", {"colour": "red"})


def test_the_meaning_of_expressions_is_bicep_s(tmp_path):
    (tmp_path / "meaning.bicep").write_text("""
param big bool
var table = { b: { c: 'x' }, a: { c: 'y' } }
var chosen = big ? 'none' : table.b.c
var keys = map(items(table), one => one.value.c)
var rest = filter(items(table), one => !contains(['b'], one.key))
var kept = toObject(rest, one => one.key, one => one.value.c)
output all object = {
  chosen: chosen
  keys: keys
  kept: union(kept, { 'z-${chosen}': string(1 == 1) })
  loop: [for n in ['p', 'q']: '${n}\\'s']
  address: 'https://${resource.properties.host}/?${empty('') && !big}'
}
resource resource 'A/b@2020-01-01' existing = { name: 'r' }
""")
    found = deploy(tmp_path / "meaning.bicep", {"big": False}).outputs["all"]
    assert found == {
        "chosen": "x",
        "keys": ["y", "x"],
        "kept": {"a": "y", "z-x": "true"},
        "loop": ["p's", "q's"],
        "address": "https://<resource.properties.host>/?true",
    }
    assert deploy(tmp_path / "meaning.bicep", {"big": True}).outputs["all"]["chosen"] == "none"

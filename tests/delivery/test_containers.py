"""Dockerfile and compose file are sound as far as that can be said without building them."""

import json
import re
from pathlib import Path

import yaml

from delivery.package import FILES, NOT_ON_AN_INSTANCE, ROOT
from function_app.settings import SETTINGS
from tests.azurite import ACCOUNT, KEY
from tests.delivery.test_workflows import run

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def test_the_dockerfile_has_no_fault_that_a_linter_knows() -> None:
    found = run("hadolint", ROOT / "Dockerfile")
    assert found.returncode == 0, found.stdout


def test_the_linter_finds_faults(tmp_path: Path) -> None:
    bad = tmp_path / "Dockerfile"
    bad.write_text("FROM python\nRUN cd /x && pip install msgspec\n")
    found = run("hadolint", bad)
    assert found.returncode == 1
    assert "DL3006" in found.stdout


def test_the_compose_file_is_valid() -> None:
    found = run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml")
    assert found.returncode == 0, found.stdout


def test_the_image_gets_what_the_package_gets() -> None:
    copied = {
        name for line in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()
    }
    assert copied == {*FILES, "function_app"}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == copied
    assert {f"function_app/{name}" for name in NOT_ON_AN_INSTANCE} <= set(ignored)


def test_image_and_compose_file_set_what_the_worker_and_the_app_read() -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))["Values"]
    assert f"PYTHON_SCRIPT_FILE_NAME={sample['PYTHON_SCRIPT_FILE_NAME']}" in DOCKERFILE
    assert "PYTHON_THREADPOOL_THREAD_COUNT=" in DOCKERFILE
    environment = COMPOSE["services"]["app"]["environment"]
    assert set(environment) <= {setting.name for setting in SETTINGS} | {"AzureWebJobsStorage"}
    assert environment["STORE_CONNECTION"] == environment["AzureWebJobsStorage"]
    assert f"AccountName={ACCOUNT};AccountKey={KEY};" in environment["STORE_CONNECTION"]


def test_the_emulator_is_the_one_of_the_tests() -> None:
    version = re.findall(r"^AZURITE := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert COMPOSE["services"]["storage"]["image"].rpartition(":")[2] == version[0]


def test_the_azure_developer_cli_finds_infrastructure_and_app() -> None:
    azure = yaml.safe_load((ROOT / "azure.yaml").read_text(encoding="utf-8"))
    infra = azure["infra"]
    assert (ROOT / infra["path"] / f"{infra['module']}.bicep").is_file()
    (service,) = azure["services"]
    assert f"'azd-service-name': '{service}'" in (ROOT / "infra/modules/functionapp.bicep").read_text()
    assert azure["services"][service] == {"project": ".", "language": "py", "host": "function"}

"""Workflows are valid, ask for little, hold no secret, and nothing reaches an environment untested."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.package import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = {path.stem: path for path in sorted((GITHUB / "workflows").glob("*.yml"))}
TOOLS = Path(sys.executable).parent
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$")


def run(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A checker's exit code and all it wrote."""
    return subprocess.run(
        [TOOLS / tool, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )


def load(name: str) -> dict[str, Any]:
    return yaml.safe_load(WORKFLOWS[name].read_text(encoding="utf-8"))


def jobs() -> list[tuple[str, str, dict[str, Any]]]:
    """Workflow, job and what it holds."""
    return [(name, job, held) for name in WORKFLOWS for job, held in load(name)["jobs"].items()]


def scripts() -> list[tuple[str, str]]:
    """Where a step is, and what its shell runs."""
    return [
        (f"{name} {job} {number}", step["run"])
        for name, job, held in jobs()
        for number, step in enumerate(held.get("steps", []))
        if "run" in step
    ]


def test_they_are_valid() -> None:
    found = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS.values())
    assert found.returncode == 0, found.stdout
    found = run("check-jsonschema", "--builtin-schema", "vendor.dependabot", GITHUB / "dependabot.yml")
    assert found.returncode == 0, found.stdout


def test_a_security_audit_finds_nothing() -> None:
    found = run("zizmor", "--offline", "--no-progress", GITHUB)
    assert found.returncode == 0, found.stdout


def test_the_checkers_find_faults(tmp_path: Path) -> None:
    bad = tmp_path / ".github" / "workflows" / "bad.yml"
    bad.parent.mkdir(parents=True)
    bad.write_text(
        "on: {pull_request_target: {}}\njobs: {a: {runs-on: x, steps: [{uses: actions/checkout@v4},"
        ' {run: "echo ${{ github.head_ref }}", shel: bash}]}}\n'
    )
    assert run("zizmor", "--offline", "--no-progress", bad).returncode != 0
    assert run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", bad).returncode == 1


def test_every_action_is_pinned_to_a_commit_with_its_version() -> None:
    lines = [
        line.strip().removeprefix("- ")
        for path in WORKFLOWS.values()
        for line in path.read_text(encoding="utf-8").splitlines()
        if "uses: " in line and "uses: ./" not in line
    ]
    assert len(lines) > 10
    assert [line for line in lines if not PINNED.match(line)] == []
    versions = {line.partition("@")[0]: set[str]() for line in lines}
    for line in lines:
        versions[line.partition("@")[0]].add(line.partition("@")[2])
    assert [name for name, found in versions.items() if len(found) > 1] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_is_allowed_but_what_a_job_asks_for(name: str) -> None:
    assert load(name)["permissions"] == {}
    assert "secrets." not in WORKFLOWS[name].read_text(encoding="utf-8")


def test_every_job_has_its_permissions_and_a_limit() -> None:
    writes = set()
    for name, job, held in jobs():
        assert "permissions" in held, (name, job)
        assert "timeout-minutes" in held or "uses" in held, (name, job)
        writes |= {(name, job, one) for one, level in held["permissions"].items() if level == "write"}
    assert writes == {
        ("deploy", "dev", "id-token"),
        ("deploy", "prod", "id-token"),
        ("environment", "deploy", "id-token"),
        ("retrain", "retrain", "contents"),
        ("retrain", "retrain", "id-token"),
        ("retrain", "retrain", "pull-requests"),
    }


def test_prod_comes_after_dev_and_dev_after_the_tests() -> None:
    deploy = load("deploy")["jobs"]
    assert deploy["ci"]["uses"] == "./.github/workflows/ci.yml"
    assert [deploy[job]["needs"] for job in ("package", "dev", "prod")] == ["ci", "package", "dev"]
    assert all(deploy[job]["uses"].endswith("/environment.yml") for job in ("dev", "prod"))
    assert {step.get("run") for step in load("ci")["jobs"]["test"]["steps"]} >= {".ci/run"}


def test_an_environment_is_told_what_changes_tested_and_rolled_back() -> None:
    steps = load("environment")["jobs"]["deploy"]["steps"]
    order = [
        next(number for number, step in enumerate(steps) if words in step.get("run", ""))
        for words in (
            "deployment group what-if",
            "deployment group create",
            "delivery publish --app",
            "delivery smoke --url",
            "delivery publish --package good/",
        )
    ]
    assert order == sorted(order)
    assert steps[order[-1]]["if"].startswith("failure()")
    assert "delivery smoke --package good/" in steps[order[-1]]["run"]


def test_what_bicep_reads_is_passed_on() -> None:
    read = set(
        re.findall(r"readEnvironmentVariable\('(\w+)'", (ROOT / "infra" / "main.bicepparam").read_text())
    )
    text = WORKFLOWS["environment"].read_text(encoding="utf-8")
    given = set(re.findall(r"GIVEN_(\w+): \$\{\{ vars\.\1 \}\}", text))
    assert given == set(re.findall(r"for name in ([A-Z_ ]+);", text)[0].split())
    assert read == given | {"ENVIRONMENT", "CODE_DEPLOYED", "RUNBOOK_URL"}
    for name in ("ENVIRONMENT", "RUNBOOK_URL"):
        assert name in load("environment")["jobs"]["deploy"]["env"]


@pytest.mark.parametrize(("where", "script"), scripts(), ids=[where for where, _ in scripts()])
def test_a_step_is_shell_and_takes_values_by_variables_alone(where: str, script: str) -> None:
    assert "${{" not in script, where
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_last_good_package_is_taken_from_this_repository_s_main_alone() -> None:
    """Whoever opens a pull request can upload artifacts of any name."""
    (script,) = [script for _, script in scripts() if "artifacts?name=good-" in script]
    assert '.workflow_run.head_branch == "main"' in script
    assert ".workflow_run.head_repository_id == .workflow_run.repository_id" in script


def test_drift_and_time_and_people_start_a_training() -> None:
    on = load("retrain")[True]  # YAML 1.1 reads the word "on" as true
    assert on["repository_dispatch"] == {"types": ["drift"]}
    assert set(on) == {"schedule", "workflow_dispatch", "repository_dispatch"}
    (schedule,) = on["schedule"]
    minute, hour, *_ = schedule["cron"].split()
    settings = (ROOT / "local.settings.sample.json").read_text(encoding="utf-8")
    assert f'"RETRAIN_SCHEDULE": "0 {minute} {hour} * * 1"' in settings


@pytest.mark.parametrize(("code", "found", "fails"), [(0, True, False), (3, False, False), (1, False, True)])
def test_a_week_without_feedback_is_no_failure(tmp_path: Path, code: int, found: bool, fails: bool) -> None:
    (collect,) = [step for step in load("retrain")["jobs"]["retrain"]["steps"] if step.get("id") == "collect"]
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\nexit {code}\n")
    python.chmod(0o755)
    outputs, summary = tmp_path / "outputs", tmp_path / "summary"
    told = {"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}
    done = subprocess.run(
        ["bash", "-e", "-c", collect["run"]], cwd=tmp_path, env={**os.environ, **told}, check=False
    )
    assert (done.returncode != 0) == fails
    assert (outputs.exists() and "found=true" in outputs.read_text()) == found
    assert summary.exists() == (code == 3)


def test_what_follows_the_collecting_needs_its_find() -> None:
    steps = load("retrain")["jobs"]["retrain"]["steps"]
    behind = steps[[step.get("id") for step in steps].index("collect") + 1 :]
    first, second, *others = behind
    assert first["if"] == second["if"] == "steps.collect.outputs.found == 'true'"
    assert all(step["if"] == "steps.retrain.outputs.promoted == 'true'" for step in others)

"""The programs in the documentation run as they are printed."""

import ast
import json
import os
import shlex
import shutil
import subprocess
import sys
from typing import Any

import pytest

from function_app.openapi.code_samples import samples_of
from function_app.openapi.exchanges import Exchange
from tests.function_app.openapi.replay import KEY, Apps

COMMANDS = {
    "shell": ["bash", "-c"],
    "python": [sys.executable, "-W", "error", "-c"],
    "javascript": ["node", "--input-type=module", "-e"],
}


def samples(apps: Apps, language: str) -> dict[str, str]:
    """The programs by the function that they call."""
    return {
        operation["operationId"]: sample["source"]
        for methods in apps.document()["paths"].values()
        for operation in methods.values()
        for sample in operation.get("x-codeSamples", ())
        if sample["lang"] == language
    }


def test_every_value_is_written_as_the_language_does() -> None:
    body = {"text": 'it\'s "so" \\ 😀\n', "list": [True, None, 1.5, "word " * 20], "nested": {"a": []}}
    exchange = Exchange(operation="any", name="any", summary="", body=body, status=200)
    shell, python, javascript = samples_of(exchange, method="POST", url="http://host", needs_key=False)
    given = shlex.split(shell.source)
    assert json.loads(given[given.index("-d") + 1]) == body
    assert ast.literal_eval(python.source.split("json=")[1].split(",\n    timeout")[0]) == body
    if shutil.which("node") is not None:
        value = javascript.source.split("body: ")[1].split(",\n});")[0]
        done = subprocess.run(["node", "-p", value], capture_output=True, text=True, timeout=30, check=True)
        assert json.loads(done.stdout) == body


@pytest.mark.parametrize("language", COMMANDS)
def test_programs_call_the_app_and_print_its_answer(apps: Apps, language: str) -> None:
    command = COMMANDS[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    programs = samples(apps, language)
    assert len(programs) == 10
    for name, source in programs.items():
        done: subprocess.CompletedProcess[Any] = subprocess.run(
            [*command, source],
            env={**os.environ, "TWEETS_KEY": KEY},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), name
        status, _, body = done.stdout.partition("{")
        assert status.startswith("20") or language == "shell", done.stdout
        assert "detail" not in json.loads("{" + body), name

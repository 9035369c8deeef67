"""A command that cannot do its work says why in one line; where that comes from is shown when asked for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from delivery.__main__ import main as delivery
from export.__main__ import main as export
from function_app.command_line import FAILED, INTERRUPTED, guarded
from function_app.errors import SettingsError
from tests.rehearsal.__main__ import main as rehearsal
from training.drift_study.command import main as drift_study

Main = Callable[[list[str]], int]


def raising(error: BaseException) -> Callable[[], int]:
    def work() -> int:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (SettingsError("PORT must be a number"), "PORT must be a number"),
        (FileNotFoundError(2, "No such file or directory", "a.csv"), "a.csv: No such file or directory"),
        (RuntimeError("one\ntwo"), "RuntimeError: one two (--debug shows where it comes from)"),
    ],
)
def test_an_error_is_one_line(error: Exception, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(error), debug=False) == FAILED
    assert capsys.readouterr().err == f"error: {line}\n"


def test_being_stopped_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(KeyboardInterrupt()), debug=True) == INTERRUPTED
    assert capsys.readouterr().err == "stopped\n"


@pytest.mark.parametrize(("work", "code"), [(lambda: None, 0), (lambda: 1, 1)])
def test_without_an_error_the_command_s_own_code_stands(work: Callable[[], int | None], code: int) -> None:
    assert guarded(work, debug=False) == code


@pytest.fixture
def no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A path below what is a file."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nonsense://x")
    (tmp_path / "file").write_text("no folder")
    return tmp_path / "file" / "below"


COMMANDS: dict[str, tuple[Main, list[str], int, str]] = {
    "export bundle": (export, ["bundle"], 2, "unsupported URI 'nonsense://x'"),
    "export register": (export, ["register"], 2, "nonsense://x cannot be written"),
    "export register, no bundle": (export, ["register", "--bundle", "{}"], 2, "manifest.json"),
    "drift_study": (drift_study, ["--out", "{}"], 2, "{}: Not a directory"),
    "delivery package": (delivery, ["package", "--package", "{}/x.zip"], 2, "Not a directory"),
    "delivery smoke": (delivery, ["smoke", "--url", "http://x", "--package", "{}"], 1, "make package"),
    "rehearsal": (rehearsal, ["--environment", "dev"], 2, "out of paper"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_keeps_to_that(
    name: str, no_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("out of paper")

    monkeypatch.setattr("tests.rehearsal.__main__.rehearse", broken)
    main, arguments, code, said = COMMANDS[name]
    arguments = [one.format(no_folder) for one in arguments]
    assert main(arguments) == code
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert said.format(no_folder) in error
    assert main([*arguments, "--debug"]) == code
    assert capsys.readouterr().err.startswith("Traceback (most recent call last):")


@pytest.mark.parametrize(
    ("main", "arguments", "said"),
    [
        (rehearsal, ["--wrong", "0"], "must be a whole number, 1 or more"),
        (rehearsal, ["--emails", "nobody"], "must be addresses such as"),
        (drift_study, ["--streams", "some"], "must be a whole number, 1 or more"),
        (delivery, ["cost", "--requests", "-1"], "must be a whole number, 1 or more"),
    ],
)
def test_an_argument_that_cannot_be_is_refused(
    main: Main, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err

"""What the training frameworks may write, and that nobody else is silenced with them."""

import os
import sys

import pytest

from export.frameworks import standard_error_turned_away


def test_a_greeting_from_native_code_is_not_seen_and_what_follows_is(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with standard_error_turned_away():
        os.write(2, b"greeting")
    sys.stderr.write("an error of ours")
    assert capfd.readouterr().err == "an error of ours"


def test_an_error_on_the_way_brings_standard_error_back(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ImportError), standard_error_turned_away():
        raise ImportError
    os.write(2, b"seen")
    assert capfd.readouterr().err == "seen"

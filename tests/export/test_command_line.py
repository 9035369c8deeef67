"""Options that make no sense are refused before anything is read."""

import pytest

from export.__main__ import main


@pytest.mark.parametrize("size", ["0", "-1", "nan", "inf", "big"])
def test_the_largest_size_is_a_number_above_zero(size, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["bundle", f"--max-mb={size}"])
    assert ended.value.code == 2
    assert "--max-mb: must be a number above 0" in capsys.readouterr().err

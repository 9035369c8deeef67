"""Tables for a terminal."""

from collections.abc import Sequence


def laid_out(header: Sequence[str], lines: Sequence[Sequence[str]], *, left: int) -> str:
    """Columns as wide as they need, the first ``left`` of them flush left, the others flush right.

    >>> print(laid_out(["name", "n"], [["a", "12"], ["long one", "3"]], left=1))
    name       n
    --------  --
    a         12
    long one   3
    """
    widths = [max(len(line[column]) for line in (header, *lines)) for column in range(len(header))]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in (header, rule, *lines)
    )

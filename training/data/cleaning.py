"""Mending what a text went through on its way here: wrong decoding, escaping, stray control characters."""

import html
import re
from collections.abc import Iterable

import ftfy
import pandas as pd

# Entities must end in a semicolon, as browsers allow others inside of links: `?a=1&copy=2`.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# All control characters but tab, line feed and carriage return; byte order marks; halves of surrogate pairs.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_ODD = re.compile("[^\t\n\r -%'-~]")
_MAX_ESCAPED = 4  # times; each decoding takes one away


def clean(texts: Iterable[str]) -> pd.Series:
    """The texts, mended: `(N,)` strings, with the index of `texts` if it has one.

    HTML entities are decoded, also where they were escaped more than once; UTF-8 that was read as Latin-1 or
    Windows-1252 is mended (ftfy's `fix_encoding`); control characters are dropped; white space at both ends
    is stripped.

    >>> list(clean(["caf\u00c3\u00a9 &amp;quot;zero&amp;quot; "]))
    ['café "zero"']
    """
    index = texts.index if isinstance(texts, pd.Series) else None
    mended = [_mended(text).strip() if _ODD.search(text) else text.strip() for text in texts]
    return pd.Series(mended, index=index, dtype="str")


def _mended(text: str) -> str:
    for _ in range(_MAX_ESCAPED):
        if "&" not in text:
            break
        text = _ENTITY.sub(lambda entity: html.unescape(entity.group()), text)
    if not text.isascii():
        text = ftfy.fix_encoding(text)
    return _CONTROL.sub("", text)

"""Which words a model knows."""

from collections import Counter
from collections.abc import Iterable

from export.rewriting import LINK, MENTION, NUMBER, SAME_MEANING

ALWAYS = (*SAME_MEANING, LINK, MENTION, NUMBER)


def build_vocabulary(normalised: Iterable[str], *, size: int, min_count: int = 3) -> list[str]:
    """The ``size`` most frequent words that occur ``min_count`` times or more, the most frequent first.

    Spellings of one meaning are left to that meaning's token, which always belongs to the vocabulary. Ties
    fall alphabetically, so that the answer does not depend on the order of the texts.
    """
    counts: Counter[str] = Counter()
    for text in normalised:
        counts.update(text.split())
    for spellings in SAME_MEANING.values():
        for spelling in spellings:
            counts.pop(spelling, None)
    for token in ALWAYS:
        counts.pop(token, None)
    frequent = sorted((-count, word) for word, count in counts.items() if count >= min_count)
    return [*ALWAYS, *(word for _, word in frequent[: max(size - len(ALWAYS), 0)])]

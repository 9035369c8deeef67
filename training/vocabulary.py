"""Which words a model knows."""

from collections import Counter
from collections.abc import Iterable

from export.rewriting import LINK, MENTION, NUMBER, SAME_MEANING

ALWAYS = (*SAME_MEANING, LINK, MENTION, NUMBER)


def build_vocabulary(
    normalised: Iterable[str], *, size: int, min_count: int = 3, favoured: Iterable[str] = ()
) -> list[str]:
    """The ``size`` most frequent words that occur ``min_count`` times or more, the most frequent first.

    Words that occur so often in the ``favoured`` texts alone come before all others: new words that users
    care about are rare among millions of old texts. Spellings of one meaning are left to that meaning's
    token, which always belongs to the vocabulary. Ties fall alphabetically, so that the answer does not
    depend on the order of the texts.
    """
    ranked = dict.fromkeys(
        [
            *most_frequent(word_counts(favoured), min_count),
            *most_frequent(word_counts(normalised), min_count),
        ]
    )
    return [*ALWAYS, *list(ranked)[: max(size - len(ALWAYS), 0)]]


def word_counts(normalised: Iterable[str]) -> Counter[str]:
    """How often each word occurs; those that have a token of their own by their meaning are left out."""
    counts: Counter[str] = Counter()
    for text in normalised:
        counts.update(text.split())
    for spellings in SAME_MEANING.values():
        for spelling in spellings:
            counts.pop(spelling, None)
    for token in ALWAYS:
        counts.pop(token, None)
    return counts


def most_frequent(counts: Counter[str], min_count: int) -> list[str]:
    """The words that occur ``min_count`` times or more, the most frequent first; ties fall alphabetically."""
    return [
        word for _, word in sorted((-count, word) for word, count in counts.items() if count >= min_count)
    ]

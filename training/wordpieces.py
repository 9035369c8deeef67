"""Which pieces of words a model knows: what tweets are made of, instead of what encyclopaedias are."""

import string
from collections import Counter
from collections.abc import Iterable, Sequence

from export.wordpieces import CONTINUED
from training.candidates.pretrained import cut
from training.vocabulary import ALWAYS, most_frequent, word_counts

WORDS_SHARE = 0.85
"""Part of the vocabulary that goes to whole words."""
_CHARACTERS = (*string.ascii_lowercase, *string.digits)
_SMALLEST = (*_CHARACTERS, *(f"{CONTINUED}{one}" for one in (*_CHARACTERS, "'", "'s")))


def build_pieces(
    normalised: Iterable[str],
    *,
    size: int,
    known: Sequence[str],
    min_count: int = 3,
    favoured: Iterable[str] = (),
) -> list[str]:
    """At most ``size`` pieces: letters and digits, the most frequent words, and pieces for the other words.

    The pieces are those of ``known`` (a pretrained model's) that the words cut up by them need most often.
    As in `training.vocabulary`, words that are frequent in the ``favoured`` texts come first, and spellings
    of one meaning are left to that meaning's token. Every word of letters and digits can be cut into them.
    """
    counts = word_counts(normalised)
    kept = dict.fromkeys([*ALWAYS, *_SMALLEST])
    room = max(size - len(kept), 0)
    first = most_frequent(word_counts(favoured), min_count)
    words = dict.fromkeys([*first, *most_frequent(counts, min_count)])
    kept.update(dict.fromkeys([word for word in words if word not in kept][: int(room * WORDS_SHARE)]))
    usable = dict.fromkeys([*known, *kept], 0)
    pieces: Counter[str] = Counter()
    for word, count in counts.items():
        if word not in kept:
            for piece in cut(word, usable):
                pieces[piece] += count
    kept.update(dict.fromkeys([piece for piece in most_frequent(pieces, min_count) if piece not in kept]))
    return list(kept)[:size]

"""Words that came up or went: log-odds ratios with an informative Dirichlet prior.

Monroe, Colaresi and Quinn, "Fightin' Words: Lexical Feature Selection and Evaluation for Identifying the
Content of Political Conflict", Political Analysis 16(4), 2008, section 3.5.

The words are those of `words_of` on both sides: the exporter counts the held-out texts with it too. It is
coarser than the tokens of the model's graph, and it is not used to score anything.
"""

import re
from collections import Counter
from collections.abc import Iterable
from math import log, sqrt

from function_app.bundle import WordCounts
from function_app.store.records import DriftWord, DriftWords

PRIOR_WORDS = 100.0
"""Weight of the prior, in words. The commoner a word, the more it takes to move its log-odds."""

LEAST_Z = 4.5
"""A word is told from so many standard errors. The counts are small, so they are not quite normal: of 5,000
words, chance alone brings about one in five reports."""

LEAST_TWEETS = 5
"""Distinct tweets that a word must stand in to be told: a rarer one may be somebody's name."""

MOST_WORDS = 10
"""Most words told each way."""

_OTHERS = 0.5
"""Least count of all other words, so that the odds of the only word there are finite."""

_NOT_WORDS = re.compile(
    r"&(?:#?\w{1,8});"  # entities
    r"|\S*://\S*|\bwww\.\S+"  # links
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|ly|co|me|gl|tv|fm|info|biz|edu|gov|uk|de|fr|es)\b(?:/\S*)?"
    r"|\S*@\S*",  # mentions and e-mail addresses
    re.IGNORECASE,
)
_WORD = re.compile(r"#?[^\W\d_]+(?:'[^\W\d_]+)*")


def words_of(text: str) -> frozenset[str]:
    """The different words of a text in lower case, hashtags with their sign.

    Numbers, mentions, links and e-mail addresses are no words.

    >>> sorted(words_of("@you LOVED the new #lounge, don’t you? 10/10 https://example.com/x me@example.com"))
    ['#lounge', "don't", 'loved', 'new', 'the', 'you']
    """
    return frozenset(_wording(text))


def texts_holding(texts: Iterable[str]) -> tuple[Counter[str], int]:
    """How many of the texts hold each word, and how many texts there are; copies of a text count once.

    Texts of the same words in the same order are copies: a retweet, or the same with another link.
    """
    distinct = {_wording(text) for text in texts}
    counts: Counter[str] = Counter()
    for wording in distinct:
        counts.update(set(wording))
    return counts, len(distinct)


def count_words(texts: Iterable[str], *, most: int) -> WordCounts:
    """The counts of the `most` commonest words, for a reference profile."""
    counts, _ = texts_holding(texts)
    commonest = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]
    return WordCounts(total=counts.total(), counts=dict(commonest))


def moved_words(texts: Iterable[str], reference: WordCounts, *, rows: int) -> DriftWords:
    """The words that stand out in the texts against a reference of `rows` texts, strongest first.

    A word that the reference does not list is taken to be as common there as its rarest one, so that a
    new word is never made more of than it is.
    """
    counts, distinct = texts_holding(texts)
    total = counts.total()
    if total == 0:
        return DriftWords(more=[], less=[])
    unlisted = min(reference.counts.values(), default=0)
    found = []
    for word in counts.keys() | reference.counts.keys():
        there = reference.counts.get(word, unlisted)
        z = log_odds_z(counts[word], total, there, reference.total)
        if abs(z) >= LEAST_Z and (z < 0 or counts[word] >= LEAST_TWEETS):
            found.append(DriftWord(word=word, z=z, share=counts[word] / distinct, reference=there / rows))
    found.sort(key=lambda one: (-abs(one.z), one.word))
    return DriftWords(
        more=[one for one in found if one.z > 0][:MOST_WORDS],
        less=[one for one in found if one.z < 0][:MOST_WORDS],
    )


def log_odds_z(here: int, total_here: int, there: int, total_there: int) -> float:
    """Log-odds ratio by its standard error, of a word with these counts among as many as the totals.

    The prior of a word is its share of both sides together.
    """
    prior = PRIOR_WORDS * (here + there) / (total_here + total_there)
    if prior == 0.0:
        return 0.0
    seen_here, seen_there = here + prior, there + prior
    others_here = max(total_here + PRIOR_WORDS - seen_here, _OTHERS)
    others_there = max(total_there + PRIOR_WORDS - seen_there, _OTHERS)
    ratio = log(seen_here / others_here) - log(seen_there / others_there)
    return ratio / sqrt(1 / seen_here + 1 / seen_there)


def _wording(text: str) -> tuple[str, ...]:
    plain = _NOT_WORDS.sub(" ", text.replace("’", "'").lower())
    return tuple(_WORD.findall(plain))

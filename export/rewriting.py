"""The rules that turn a raw tweet into tokens separated by whitespace, and the spellings that mean the same.

Each rule is one RE2 replacement (syntax: https://github.com/google/re2/wiki/Syntax) that runs inside the
graph, in this order. A pattern is compiled at every call, so the rules are few and name ranges of characters
instead of Unicode properties: ``\\p{L}`` alone would cost a millisecond a call, all rules here 0.1.
"""

from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Rule:
    """One replacement of every match of ``pattern`` (RE2); ``\\1`` is the first group, ``\\0`` the match."""

    pattern: str
    replacement: str


LINK = "_url_"
MENTION = "_user_"
NUMBER = "_number_"

_SPACES = (
    r'[\x00-\x20"\x7f-\x{a0}\x{ad}\x{1680}\x{2000}-\x{200c}\x{200e}\x{200f}\x{2028}-\x{202f}'
    r"\x{205f}-\x{206f}\x{3000}\x{feff}“”]+"
)
_SYMBOLS = (
    r"!-&(-/:-@\[-^{-~\x{a1}-\x{bf}\x{d7}\x{f7}\x{2010}-\x{2bff}\x{3001}-\x{303f}\x{ff01}-\x{ff0f}"
    r"\x{ff1a}-\x{ff20}\x{1f000}-\x{1faff}"
)
_EMOTICON = r">?[:=;]'?[-o^]?[()\[\]/\\|]|[:=;]-?[dp]\b|\([-o^]?[:=;]|</?3|\^_?\^|-_-"


def _collapsed(units: str, kept: int) -> Rule:
    """Runs of a unit longer than ``kept`` become ``kept`` of it; RE2 allows nine groups a rule."""
    if len(units) > 9:
        raise ValueError("at most nine units a rule")
    quoted = [f"\\x{{{ord(unit):x}}}" for unit in units]
    pattern = "|".join(f"({unit}){unit}{{{kept},}}" for unit in quoted)
    return Rule(pattern, "".join(f"\\{group}" * kept for group in range(1, len(units) + 1)))


BEFORE_LOWER_CASE: tuple[Rule, ...] = (
    # Twice-escaped entities (&amp;lt;) are common, so the ampersand comes first.
    Rule("&amp;", "&"),
    Rule("&lt;", "<"),
    Rule("&(?:gt|quot|#34);", " "),
    Rule("&(?:apos|#0?39);|[’‘ʼ`´]", "'"),
    # Variation selectors, keycap, skin tones and the joiner change how an emoji looks, not what it says.
    Rule(r"[\x{200d}\x{20e3}\x{fe0e}\x{fe0f}\x{1f3fb}-\x{1f3ff}]", ""),
    Rule(_SPACES, " "),
    Rule(r"(?i)\b(?:https?://|www\.)[^ ]+", f" {LINK} "),
    Rule(r"@\w+", f" {MENTION} "),
)
AFTER_LOWER_CASE: tuple[Rule, ...] = (
    _collapsed("aeiouyhlm", 2),
    _collapsed("nrstwdgxz", 2),
    _collapsed("!?.", 2),
    _collapsed("()[]/|", 1),
    Rule("[0-9]{3,}", f" {NUMBER} "),
    Rule(rf"{_EMOTICON}|[!?.]+|\B'+|'+\B|[{_SYMBOLS}]", r" \0 "),
)


def _emoticons(eyes: str, mouths: str, *, brows: tuple[str, ...] = ("",)) -> list[str]:
    noses = ("", "-", "o", "^", "'", "'-")
    return ["".join(parts) for parts in product(brows, eyes, noses, mouths)]


SAME_MEANING: dict[str, tuple[str, ...]] = {
    "_happy_": (
        *_emoticons(":=;", ")]"),
        *("".join(parts) for parts in product(":=;", ("", "-"), "dp")),
        *("".join(parts) for parts in product("(", ("", "-", "o", "^"), ":=;")),
        *("^^", "^_^", "xd", "xdd"),
        *"☺☻😀😁😃😄😅😆😇😉😊😋😌😎😸😺🙂🙃🤗🤩🥳🎉🎊",
    ),
    "_love_": ("<3", *"❤♥❣💋💓💕💖💗💘💙💚💛💜💝💞💟🖤🧡😍😗😘😙😚😻🥰"),
    "_good_": tuple("✌👌👍👏💪💯🙌"),
    "_bad_": tuple("👎💩🖕🤢🤮"),
    "_sad_": (*_emoticons(":=;", "(["), "</3", *"☹💔😓😔😕😖😞😟😢😣😥😦😧😨😩😪😫😭😰😿🙁🥺"),
    "_angry_": (*_emoticons(":=", "([/|", brows=(">",)), "-_-", *"👊👿😑😒😠😡😤😾🙄🤬"),
    "_unsure_": tuple(_emoticons(":=;", "/\\|")),
}
"""Token -> the spellings that a model reads as that token: having seen one sad emoji it knows them all."""

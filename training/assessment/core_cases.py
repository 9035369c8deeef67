"""The cases by which a retrained model is judged, written one by one: few and plain."""

from training.assessment.cases import Case, directed, plain, unchanged

_NEGATIVE_ADDITIONS = (
    ("the flight was on time", "but I hated it"),
    ("we arrived yesterday", "and my bag is lost"),
    ("the food came", "and it was awful"),
    ("I watched the game", ":("),
    ("nice seats", "but the crew was rude"),
    ("boarding now", "worst airline ever"),
)
_POSITIVE_ADDITIONS = (
    ("the flight was late", "but I loved it"),
    ("we arrived yesterday", "and it was wonderful"),
    ("the food came", "and it was great"),
    ("I watched the game", ":)"),
    ("long day", "but I am so happy"),
    ("boarding now", "best airline ever, thank you"),
)
CAPABILITY = "core"

CORE: tuple[Case, ...] = (
    *plain(
        CAPABILITY,
        "positive",
        (
            "I love this",
            "thank you so much, great service",
            "what a wonderful day",
            "best flight I have ever had",
            "so happy with my new phone",
            "the crew was friendly and helpful",
            "this is not bad at all",
            "I can't complain, it was great",
            "amazing, thanks for the quick help",
            "👍👍",
            "great game tonight :)",
            "beautiful morning 😍",
            "well done everyone, I enjoyed it",
        ),
    ),
    *plain(
        CAPABILITY,
        "negative",
        (
            "I hate this",
            "worst service ever",
            "my flight was cancelled and nobody helped",
            "so sad today",
            "the staff was rude and unhelpful",
            "this is not good",
            "I am not happy with this",
            "I don't like it at all",
            "lost my bag again, terrible",
            "😡😡",
            "stuck at the airport for hours :(",
            "awful, never again",
            "so disappointed in you",
        ),
    ),
    *unchanged(
        CAPABILITY,
        (
            ("great flight today", "Great flight today"),
            ("great flight today", "great flight today http://example.com/a1"),
            ("@ann what a terrible day", "@bob what a terrible day"),
            ("thanks for the help, Maria", "thanks for the help, Thomas"),
            ("my 7 pm flight was cancelled", "my 9 pm flight was cancelled"),
            ("worst hotel in Oldport", "worst hotel in Newhaven"),
            ("I love it!", "I love it!!!"),
            ("I love it &amp; you", "I love it & you"),
            ("so sad today", "so sad today."),
            ("happy birthday, enjoy your day", "happy  birthday,  enjoy  your  day"),
        ),
    ),
    *directed(CAPABILITY, "negative", ((text, f"{text} {added}") for text, added in _NEGATIVE_ADDITIONS)),
    *directed(CAPABILITY, "positive", ((text, f"{text} {added}") for text, added in _POSITIVE_ADDITIONS)),
)

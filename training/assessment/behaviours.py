"""The suite that candidates are compared by: templates times words, by capability (Ribeiro et al. 2020).

One capability is told for information: no model here is made to hear sarcasm.
"""

from itertools import product

from training.assessment.cases import Case, directed, doubtful, plain, unchanged
from training.assessment.core_cases import CORE

GOOD = ("good", "great", "excellent", "amazing", "wonderful", "fantastic", "lovely", "brilliant", "perfect")
BAD = (
    "bad",
    "terrible",
    "awful",
    "horrible",
    "disgusting",
    "useless",
    "annoying",
    "disappointing",
    "dreadful",
)
LIKED = ("love", "like", "enjoy", "adore", "appreciate")
HATED = ("hate", "dislike", "despise", "regret", "can't stand")
THINGS = ("food", "service", "film", "flight", "new phone")
NAMES = ("Maria", "Thomas", "Aisha", "Wei", "Olga", "Kofi", "Priya", "José")
BRANDS = ("United", "Delta", "JetBlue", "Lufthansa", "Ryanair", "Southwest", "American Airlines", "Qantas")
HAPPY_SIGNS = (":)", ":-)", ":D", ";)", "<3", "😀", "😍", "❤️", "👍", "🎉")
SAD_SIGNS = (":(", ":-(", ":'(", "😡", "😢", "😭", "👎", "🤬", "💔")
STATEMENTS = ("we land at noon", "I am on the bus", "the parcel came today", "it is Tuesday")
MOODS = (
    "the crew was great today",
    "thanks for the quick help",
    "so happy to be home",
    "my bag is lost again",
    "what a terrible delay",
    "nobody answers the phone, so annoying",
)

_VOCABULARY = (
    *plain(
        "vocabulary", "positive", (f"the {thing} was {word}" for word, thing in product(GOOD, THINGS[:3]))
    ),
    *plain("vocabulary", "negative", (f"the {thing} was {word}" for word, thing in product(BAD, THINGS[:3]))),
    *plain("vocabulary", "positive", (f"I {verb} the {thing}" for verb, thing in product(LIKED, THINGS[3:]))),
    *plain("vocabulary", "negative", (f"I {verb} the {thing}" for verb, thing in product(HATED, THINGS[3:]))),
)
_NEGATION = (
    *plain(
        "negation",
        "negative",
        (f"the {thing} was not {word}" for word, thing in product(GOOD[:4], THINGS[:3])),
    ),
    *plain(
        "negation",
        "negative",
        (f"I don't {verb} this {thing}" for verb, thing in product(LIKED[:3], THINGS[:3])),
    ),
    *plain("negation", "negative", (f"I would never call the {thing} {GOOD[1]}" for thing in THINGS)),
    *plain(
        "negation",
        "positive",
        (f"the {thing} was not {word} at all" for word, thing in product(BAD[:3], THINGS[:3])),
    ),
    *plain("negation", "positive", (f"no problems with the {thing}, all went well" for thing in THINGS)),
    *directed(
        "negation",
        "negative",
        (
            (f"the {thing} is {word}", f"the {thing} is not {word}")
            for word, thing in product(GOOD[:4], THINGS[:2])
        ),
    ),
    *directed(
        "negation",
        "positive",
        (
            (f"the {thing} is {word}", f"the {thing} is not {word}")
            for word, thing in product(BAD[:4], THINGS[:2])
        ),
    ),
)
_INTENSITY = (
    *directed(
        "intensity",
        "positive",
        (
            (f"the {thing} was {word}", f"the {thing} was really {word}!!")
            for word, thing in product(GOOD[:4], THINGS[:3])
        ),
    ),
    *directed(
        "intensity",
        "negative",
        (
            (f"the {thing} was {word}", f"the {thing} was really {word}!!")
            for word, thing in product(BAD[:4], THINGS[:3])
        ),
    ),
    *unchanged(
        "intensity",
        (
            (f"the {thing} was {word}", f"the {thing} was fairly {word}")
            for word in (GOOD[0], BAD[0])
            for thing in THINGS
        ),
    ),
)
_SIGNS = (
    *plain(
        "emoji and emoticons",
        "positive",
        (f"{STATEMENTS[place % 4]} {sign}" for place, sign in enumerate(HAPPY_SIGNS)),
    ),
    *plain(
        "emoji and emoticons",
        "negative",
        (f"{STATEMENTS[place % 4]} {sign}" for place, sign in enumerate(SAD_SIGNS)),
    ),
    *directed(
        "emoji and emoticons",
        "positive",
        ((STATEMENTS[3], f"{STATEMENTS[3]} {sign}") for sign in HAPPY_SIGNS),
    ),
    *directed(
        "emoji and emoticons", "negative", ((STATEMENTS[3], f"{STATEMENTS[3]} {sign}") for sign in SAD_SIGNS)
    ),
)
_CHANGE_OF_MIND = (
    *plain(
        "then and now",
        "positive",
        (
            f"I used to {verb} this {thing}, but now I love it"
            for verb, thing in product(HATED[:3], THINGS[1:4])
        ),
    ),
    *plain(
        "then and now",
        "negative",
        (
            f"I used to {verb} this {thing}, but now I hate it"
            for verb, thing in product(LIKED[:3], THINGS[1:4])
        ),
    ),
)
_CONTRAST = (
    *plain(
        "contrast",
        "positive",
        (
            f"the wait was {bad}, but the {thing} was {good}"
            for (bad, good), thing in product(zip(BAD[:3], GOOD[1:4], strict=True), THINGS[:3])
        ),
    ),
    *plain(
        "contrast",
        "negative",
        (
            f"the seats were {good}, but the {thing} was {bad}"
            for (bad, good), thing in product(zip(BAD[1:4], GOOD[:3], strict=True), THINGS[:3])
        ),
    ),
    *plain(
        "contrast", "negative", (f"although the {thing} looked {GOOD[6]}, I was let down" for thing in THINGS)
    ),
)
_INVARIANCES = (
    *unchanged(
        "names",
        (
            (f"{NAMES[0]} told me: {mood}", f"{name} told me: {mood}")
            for name, mood in product(NAMES[1:5], MOODS[::2])
        ),
    ),
    *unchanged(
        "names",
        ((f"{mood}, {NAMES[1]}", f"{mood}, {name}") for name, mood in product(NAMES[4:], MOODS[1::2])),
    ),
    *unchanged(
        "airlines and brands",
        ((f"{BRANDS[0]}: {mood}", f"{brand}: {mood}") for brand, mood in product(BRANDS[1:], MOODS[:5])),
    ),
    *unchanged(
        "links, mentions and numbers",
        ((mood, f"{mood} https://example.com/{place}") for place, mood in enumerate(MOODS)),
    ),
    *unchanged(
        "links, mentions and numbers",
        ((mood, f"@skyways_{place} {mood}") for place, mood in enumerate(MOODS)),
    ),
    *unchanged(
        "links, mentions and numbers", ((f"{mood} on flight 17", f"{mood} on flight 482") for mood in MOODS)
    ),
    *unchanged("spelling", ((mood, mood.upper()) for mood in MOODS)),
    *unchanged(
        "spelling",
        (
            (mood, _typo)
            for mood in MOODS
            for _typo in (mood.replace("th", "ht", 1), mood[:-2] + mood[-1] + mood[-2])
            if _typo != mood
        ),
    ),
    *unchanged("spelling", ((mood, mood.replace(" ", "  ").replace("o", "ooo", 1)) for mood in MOODS)),
    *unchanged(
        "neutral additions",
        ((mood, f"{mood}. {statement}") for mood, statement in product(MOODS, STATEMENTS[::3])),
    ),
    *unchanged("neutral additions", ((mood, f"{mood}. what do you think?") for mood in MOODS)),
)
_SARCASM = plain(
    "sarcasm (for information)",
    "negative",
    (
        "oh great, another delay",
        "wow, three hours on the tarmac, just what I needed",
        "thanks for losing my bag, brilliant work",
        "love it when nobody answers the phone for an hour",
        "lovely, cancelled again",
        "best day ever: bag gone, phone dead, rain",
        "yeah right, your service is so fast, only 4 hours",
        "congratulations on ruining my birthday",
    ),
)
_DOUBT = (
    *doubtful(
        "nonsense",
        (
            "",
            "?",
            "42",
            "zxq vrtl pqwz",
            "asdf qwer zxcv hjkl",
            "blorf glimp snarv tekko",
            "xx yy zz qq",
            "fj3 kd9 0sk 2lw",
            "mnbv lkjh poiu ztre",
            "gruntle vopsy maribet lonque",
        ),
    ),
    *doubtful(
        "other languages",
        (
            "Das Essen war leider ganz furchtbar und viel zu teuer",
            "Ich liebe diesen schönen Tag mit dir und den Kindern",
            "le vol était en retard et personne ne nous a aidés",
            "j'adore cette ville, les gens sont très gentils",
            "el servicio fue muy malo y no volveré nunca más",
            "qué día tan bonito con mi familia en la playa",
            "il volo era in ritardo e nessuno ci ha aiutato",
            "o voo atrasou e ninguém ajudou a gente",
            "de vlucht was te laat en niemand heeft ons geholpen",
            "uçuş çok geç kaldı ve kimse yardım etmedi",
            "это был ужасный рейс",
            "今日はとても楽しかったです",
            "الخدمة كانت سيئة جدا",
            "搭乘體驗非常好，謝謝！",
        ),
    ),
)

SUITE: tuple[Case, ...] = (
    *CORE,
    *_VOCABULARY,
    *_NEGATION,
    *_INTENSITY,
    *_SIGNS,
    *_CHANGE_OF_MIND,
    *_CONTRAST,
    *_INVARIANCES,
    *_SARCASM,
    *_DOUBT,
)

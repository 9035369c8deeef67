import msgspec
import numpy as np
import pytest

from function_app.bundle import SliceCounts
from function_app.drift.slices import LEAST_EFFECT, SLICES, most_affected, slices_of
from tests.function_app.drift.references import REFERENCE
from tests.function_app.drift.tweets import tweet


def kinds(text: str) -> set[str]:
    return set(slices_of(text=text, characters=len(text), foreign=False)) - {"short", "medium", "long"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@you and me", {"mention"}),
        ("me@example.com", set()),
        ("see https://example.com/?q=1", {"link"}),
        ("see www.example.com", {"link"}),
        ("so #late", {"hashtag"}),
        ("issue&#39;s", set()),
        ("Why? https://example.com", {"question", "link"}),
        ("yes!", {"exclamation"}),
        ("fine 😀", {"emoji"}),
        ("I don't", {"negation"}),
        ("I don’t", {"negation"}),
        ("nothing", {"negation"}),
        ("notable nose", set()),
    ],
)
def test_a_tweet_is_of_the_kinds_that_its_text_shows(text: str, expected: set[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("characters", "name"), [(1, "short"), (50, "short"), (51, "medium"), (110, "medium"), (111, "long")]
)
def test_every_length_is_of_one_kind(characters: int, name: str) -> None:
    assert slices_of(text=None, characters=characters, foreign=None) == {name}


def test_all_names_are_listed() -> None:
    every = slices_of(text="@a #b www.c.de not? ! 😀", characters=20, foreign=True)
    assert every | {"medium", "long"} == {*SLICES}


def test_the_kind_that_grew_most_is_told() -> None:
    """A fifth of the reference is of each kind; now three fifths have a question."""
    rows = [
        tweet("is it so?" if number % 5 < 3 else "so", probability=0.9 if number % 2 else 0.1, characters=120)
        for number in range(400)
    ]
    found = most_affected(rows, _with(only=("question", "mention")))
    assert found is not None
    assert (found.name, found.of) == ("question", "share")
    assert (found.share, found.reference, found.effect) == pytest.approx((0.6, 0.2, 0.4))


def test_a_mood_that_turned_within_a_kind_is_told() -> None:
    """As many hashtags as ever, but one in ten of their tweets is positive instead of one in two."""
    rows = [
        tweet("#now" if tagged else "now", probability=0.9 if positive else 0.1)
        for number in range(500)
        for tagged in [number % 5 == 0]
        for positive in [number % 50 == 0 if tagged else number % 2 == 0]
    ]
    found = most_affected(rows, _with(only=("hashtag",)))
    assert found is not None
    assert (found.name, found.of) == ("hashtag", "positive_rate")
    assert (found.share, found.reference) == pytest.approx((0.1, 0.5))


def test_what_is_certain_but_small_is_not_told() -> None:
    """Four points more questions among 5,000 tweets: below the practical size."""
    rows = [
        tweet("is it?" if number % 100 < 24 else "it is", probability=0.9 if number // 100 % 2 else 0.1)
        for number in range(5_000)
    ]
    assert LEAST_EFFECT > 0.04
    assert most_affected(rows, _with(only=("question",))) is None


def test_chance_is_not_told() -> None:
    """300 draws of 200 tweets as the reference has them; a kind is told in about 1 in 400 by chance."""
    rng = np.random.default_rng(21)
    reference = _with(only=("question",))
    told = 0
    for _ in range(300):
        rows = [
            tweet("is it?" if is_asked else "it is", probability=0.9 if is_positive else 0.1)
            for is_asked, is_positive in zip(rng.random(200) < 0.2, rng.random(200) < 0.5, strict=True)
        ]
        told += most_affected(rows, reference) is not None
    assert told <= 5


def test_without_texts_length_and_language_can_still_be_told() -> None:
    rows = [tweet(None, characters=130, foreign=True, name=str(number)) for number in range(100)]
    found = most_affected(rows, REFERENCE)
    assert found is not None
    assert found.name in ("long", "foreign")


def test_nothing_to_compare_gives_none() -> None:
    assert most_affected([], REFERENCE) is None
    assert most_affected([tweet()], msgspec.structs.replace(REFERENCE, slices=None)) is None


def _with(*, only: tuple[str, ...]):
    slices = [SliceCounts(name=name, counts=[60, 40, 40, 60]) for name in only]
    return msgspec.structs.replace(REFERENCE, slices=slices)

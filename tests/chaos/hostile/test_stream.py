"""The stream of attacks: the same for a seed, and nothing in it is forgotten."""

import random
from itertools import islice

from tests.chaos.hostile.stream import MAKERS, attacks


def test_a_seed_gives_the_same_attacks_and_another_one_others() -> None:
    first = list(attacks(60, seed=1))
    assert list(attacks(60, seed=1)) == first
    assert list(islice(attacks(600, seed=1), 60)) == first
    assert list(attacks(60, seed=2)) != first


def test_every_kind_has_a_name_of_its_own_and_something_to_send() -> None:
    made = [make(random.Random(0)) for make in MAKERS]
    assert len({attack.kind for attack in made}) == len(MAKERS)
    assert all(b"".join(attack.pieces) for attack in made)


def test_most_kinds_come_soon() -> None:
    kinds = {attack.kind for attack in attacks(300, seed=0)}
    assert len(kinds) >= 0.9 * len(MAKERS)

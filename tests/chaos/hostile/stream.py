"""A stream of attacks from a seed: every kind comes, in an order that chance gives."""

import random
from collections.abc import Iterator, Mapping

from tests.chaos.hostile.attack import Attack, Maker
from tests.chaos.hostile.bodies import BODIES
from tests.chaos.hostile.contents import CONTENTS
from tests.chaos.hostile.framing import FRAMING
from tests.chaos.hostile.heads import HEADS

MAKERS: Mapping[Maker, float] = {**BODIES, **CONTENTS, **FRAMING, **HEADS}


def attacks(count: int, *, seed: int) -> Iterator[Attack]:
    """The same ones for the same seed; the n-th does not depend on how many are asked for."""
    chance = random.Random(f"hostile-{seed}")
    makers, weights = list(MAKERS), list(MAKERS.values())
    for _ in range(count):
        (make,) = chance.choices(makers, weights)
        yield make(random.Random(chance.getrandbits(64)))

"""Near-duplicates are found by their bands, exactly as comparing all with all would find them."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from gator_engine.domain.fingerprints import BITS, FARTHEST, distance, near_groups


def turned(value: int, bits: int, chance: random.Random) -> int:
    for bit in chance.sample(range(BITS), bits):
        value ^= 1 << bit
    return value


@pytest.mark.parametrize("within", [0, 3, FARTHEST])
def test_bands_find_what_comparing_all_finds(within: int) -> None:
    chance = random.Random(within)
    originals = [chance.getrandbits(BITS) for _ in range(60)]
    values = originals + [
        turned(value, bits, chance) for value in originals[:30] for bits in (0, within, within + 1)
    ]
    named = {f"p{number}": value for number, value in enumerate(values)}
    groups = near_groups(named, within)
    together = {frozenset(pair) for group in groups for pair in combinations(group, 2)}
    for one, other in combinations(named, 2):
        if distance(named[one], named[other]) <= within:
            assert frozenset((one, other)) in together
    assert sum(map(len, groups)) >= 60
    assert len(groups) >= 25


def test_different_pictures_make_no_group_and_too_wide_a_search_is_refused() -> None:
    assert near_groups({"a": 0, "b": 2**64 - 1}) == []
    with pytest.raises(ValueError, match="at most 7"):
        near_groups({}, 8)

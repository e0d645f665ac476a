"""Near-duplicates are found by their bands, exactly as comparing all with all would find them."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from gator_engine.domain.fingerprints import (
    BITS,
    DETAIL_BITS,
    FARTHEST,
    SAME_DETAIL,
    PictureFingerprint,
    distance,
    near_groups,
    same_detail,
    split,
)


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


def test_detail_splits_a_group_as_comparing_all_pairs_would() -> None:
    chance = random.Random(5)
    details: dict[str, PictureFingerprint] = {}
    for card in range(30):
        edges = sum(1 << bit for bit in chance.sample(range(DETAIL_BITS), 150 + card))
        for copy, flips in enumerate((0, 20, 60)):
            turns = sum(1 << bit for bit in chance.sample(range(DETAIL_BITS), flips))
            details[f"{card:02}-{copy}"] = PictureFingerprint(7, edges ^ turns)
    parts = split([*details, "without detail"], details, 6)
    together = {frozenset(pair) for part in parts for pair in combinations(part, 2)}
    for one, other in combinations(details, 2):
        if same_detail(details[one].detail, details[other].detail):
            assert frozenset((one, other)) in together
    # The nearer copy belongs to its card; the farther one has other edges by more than a fifth.
    assert [f"{card:02}-0" in part for card in range(30) for part in parts].count(True) == 30
    assert all(part[0][:2] == part[-1][:2] and part[-1][-1] == "1" for part in parts)
    assert 0 < SAME_DETAIL < 1


def test_a_group_whose_coarse_bits_lie_too_far_apart_is_split() -> None:
    ends = {"a": PictureFingerprint(0, 0), "b": PictureFingerprint(2**12 - 1, 0)}
    assert split(["a", "b"], ends, 6) == []
    assert split(["a", "b"], ends | {"c": PictureFingerprint(2**6 - 1, 0)}, 6) == []
    bridged = ends | {"c": PictureFingerprint(2**6 - 1, 0)}
    assert split(["a", "b", "c"], bridged, 6) == [["a", "b", "c"]]

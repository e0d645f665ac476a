"""Near-duplicates: fingerprints of pictures that differ in few bits.

A fingerprint is a 64-bit difference hash (dHash: Neal Krawetz, "Kind of Like That",
https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html, 2013). Looking up
all within a distance uses bands (multi-index hashing: Norouzi, Punjani and Fleet, "Fast Search in
Hamming Space with Multi-Index Hashing", CVPR 2012): two fingerprints that differ in at most 7 of
64 bits differ in at most one bit in one of four bands of 16, so probing each band as it is and with
each single bit turned finds every one of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

BITS, BANDS = 64, 4
BAND_BITS = BITS // BANDS
# Copies that were resized, recompressed or slightly retouched; more bits find other pictures.
NEAR = 6
FARTHEST = 2 * BANDS - 1
_MASK = (1 << BAND_BITS) - 1
_TURNS = (0, *(1 << bit for bit in range(BAND_BITS)))


def bands_of(fingerprint: int) -> tuple[int, ...]:
    """Its four bands of 16 bits, lowest first."""
    return tuple(fingerprint >> (band * BAND_BITS) & _MASK for band in range(BANDS))


def probes(fingerprint: int) -> tuple[tuple[int, ...], ...]:
    """For each band, the 17 values to look up."""
    return tuple(tuple(band ^ turn for turn in _TURNS) for band in bands_of(fingerprint))


def distance(one: int, other: int) -> int:
    """Number of bits that differ (Hamming distance), 0 to 64."""
    return (one ^ other).bit_count()


def near_groups(fingerprints: Mapping[str, int], within: int = NEAR) -> list[list[str]]:
    """Ids whose fingerprints lie within `within` bits of another's, as groups, largest first.

    Groups are connected: two members may lie further apart than a common neighbour. Raises
    ValueError for more than FARTHEST bits, which the bands cannot promise to find.
    """
    if not 0 <= within <= FARTHEST:
        raise ValueError(f"within is {within}, at most {FARTHEST}")
    by_value: dict[int, list[str]] = defaultdict(list)
    for identifier, value in fingerprints.items():
        by_value[value].append(identifier)
    leader = {value: value for value in by_value}
    for one, other in _near_values(list(by_value), within):
        leader[_root(leader, one)] = _root(leader, other)
    groups: dict[int, list[str]] = defaultdict(list)
    for value, identifiers in by_value.items():
        groups[_root(leader, value)] += identifiers
    return sorted((group for group in groups.values() if len(group) > 1), key=len, reverse=True)


def _near_values(values: list[int], within: int) -> Iterator[tuple[int, int]]:
    """Pairs of different values within the distance; a pair may come more than once."""
    buckets: list[dict[int, list[int]]] = [defaultdict(list) for _ in range(BANDS)]
    for value in values:
        for band, probed in enumerate(probes(value)):
            for near in probed:
                for other in buckets[band].get(near, ()):
                    if distance(value, other) <= within:
                        yield value, other
        for band, part in enumerate(bands_of(value)):
            buckets[band][part].append(value)


def _root(leader: dict[int, int], value: int) -> int:
    while leader[value] != value:
        leader[value] = leader[leader[value]]
        value = leader[value]
    return value

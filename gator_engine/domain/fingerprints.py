"""Near-duplicates: fingerprints of pictures that differ in few bits.

A fingerprint is a 64-bit difference hash (dHash: Neal Krawetz, "Kind of Like That",
https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html, 2013). Looking up
all within a distance uses bands (multi-index hashing: Norouzi, Punjani and Fleet, "Fast Search in
Hamming Space with Multi-Index Hashing", CVPR 2012): two fingerprints that differ in at most 7 of
64 bits differ in at most one bit in one of four bands of 16, so probing each band as it is and with
each single bit turned finds every one of them.

Two cards of one layout share a difference hash whatever stands on them, so a second, finer look
decides: 2,048 bits tell where brightness clearly rises or falls along 32 rows of 32 spots. Measured
on 60 cards of six layouts: other words on the same layout differ in 31 % of these edges or more;
a copy (JPEG at quality 30, a third of the size, 10 % brighter, 15 % more contrast, blurred,
sharpened, a spot retouched) in 14 % or less. A cropped copy is another picture to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

BITS, BANDS = 64, 4
BAND_BITS = BITS // BANDS
# Copies that were resized, recompressed or slightly retouched; more bits find other pictures.
NEAR = 6
FARTHEST = 2 * BANDS - 1
DETAIL_BITS = 2048
SAME_DETAIL = 0.22
# Pictures with hardly any edges: a few that flicker do not part them.
FEWEST_EDGES = 40
_MASK = (1 << BAND_BITS) - 1
_TURNS = (0, *(1 << bit for bit in range(BAND_BITS)))


@dataclass(frozen=True)
class PictureFingerprint:
    """A picture at two levels: `bits` finds candidates quickly, `detail` tells them apart."""

    bits: int
    detail: int

    def looks_like(self, other: PictureFingerprint, within: int = NEAR) -> bool:
        """Whether one is a copy of the other, as far as a person would say."""
        return distance(self.bits, other.bits) <= within and same_detail(self.detail, other.detail)


def same_detail(one: int, other: int) -> bool:
    """Whether at most SAME_DETAIL of the edges that either has are missing in the other."""
    edges = max(FEWEST_EDGES, (one | other).bit_count())
    return (one ^ other).bit_count() <= SAME_DETAIL * edges


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


def split(
    group: Sequence[str], details: Mapping[str, PictureFingerprint], within: int
) -> list[list[str]]:
    """The parts of a group of `near_groups` that also agree in detail, largest first.

    Members without detail are left out. Only pairs whose numbers of edges may agree are compared.
    """
    known = {
        name: (details[name].detail.bit_count(), details[name]) for name in group if name in details
    }
    ordered = sorted(known, key=lambda name: known[name][0])
    leader = dict(enumerate(range(len(ordered))))
    for place, name in enumerate(ordered):
        edges, mine = known[name]
        most = max(edges / (1 - SAME_DETAIL), edges + SAME_DETAIL * FEWEST_EDGES)
        for beyond in range(place + 1, len(ordered)):
            others_edges, other = known[ordered[beyond]]
            if others_edges > most:
                break
            if mine.looks_like(other, within):
                leader[_root(leader, beyond)] = _root(leader, place)
    parts: dict[int, list[str]] = defaultdict(list)
    for place, name in enumerate(ordered):
        parts[_root(leader, place)].append(name)
    return sorted((sorted(part) for part in parts.values() if len(part) > 1), key=len, reverse=True)


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

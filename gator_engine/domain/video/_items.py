"""Items on tracks: found by id, placed at frames, packed with gaps. What all edits build on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import TypeVar

from gator_engine.domain.timeline import (
    Clip,
    Gap,
    Overlay,
    PictureItem,
    PictureTrack,
    Sound,
    Timeline,
)
from gator_engine.domain.video.checks import named, shape_problems
from gator_engine.errors import InvalidInput

Placed = TypeVar("Placed", Overlay, Sound)


def checked(timeline: Timeline) -> Timeline:
    """The timeline, when it may be. Raises InvalidInput naming every clip in the way."""
    if problems := shape_problems(timeline):
        raise InvalidInput.collect(problems)
    return timeline


def with_items(timeline: Timeline, items: Iterable[PictureItem]) -> Timeline:
    """The timeline with these on its picture track, tidied and checked.

    Neighbouring gaps become one, and a clip that now comes first loses its transition: there is
    nothing left to come from.
    """
    return checked(replace(timeline, picture=PictureTrack(tuple(_tidied(items)))))


def _tidied(items: Iterable[PictureItem]) -> Iterator[PictureItem]:
    gap, first = 0, True
    for item in items:
        if isinstance(item, Gap):
            gap += item.length
            continue
        if gap:
            yield Gap(gap)
        bare = first and not gap and item.transition is not None
        yield replace(item, transition=None) if bare else item
        gap, first = 0, False
    if gap:
        yield Gap(gap)


def clip_at(timeline: Timeline, clip_id: str) -> tuple[int, Clip]:
    """Where among the items a clip stands, and the clip. Raises InvalidInput."""
    for number, item in enumerate(timeline.picture.items):
        if isinstance(item, Clip) and item.id == clip_id:
            return number, item
    raise InvalidInput(f"clip {clip_id}", "is not on the picture track")


def with_clip(timeline: Timeline, changed: Clip) -> Timeline:
    """The timeline with this clip in the place of the one of its id."""
    number, _ = clip_at(timeline, changed.id)
    items = timeline.picture.items
    return with_items(timeline, (*items[:number], changed, *items[number + 1 :]))


def fresh_ids(letter: str, taken: Iterable[str]) -> Iterator[str]:
    """Short ids nobody has: c1, c2 …"""
    known, number = set(taken), 0
    while True:
        number += 1
        if (name := f"{letter}{number}") not in known:
            yield name


def nearest(value: Fraction) -> int:
    """The nearest whole number; halves go up."""
    return floor(value + Fraction(1, 2))


def whole(field: str, what: str, value: object) -> None:
    """Raises InvalidInput unless it is a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput(field, f"{what} is {value!r}", "a whole number of frames")


def spread(items: Sequence[Placed | Gap]) -> list[tuple[int, Placed]]:
    """Each item that is no gap, with the frame it begins at."""
    found, start = list[tuple[int, Placed]](), 0
    for item in items:
        if not isinstance(item, Gap):
            found.append((start, item))
        start += item.length
    return found


def packed(placed: Iterable[tuple[int, Placed]]) -> tuple[Placed | Gap, ...]:
    """Items at their frames with gaps between them.

    Raises InvalidInput when two would lie over each other, or one before the beginning.
    """
    items, end = list[Placed | Gap](), 0
    before = ""
    for start, item in sorted(placed, key=lambda each: each[0]):
        whole(named(item), "its place", start)
        if start < 0:
            raise InvalidInput(named(item), f"would begin at frame {start}", "from 0")
        if start < end:
            raise InvalidInput(named(item), f"would begin before {before} ends", f"frame {end}")
        if start > end:
            items.append(Gap(start - end))
        items.append(item)
        end, before = start + item.length, named(item)
    return tuple(items)


def free(placed: Iterable[tuple[int, Placed]], start: int, length: int) -> bool:
    """Whether nothing lies there yet."""
    return all(start + length <= at or at + item.length <= start for at, item in placed)

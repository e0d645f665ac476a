"""Cuts in time with music, and scenes as long as what is said over them.

Both only change the picture track. `lengths` says how many timeline frames each video of the
library has, by asset id; what is not in it is a still and lasts as long as anybody likes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor, inf

from gator_engine.domain.timeline import (
    Clip,
    Marker,
    Pane,
    PictureItem,
    PictureTrack,
    Sound,
    Timeline,
    placed,
)
from gator_engine.domain.video.framing import Motion
from gator_engine.domain.video.sound import Beats
from gator_engine.domain.video.time import Ratio, frames, seconds
from gator_engine.errors import InvalidInput

SLOWEST = Ratio(1, 2)
"""A scene is slowed down this far to meet its narration; after that its last picture is held."""
BEAT_COLOUR, BAR_COLOUR = "#ffb000", "#ff5a36"
NO_VIDEOS: Mapping[str, int] = {}


def beats_on_timeline(
    timeline: Timeline, asset_id: str, beats: Beats, duration_s: float = 0.0
) -> Beats:
    """A file's beats where they are heard, in seconds of the timeline, from all music tracks.

    `duration_s` is how long the file is; a looped sound needs it to have beats in its repetitions.
    """
    found: set[float] = set()
    strong: set[float] = set()
    for track in timeline.music:
        for span, item in placed(track.items):
            if not isinstance(item, Sound) or item.asset_id != asset_id:
                continue
            first, last = (seconds(frame, timeline.rate) for frame in (span.start, span.end))
            begins = first - seconds(item.source_start, timeline.rate)
            loops = item.loop and duration_s > 0
            for number in range(ceil((last - begins) / duration_s) if loops else 1):
                shift = begins + number * duration_s + beats.offset_s
                for times, where in ((beats.times_s, found), (beats.downbeats_s, strong)):
                    where |= {time + shift for time in times if first <= time + shift < last}
    return replace(
        beats, times_s=tuple(sorted(found)), downbeats_s=tuple(sorted(strong)), offset_s=0.0
    )


def beat_markers(timeline: Timeline, beats: Beats) -> tuple[Marker, ...]:
    """A marker for every beat inside the video; bars are named and have a colour of their own."""
    bars = set(_beat_frames(beats.downbeats_s, beats, timeline))
    return tuple(
        Marker(frame, "Bar", BAR_COLOUR) if frame in bars else Marker(frame, "Beat", BEAT_COLOUR)
        for frame in sorted({*_beat_frames(beats.times_s, beats, timeline), *bars})
        if 0 <= frame < timeline.length
    )


def snapped(
    timeline: Timeline,
    beats: Beats,
    *,
    within_s: float = 0.25,
    shortest_s: float = 0.8,
    lengths: Mapping[str, int] = NO_VIDEOS,
) -> Timeline:
    """Every cut moved to the nearest beat within reach, to one that begins a bar if there is one.

    `beats` are in seconds of the timeline (see `beats_on_timeline`). A cut stays where it is when
    no beat is near, or when moving it would make a clip shorter than `shortest_s` or than its
    transitions, or ask a video for more than it has. Videos roll: what is seen at a given moment
    stays the same on either side of the cut. The whole stays as long as it was.

    Raises InvalidInput for a negative reach or shortest length.
    """
    for name, value in (("within_s", within_s), ("shortest_s", shortest_s)):
        if not value >= 0:
            raise InvalidInput(name, f"is {value:g}", "0 s at least")
    reach = floor(Fraction(within_s) * timeline.rate.fraction)
    shortest = max(1, ceil(Fraction(shortest_s) * timeline.rate.fraction))
    every = _beat_frames(beats.times_s, beats, timeline)
    bars = set(_beat_frames(beats.downbeats_s, beats, timeline))
    items, start = list(timeline.picture.items), 0
    for number in range(len(items) - 1):
        cut = start + items[number].length
        near = [beat for beat in {*every, *bars} if abs(beat - cut) <= reach]
        for beat in sorted(near, key=lambda at, cut=cut: (at not in bars, abs(at - cut), at)):  # type: ignore[misc]
            moved = _rolled(items, number, beat - cut, shortest, lengths)
            if moved:
                items[number : number + 2] = moved
                break
        start += items[number].length
    return replace(timeline, picture=PictureTrack(tuple(items)))


def stretched(
    timeline: Timeline, narration: Sequence[int], *, lengths: Mapping[str, int] = NO_VIDEOS
) -> Timeline:
    """Every clip as long as its narration (frames, in the order of the clips; 0 leaves it).

    Stills and titles take any length. A video is cut, or goes on for longer, where it has enough;
    else it is slowed down, to `SLOWEST` at most, and after that its last picture is held in a clip
    of its own. No clip becomes shorter than its transitions need. Other tracks are left alone.

    Raises InvalidInput unless there is one length, of 0 or more, for every clip.
    """
    clips = timeline.clips
    if len(narration) != len(clips):
        raise InvalidInput("narration", f"has {len(narration)} lengths", f"{len(clips)} clips")
    if any(said < 0 for said in narration):
        raise InvalidInput("narration", "has a negative length", "0 frames at least")
    said, old = iter(narration), list(timeline.picture.items)
    items: list[PictureItem] = []
    for number, item in enumerate(old):
        wanted = next(said) if isinstance(item, Clip) else 0
        if isinstance(item, Clip) and wanted:
            length = max(wanted, _room(old, number), 1)
            items += _lasting(item, length, _handle(old, number), lengths)
        else:
            items.append(item)
    return replace(timeline, picture=PictureTrack(tuple(items)))


def _beat_frames(times_s: Sequence[float], beats: Beats, timeline: Timeline) -> list[int]:
    return [frames(time + beats.offset_s, timeline.rate) for time in times_s]


def _handle(items: Sequence[PictureItem], number: int) -> int:
    """Frames that an item goes on under the transition into the next one."""
    after = items[number + 1] if number + 1 < len(items) else None
    change = after.transition if isinstance(after, Clip) else None
    return change.after if change else 0


def _room(items: Sequence[PictureItem], number: int) -> int:
    """Frames of an item that its own transition and the next one cover: it must be that long."""
    item = items[number]
    own = item.transition.after if isinstance(item, Clip) and item.transition else 0
    after = items[number + 1] if number + 1 < len(items) else None
    change = after.transition if isinstance(after, Clip) else None
    return own + (change.before if change else 0)


def _rolled(
    items: Sequence[PictureItem], number: int, by: int, shortest: int, lengths: Mapping[str, int]
) -> tuple[PictureItem, PictureItem] | None:
    """Both sides of a cut moved by so many frames; None where that cannot be."""
    left, right = items[number], items[number + 1]
    if by == 0:
        return left, right
    moved: list[PictureItem] = []
    for place, item, change in ((number, left, by), (number + 1, right, -by)):
        least = max(shortest, _room(items, place)) if isinstance(item, Clip) else 1
        if item.length + change < least:
            return None
        moved.append(replace(item, length=item.length + change))
    first, second = moved
    if isinstance(second, Clip):
        second = replace(second, panes=tuple(_later(pane, by, lengths) for pane in second.panes))
        head = second.transition.before if second.transition else 0
        if by < 0 and any(_lacks_head(pane, head, lengths) for pane in second.panes):
            return None
    if isinstance(first, Clip) and by > 0:
        needed = first.length + _handle(items, number)
        if any(needed > _most(pane, pane.speed, lengths) for pane in first.panes):
            return None
    return first, second


def _later(pane: Pane, by: int, lengths: Mapping[str, int]) -> Pane:
    """A video's pane begun so many frames later in its source; stills have no time."""
    if pane.media.asset_id not in lengths:
        return pane
    return replace(pane, source_start=pane.source_start + floor(by * pane.speed.fraction))


def _lacks_head(pane: Pane, head: int, lengths: Mapping[str, int]) -> bool:
    known = pane.media.asset_id in lengths
    return known and pane.source_start < ceil(head * pane.speed.fraction)


def _most(pane: Pane, speed: Ratio, lengths: Mapping[str, int]) -> float:
    """Frames a pane can last at a speed; no limit for what is no video."""
    if pane.media.asset_id not in lengths:
        return inf
    left = lengths[pane.media.asset_id] - pane.source_start
    return max(0, floor(left / speed.fraction))


def _lasting(clip: Clip, length: int, handle: int, lengths: Mapping[str, int]) -> Iterator[Clip]:
    """The clip at that length: as it is, slower, or slower and then held."""
    panes = tuple(_slowed(pane, length + handle, lengths) for pane in clip.panes)
    most = min(_most(pane, pane.speed, lengths) for pane in panes)
    if most >= length + handle:
        yield replace(clip, length=length, panes=panes)
        return
    moving = max(1, min(length, int(most)))
    yield replace(clip, length=moving, panes=panes)
    if length > moving:
        still = tuple(_held(pane, moving, length - moving + handle, lengths) for pane in panes)
        yield Clip(f"{clip.id}-held", length - moving, still, clip.layout, name=clip.name)


def _slowed(pane: Pane, needed: int, lengths: Mapping[str, int]) -> Pane:
    """The pane at the speed at which it just lasts, no slower than `SLOWEST` of its own."""
    if _most(pane, pane.speed, lengths) >= needed:
        return pane
    left = max(0, lengths[pane.media.asset_id] - pane.source_start)
    slowest = pane.speed.fraction * SLOWEST.fraction
    return replace(pane, speed=Ratio.of(max(Fraction(left, needed), slowest)))


def _held(pane: Pane, at: int, lasting: int, lengths: Mapping[str, int]) -> Pane:
    """The picture that a pane shows at its frame `at`, standing still for so many frames."""
    end = pane.motion.end if pane.motion else None
    motion = Motion(end, end) if end else None
    if pane.media.asset_id not in lengths:
        return replace(pane, motion=motion)
    last = max(0, lengths[pane.media.asset_id] - 1)
    start = min(last, pane.source_start + floor(at * pane.speed.fraction))
    # So slow that it does not come to the next picture before it is over.
    return replace(pane, source_start=start, speed=Ratio(1, 2 * lasting), motion=motion)

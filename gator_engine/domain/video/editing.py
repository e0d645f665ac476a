"""Edits of the picture track: each takes a timeline and gives the next one.

Every edit raises InvalidInput naming the clip when the result could not be a timeline; then nothing
has changed. The picture track has no holes but its gaps: what is taken out makes the rest move up
(ripples), unless a gap is asked for. Voice, music, overlays and captions stay where they are in
time. Those have their edits in `layers`, rate and shape in `retiming`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gator_engine.domain.timeline import Clip, Gap, Media, MediaKind, PictureItem, Timeline, placed
from gator_engine.domain.video._items import (
    clip_at,
    fresh_ids,
    nearest,
    whole,
    with_clip,
    with_items,
)
from gator_engine.domain.video.framing import CENTRE
from gator_engine.domain.video.time import ONE, Ratio
from gator_engine.domain.video.transitions import Transition
from gator_engine.errors import InvalidInput

Items = tuple[PictureItem, ...]


def append(timeline: Timeline, *clips: Clip) -> Timeline:
    """Put clips at the end, in this order; an id that is empty or taken is given anew."""
    return insert(timeline, *clips)


def insert(timeline: Timeline, *clips: Clip, before: str = "") -> Timeline:
    """Put clips before another one ("": at the end); an id that is empty or taken is given anew."""
    taken = {clip.id for clip in timeline.clips}
    ids, new = fresh_ids("c", taken | {clip.id for clip in clips}), list[PictureItem]()
    for clip in clips:
        named = clip if clip.id and clip.id not in taken else replace(clip, id=next(ids))
        taken.add(named.id)
        new.append(named)
    return _inserted(timeline, timeline.picture.items, tuple(new), before)


def insert_gap(timeline: Timeline, length: int, before: str = "") -> Timeline:
    """Put black before a clip ("": at the end)."""
    return _inserted(timeline, timeline.picture.items, (Gap(length),), before)


def move(timeline: Timeline, clip_id: str, before: str = "") -> Timeline:
    """Put a clip before another one ("": at the end); the others close up."""
    number, clip = clip_at(timeline, clip_id)
    if clip_id == before:
        return timeline
    items = timeline.picture.items
    return _inserted(timeline, (*items[:number], *items[number + 1 :]), (clip,), before)


def reorder(timeline: Timeline, clip_ids: Sequence[str]) -> Timeline:
    """The same clips in another order; gaps stay after as many clips as before.

    Raises InvalidInput when it is not the same clips.
    """
    known = {clip.id: clip for clip in timeline.clips}
    if sorted(clip_ids) != sorted(known):
        raise InvalidInput("order", "must name every clip once")
    order = iter(clip_ids)
    items = timeline.picture.items
    return with_items(timeline, [i if isinstance(i, Gap) else known[next(order)] for i in items])


def remove(timeline: Timeline, clip_id: str, *, ripple: bool = True) -> Timeline:
    """Take a clip out; the rest moves up, or black stays in its place."""
    number, clip = clip_at(timeline, clip_id)
    items = timeline.picture.items
    left: Items = () if ripple else (Gap(clip.length),)
    return with_items(timeline, (*items[:number], *left, *items[number + 1 :]))


def duplicate(timeline: Timeline, clip_id: str) -> Timeline:
    """The same clip once more, after a plain cut."""
    number, clip = clip_at(timeline, clip_id)
    fresh = next(fresh_ids("c", (each.id for each in timeline.clips)))
    items = timeline.picture.items
    again = replace(clip, id=fresh, transition=None)
    return with_items(timeline, (*items[: number + 1], again, *items[number + 1 :]))


def trim_end(timeline: Timeline, clip_id: str, by: int, *, ripple: bool = True) -> Timeline:
    """Take `by` frames off the end of a clip (negative: give so many back).

    Without ripple a gap takes their place, or gives them.
    """
    number, clip = clip_at(timeline, clip_id)
    whole(f"clip {clip_id}", "the number of frames", by)
    changed = replace(clip, length=clip.length - by)
    items = timeline.picture.items
    after = items[number + 1 :]
    if not ripple:
        after = _spare(clip, after, by, last=number + 1 == len(items))
    return with_items(timeline, (*items[:number], changed, *after))


def trim_start(timeline: Timeline, clip_id: str, by: int, *, ripple: bool = True) -> Timeline:
    """Take `by` frames off the beginning of a clip (negative: give so many back from its source).

    What stays shows what it showed before; at a speed other than 1 to the nearest frame of the
    source. Raises InvalidInput when the source has nothing earlier: a still is lengthened by
    `set_length`. Without ripple a gap takes their place, or gives them.
    """
    number, clip = clip_at(timeline, clip_id)
    whole(f"clip {clip_id}", "the number of frames", by)
    if by >= clip.length:
        raise InvalidInput(f"clip {clip_id}", f"has {clip.length} frames; {by} are too many to cut")
    changed = replace(_later(clip, by), length=clip.length - by)
    items = timeline.picture.items
    before = items[:number]
    if not ripple:
        before = _spare(clip, before[::-1], by, last=False)[::-1]
    return with_items(timeline, (*before, changed, *items[number + 1 :]))


def set_length(timeline: Timeline, clip_id: str, length: int) -> Timeline:
    """Let a clip last so many frames; its end moves, and what follows with it."""
    _, clip = clip_at(timeline, clip_id)
    whole(f"clip {clip_id}", "its length", length)
    return with_clip(timeline, replace(clip, length=length))


def split(timeline: Timeline, frame: int) -> Timeline:
    """Cut the clip in two before a frame of the timeline; nothing that is seen or heard changes.

    Source and motion go on exactly. Raises InvalidInput at a border, in a gap or a transition, and
    where a changed speed would begin the second half between two frames of its source (it says
    where the nearest possible places are).
    """
    whole("frame", "the place", frame)
    for number, (span, item) in enumerate(placed(timeline.picture.items)):
        if span.start < frame < span.end and isinstance(item, Clip):
            first, second = _halves(timeline, item, frame - span.start)
            items = timeline.picture.items
            return with_items(timeline, (*items[:number], first, second, *items[number + 1 :]))
    raise InvalidInput("frame", f"{frame} does not lie inside a clip")


def set_speed(
    timeline: Timeline, clip_id: str, speed: Ratio, *, keep_length: bool = False
) -> Timeline:
    """Play the video of a clip so many times as quickly, for all its pictures.

    The clip shows the same piece of its source as before, in a length rounded to whole frames;
    with `keep_length` it lasts as long as before and shows more or less of it.
    """
    _, clip = clip_at(timeline, clip_id)
    if speed.denominator == 0 or speed.fraction <= 0:
        shown = f"{speed.numerator}/{speed.denominator}"
        raise InvalidInput(f"clip {clip_id}", f"cannot have a speed of {shown}", "above 0")
    was = clip.panes[0].speed.fraction
    length = clip.length if keep_length else max(1, nearest(clip.length * was / speed.fraction))
    panes = tuple(replace(pane, speed=Ratio.of(speed.fraction)) for pane in clip.panes)
    return with_clip(timeline, replace(clip, panes=panes, length=length))


def replace_media(timeline: Timeline, clip_id: str, media: Media, *, pane: int = 0) -> Timeline:
    """Show another picture in a clip, from its beginning and at its own speed.

    Length, fit, motion, transition and sound stay; the point of interest was of the old picture.
    """
    _, clip = clip_at(timeline, clip_id)
    if not 0 <= pane < len(clip.panes):
        raise InvalidInput(f"clip {clip_id}", f"has no picture {pane}", f"0–{len(clip.panes) - 1}")
    fresh = replace(clip.panes[pane], media=media, source_start=0, speed=ONE, focus=CENTRE)
    panes = (*clip.panes[:pane], fresh, *clip.panes[pane + 1 :])
    return with_clip(timeline, replace(clip, panes=panes))


def set_gain(timeline: Timeline, clip_id: str, gain_db: float | None) -> Timeline:
    """How loud a clip's own sound is; None mutes it."""
    _, clip = clip_at(timeline, clip_id)
    return with_clip(timeline, replace(clip, gain_db=gain_db))


def name_clip(timeline: Timeline, clip_id: str, name: str) -> Timeline:
    """What people call a clip."""
    _, clip = clip_at(timeline, clip_id)
    return with_clip(timeline, replace(clip, name=name.strip()))


def set_transition(timeline: Timeline, clip_id: str, transition: Transition | None) -> Timeline:
    """How the picture changes into a clip; None is a plain cut."""
    number, clip = clip_at(timeline, clip_id)
    if transition is not None and number == 0:
        raise InvalidInput(f"clip {clip_id}", "has nothing before it to come from")
    return with_clip(timeline, replace(clip, transition=transition))


def set_all_transitions(timeline: Timeline, transition: Transition | None) -> Timeline:
    """The same change at every cut; shorter where a clip would lose more than half of itself to it,
    and a plain cut where a clip has one frame."""
    items = list(timeline.picture.items)
    for number, item in enumerate(items):
        if number and isinstance(item, Clip):
            fitting = _fitting(transition, items[number - 1].length, item.length)
            items[number] = replace(item, transition=fitting)
    return with_items(timeline, items)


def _fitting(transition: Transition | None, before: int, after: int) -> Transition | None:
    if transition is None:
        return None
    length = min(transition.length, 2 * (before // 2) + 1, 2 * (after // 2))
    return replace(transition, length=length) if length >= 1 else None


def _inserted(timeline: Timeline, among: Items, new: Items, before: str) -> Timeline:
    if not before:
        return with_items(timeline, (*among, *new))
    clip_at(timeline, before)
    places = (n for n, item in enumerate(among) if isinstance(item, Clip) and item.id == before)
    place = next(places)
    return with_items(timeline, (*among[:place], *new, *among[place:]))


def _spare(clip: Clip, beside: Items, by: int, *, last: bool) -> Items:
    """The items on one side of a trimmed clip with a gap that takes or gives the frames."""
    if by >= 0 or last:
        return (Gap(by), *beside) if by > 0 else beside
    gap = beside[0] if beside and isinstance(beside[0], Gap) else None
    if gap is None or gap.length < -by:
        room = gap.length if gap else 0
        raise InvalidInput(
            f"clip {clip.id}", f"would need {-by} frames of black beside it", f"{room}"
        )
    left: Items = (Gap(gap.length + by),) if gap.length > -by else ()
    return (*left, *beside[1:])


def _later(clip: Clip, by: int) -> Clip:
    """The clip beginning `by` frames further into its sources and motions; length unchanged."""
    panes = []
    for pane in clip.panes:
        start = pane.source_start
        if pane.media.kind is MediaKind.ASSET:
            start = nearest(start + by * pane.speed.fraction)
        if start < 0:
            raise InvalidInput(
                f"clip {clip.id}",
                f"has {int(pane.source_start / pane.speed.fraction)} frames before its beginning",
            )
        motion = pane.motion
        if motion is not None and motion.over:
            motion = replace(motion, skip=max(0, motion.skip + by))
        panes.append(replace(pane, source_start=start, motion=motion))
    return replace(clip, panes=tuple(panes))


def _halves(timeline: Timeline, clip: Clip, offset: int) -> tuple[Clip, Clip]:
    for pane in clip.panes:
        step = pane.speed.fraction.denominator
        if pane.media.kind is MediaKind.ASSET and offset % step:
            low = offset - offset % step
            raise InvalidInput(
                f"clip {clip.id}",
                f"plays at {pane.speed} times its speed and cannot be split at its frame {offset}",
                " or ".join(str(n) for n in (low, low + step) if 0 < n < clip.length) or "nowhere",
            )
    panes = tuple(
        (
            replace(pane, motion=replace(pane.motion, over=pane.motion.over or clip.length))
            if pane.motion
            else pane
        )
        for pane in clip.panes
    )
    moving = replace(clip, panes=panes)
    fresh = next(fresh_ids("c", (each.id for each in timeline.clips)))
    second = replace(_later(moving, offset), length=clip.length - offset, transition=None, id=fresh)
    return replace(moving, length=offset), second

"""Edits of the whole: its shape, and its frame rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.timeline import (
    Clip,
    Gap,
    Item,
    Overlay,
    OverlayTrack,
    Pane,
    PictureTrack,
    Sound,
    SoundTrack,
    Timeline,
)
from gator_engine.domain.video._items import checked, nearest
from gator_engine.domain.video.captions import Cue, Word
from gator_engine.domain.video.checks import named
from gator_engine.domain.video.time import Ratio
from gator_engine.domain.video.transitions import Transition
from gator_engine.errors import InvalidInput

T = TypeVar("T", bound=Item)


@dataclass(frozen=True)
class Retimed:
    """A timeline at another rate, and what had to be rounded to whole frames, in words."""

    timeline: Timeline
    rounded: tuple[str, ...]


def set_aspect(timeline: Timeline, aspect: AspectRatio) -> Timeline:
    """The same project in another shape; framing follows the points of interest."""
    return checked(timeline.in_shape(aspect))


def set_rate(timeline: Timeline, rate: Ratio) -> Retimed:
    """The same times at another number of frames a second.

    Every border goes to the nearest frame by itself, so that errors never add up; what did not come
    out whole is named. Raises InvalidInput naming what would vanish, such as a clip of one frame.
    """
    if rate.denominator < 1 or rate.numerator < 1:
        raise InvalidInput("rate", f"is {rate.numerator}/{rate.denominator}", "above 0")
    scale = _Scale(rate.fraction / timeline.rate.fraction)
    captions = replace(timeline.captions, cues=tuple(map(scale.cue, timeline.captions.cues)))
    changed = replace(
        timeline,
        rate=Ratio.of(rate.fraction),
        picture=PictureTrack(scale.items(timeline.picture.items)),
        overlays=tuple(OverlayTrack(scale.items(t.items), t.name) for t in timeline.overlays),
        voice=tuple(map(scale.sounds, timeline.voice)),
        music=tuple(map(scale.sounds, timeline.music)),
        captions=captions,
        markers=tuple(
            replace(marker, frame=scale.frames(marker.frame, "markers"))
            for marker in timeline.markers
        ),
    )
    return Retimed(checked(changed), tuple(scale.rounded))


class _Scale:
    """Multiplies frames, and remembers whose came out between two of them."""

    def __init__(self, by: Fraction) -> None:
        self._by = by
        self.rounded: dict[str, None] = {}

    def frames(self, count: int, field: str) -> int:
        exact = count * self._by
        if exact.denominator != 1:
            self.rounded[field] = None
        return nearest(exact)

    def items(self, items: Sequence[T]) -> tuple[T, ...]:
        found, start = list[T](), 0
        for item in items:
            field, end = named(item), start + item.length
            length = nearest(end * self._by) - nearest(start * self._by)
            if not isinstance(item, Gap):
                self._span(start, item.length, field)
            found.append(self._item(item, length, field))
            start = end
        return tuple(found)

    def sounds(self, track: SoundTrack) -> SoundTrack:
        return replace(track, items=self.items(track.items))

    def cue(self, cue: Cue) -> Cue:
        field = f"caption {cue.id}"
        start, length = self._span(cue.start, cue.length, field)
        words = tuple(self._word(word, field) for word in cue.words)
        return replace(cue, start=start, length=length, words=words)

    def _word(self, word: Word, field: str) -> Word:
        start, length = self._span(word.start, word.length, field)
        return replace(word, start=start, length=length)

    def _span(self, start: int, length: int, field: str) -> tuple[int, int]:
        first = self.frames(start, field)
        return first, self.frames(start + length, field) - first

    def _item(self, item: T, length: int, field: str) -> T:
        match item:
            case Gap():
                return replace(item, length=length)
            case Clip():
                return replace(
                    item,
                    length=length,
                    panes=tuple(self._pane(pane, field) for pane in item.panes),
                    transition=self._transition(item.transition, field),
                )
            case Sound():
                source = self.frames(item.source_start, field)
                fade_in, fade_out = (
                    min(nearest(fade * self._by), length // 2) if fade else 0
                    for fade in (item.fade_in, item.fade_out)
                )
                return replace(
                    item, length=length, source_start=source, fade_in=fade_in, fade_out=fade_out
                )
            case Overlay():
                fade = min(nearest(item.fade * self._by), max(0, length))
                return replace(item, length=length, fade=fade)

    def _pane(self, pane: Pane, field: str) -> Pane:
        motion = pane.motion
        if motion is not None and motion.over:
            skip, over = nearest(motion.skip * self._by), nearest(motion.over * self._by)
            motion = replace(motion, skip=skip, over=over)
        start = self.frames(pane.source_start, field)
        return replace(pane, source_start=start, motion=motion)

    def _transition(self, was: Transition | None, field: str) -> Transition | None:
        if was is None:
            return None
        return replace(was, length=max(1, self.frames(was.length, field)))

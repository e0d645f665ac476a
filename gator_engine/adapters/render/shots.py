"""What is to be seen at each frame, as plain data: the one truth for drawing and for cache keys.

Two frames whose plans are equal look the same, and nothing else reaches their pixels.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from gator_engine.adapters.render.boxes import Box, in_shares, places
from gator_engine.adapters.render.contracts import Painter
from gator_engine.domain.assets import AssetKind
from gator_engine.domain.timeline import (
    Clip,
    Media,
    MediaKind,
    Overlay,
    Pane,
    PictureItem,
    Timeline,
    placed,
)
from gator_engine.domain.video.framing import WHOLE, Fit, Point, Rect
from gator_engine.domain.video.time import Span, source_second
from gator_engine.domain.video.titles import Title
from gator_engine.domain.video.transitions import Direction, Transition, TransitionKind
from gator_engine.errors import InvalidInput
from gator_engine.ports.video import MediaFile

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Source:
    """Where pixels come from: the digest of a file, a colour, or a title.

    `asset_id` and `owner` (the clip or overlay in plain words) are for errors and for finding it.
    """

    kind: MediaKind
    name: str
    title: Title | None = None
    moves: bool = False
    asset_id: str = field(default="", compare=False, repr=False)
    owner: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class View:
    """One picture in its place at one frame.

    `second` is where a video stands. `rect` is what is shown of the picture; `shape` the rectangle
    whose shape a contained picture keeps through a motion; `nearest` the smallest width and height
    the motion shows, which decides how finely the source is read.
    """

    source: Source
    place: Box
    second: Fraction | None
    rect: Rect
    shape: Rect
    nearest: tuple[float, float]
    fit: Fit
    focus: Point
    bars: str


@dataclass(frozen=True)
class Change:
    """A transition at one frame; `share` of it has happened."""

    kind: TransitionKind
    direction: Direction
    colour: str
    share: float


@dataclass(frozen=True)
class Over:
    """An overlay at one frame: inside `box` (titles place themselves), so opaque."""

    source: Source
    second: Fraction | None
    box: Box
    opacity: float


@dataclass(frozen=True)
class FramePlan:
    """One frame: the picture (empty: black), the next one while it changes, and what lies above.

    `caption` is the painter's key; `look` stands for the style it is painted in.
    """

    views: tuple[View, ...]
    following: tuple[View, ...] = ()
    change: Change | None = None
    overs: tuple[Over, ...] = ()
    caption: str = ""
    look: str = ""


@dataclass(frozen=True)
class _Placed:
    """An item of the picture track with the frames in which anything of it is seen."""

    item: PictureItem
    span: Span
    seen: Span


class Shots:
    """The plans of a timeline's frames at one size.

    Raises InvalidInput for a timeline that cannot be drawn: nothing in it, an item without length,
    transitions that overlap, a file that is missing or too short.
    """

    def __init__(
        self,
        timeline: Timeline,
        media: Mapping[str, MediaFile],
        size: tuple[int, int],
        painter: Painter | None = None,
    ) -> None:
        self.timeline, self.size, self.length = timeline, size, timeline.length
        self._media, self._painter = media, painter
        self._items = _with_seen(timeline)
        self._starts = [one.span.start for one in self._items]
        self._tracks = [
            [(span, over) for span, over in placed(track.items) if isinstance(over, Overlay)]
            for track in timeline.overlays
        ]
        self._overlay_starts = [[span.start for span, _ in track] for track in self._tracks]
        self._zone = timeline.captions.safe_zone
        self._look = repr(replace(timeline.captions, cues=()))
        self._check()

    def borders(self) -> list[int]:
        """Frames at which another clip or a transition begins or ends, first and last included."""
        found = {0, self.length}
        for before, after in zip(self._items, self._items[1:], strict=False):
            found |= {after.span.start} if not _leads(after) else {after.seen.start}
            if _leads(after):
                found.add(before.seen.end)
        if self._items and _leads(self._items[0]):
            found.add(_transition(self._items[0]).after)
        return sorted(frame for frame in found if 0 <= frame <= self.length)

    def at(self, number: int) -> FramePlan:
        """The plan of a frame. Raises InvalidInput for a frame outside the video."""
        if not 0 <= number < self.length:
            raise InvalidInput("frame", f"{number} is outside the video", f"0–{self.length - 1}")
        index = bisect_right(self._starts, number) - 1
        here = self._items[index]
        after = self._items[index + 1] if index + 1 < len(self._items) else None
        if after is not None and _leads(after) and number >= after.seen.start:
            return self._changing(here, after, number)
        if _leads(here) and number < here.span.start + _transition(here).after:
            return self._changing(self._items[index - 1] if index else None, here, number)
        return FramePlan(self._views(here, number), (), None, *self._above(number))

    def _changing(self, before: _Placed | None, after: _Placed, number: int) -> FramePlan:
        transition = _transition(after)
        offset = number - (after.span.start - transition.before)
        share = transition.share(offset)
        change = Change(transition.kind, transition.direction, transition.colour, share)
        first = self._views(before, number) if before else ()
        return FramePlan(first, self._views(after, number), change, *self._above(number))

    def _views(self, one: _Placed, number: int) -> tuple[View, ...]:
        if not isinstance(one.item, Clip):
            return ()
        boxes = places(one.item.layout, self.size, self._zone)
        return tuple(
            self._view(one, pane, box, number)
            for pane, box in zip(one.item.panes, boxes, strict=True)
        )

    def _view(self, one: _Placed, pane: Pane, box: Box, number: int) -> View:
        source = self._source(pane.media, _words(one.item))
        motion = pane.motion
        second = None
        if source.moves:
            offset = number - one.span.start
            second = source_second(pane.source_start, offset, pane.speed, self.timeline.rate)
        if motion is None or source.kind is MediaKind.COLOUR:
            rect, shape, nearest = WHOLE, WHOLE, (1.0, 1.0)
        else:
            rect = motion.at(number - one.seen.start, one.seen.length)
            shape = motion.start
            nearest = min(motion.start.w, motion.end.w), min(motion.start.h, motion.end.h)
        return View(source, box, second, rect, shape, nearest, pane.fit, pane.focus, pane.bars)

    def _overs(self, number: int) -> tuple[Over, ...]:
        found = []
        for track, starts in zip(self._tracks, self._overlay_starts, strict=True):
            index = bisect_right(starts, number) - 1
            if index >= 0 and track[index][0].holds(number):
                found.append(self._over(*track[index], number))
        return tuple(found)

    def _over(self, span: Span, overlay: Overlay, number: int) -> Over:
        source = self._source(overlay.media, _words(overlay))
        offset, left = number - span.start, span.end - number
        ramp = min(1.0, (offset + 1) / (overlay.fade + 1), left / (overlay.fade + 1))
        second = Fraction(offset) / self.timeline.rate.fraction if source.moves else None
        return Over(source, second, in_shares(overlay.box, self.size), overlay.opacity * ramp)

    def _above(self, number: int) -> tuple[tuple[Over, ...], str, str]:
        caption = (self._painter.state(number) or "") if self._painter else ""
        return self._overs(number), caption, self._look if caption else ""

    def _source(self, media: Media, owner: str) -> Source:
        match media.kind:
            case MediaKind.COLOUR:
                return Source(media.kind, media.colour.lower(), owner=owner)
            case MediaKind.TITLE:
                return Source(media.kind, "", media.title, owner=owner)
        file = self._media.get(media.asset_id)
        if file is None:
            raise InvalidInput(owner, f"its file {media.asset_id} is not in the library")
        moves = file.facts.kind is AssetKind.VIDEO
        return Source(media.kind, file.sha256, None, moves, media.asset_id, owner)

    def _check(self) -> None:
        """Refuse what cannot be drawn, before any work is done."""
        if self.length <= 0:
            raise InvalidInput("timeline", "there is nothing on the picture track")
        for index, one in enumerate(self._items):
            _check_item(one, self._items[index + 1] if index + 1 < len(self._items) else None)
            if isinstance(one.item, Clip):
                self._check_files(one)
        for track in self._tracks:
            for _, overlay in track:
                self._check_file(self._source(overlay.media, _words(overlay)))

    def _check_files(self, one: _Placed) -> None:
        assert isinstance(one.item, Clip)
        name = _words(one.item)
        if one.item.transition is not None:
            _check_colour(name, one.item.transition.colour)
        for pane in one.item.panes:
            source = self._source(pane.media, name)
            self._check_file(source)
            _check_colour(name, pane.bars)
            if pane.motion and not (pane.motion.start.valid and pane.motion.end.valid):
                raise InvalidInput(name, "its camera move leaves the picture or shows too little")
            if source.moves:
                self._check_reach(one, pane, source)

    def _check_file(self, source: Source) -> None:
        if source.kind is MediaKind.TITLE and source.title is None:
            raise InvalidInput(source.owner, "it is a title without words")
        if source.kind is MediaKind.COLOUR:
            _check_colour(source.owner, source.name)
        if source.title is not None:
            _check_colour(source.owner, source.title.ground)
        if source.kind is not MediaKind.ASSET:
            return
        file = self._media[source.asset_id]
        if file.facts.kind not in (AssetKind.IMAGE, AssetKind.VIDEO):
            raise InvalidInput(source.owner, f"{source.asset_id} is no picture and no video")
        if not file.path.is_file():
            raise InvalidInput(source.owner, f"its file {source.asset_id} is missing on the disk")

    def _check_reach(self, one: _Placed, pane: Pane, source: Source) -> None:
        """A video must have frames for all that is seen of the clip, transitions included."""
        rate, speed = self.timeline.rate, pane.speed
        first = source_second(pane.source_start, one.seen.start - one.span.start, speed, rate)
        last = source_second(pane.source_start, one.seen.end - 1 - one.span.start, speed, rate)
        if first < 0:
            problem = f"its video would have to begin {float(-first):.2f} s before its first frame"
            raise InvalidInput(source.owner, problem, "start later in it, or shorten the change")
        duration = self._media[source.asset_id].facts.duration_s
        if duration is not None and last >= duration:
            limit = f"{duration:.2f} s long, needed until {float(last):.2f} s"
            raise InvalidInput(source.owner, "its video is too short", limit)


def _check_colour(owner: str, colour: str) -> None:
    if not _COLOUR.fullmatch(colour):
        raise InvalidInput(owner, f"{colour!r} is no colour", "#rrggbb")


def _words(item: PictureItem | Overlay) -> str:
    """How an error names a clip or overlay."""
    if isinstance(item, Clip | Overlay):
        return f"{item.kind} {item.name or item.id}"
    return "gap"


def _leads(one: _Placed) -> bool:
    return isinstance(one.item, Clip) and one.item.transition is not None


def _transition(one: _Placed) -> Transition:
    assert isinstance(one.item, Clip) and one.item.transition is not None
    return one.item.transition


def _with_seen(timeline: Timeline) -> list[_Placed]:
    found: list[_Placed] = []
    items = list(placed(timeline.picture.items))
    for index, (span, item) in enumerate(items):
        start, end = span.start, span.end
        if isinstance(item, Clip) and item.transition is not None:
            start = max(0, start - item.transition.before)
        after = items[index + 1][1] if index + 1 < len(items) else None
        if isinstance(after, Clip) and after.transition is not None:
            end = min(timeline.length, end + after.transition.after)
        found.append(_Placed(item, span, Span(start, end - start)))
    return found


def _check_item(one: _Placed, after: _Placed | None) -> None:
    name = _words(one.item)
    if one.item.length < 1:
        raise InvalidInput(name, f"it lasts {one.item.length} frames", "at least 1")
    if isinstance(one.item, Clip) and len(one.item.panes) != one.item.layout.panes:
        problem = f"it has {len(one.item.panes)} pictures"
        raise InvalidInput(name, problem, f"{one.item.layout.panes} for {one.item.layout.value}")
    taken = _transition(one).after if _leads(one) else 0
    taken += _transition(after).before if after is not None and _leads(after) else 0
    if taken > one.item.length:
        problem = f"the changes at its ends take {taken} frames"
        raise InvalidInput(name, problem, f"{one.item.length}, its length")
    if _leads(one) and _transition(one).length < 1:
        raise InvalidInput(name, "its change has no length", "at least 1 frame")

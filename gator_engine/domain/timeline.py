"""The timeline: an editable video as pure data, in the terms of OpenTimelineIO.

Tracks hold clips and gaps one after the other, so nothing on a track can overlap; a transition
belongs to the clip it leads into. All times are whole frames at the timeline's rate. The picture
track is the spine: the video is as long as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, TypeVar

from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.video.captions import Captions
from gator_engine.domain.video.framing import CENTRE, Fit, Motion, Point
from gator_engine.domain.video.sound import Mix
from gator_engine.domain.video.time import ONE, Ratio, Span, seconds
from gator_engine.domain.video.titles import Title
from gator_engine.domain.video.transitions import Transition


class MediaKind(StrEnum):
    """What a picture is taken from: a file of the library, a plain colour, or a designed title."""

    ASSET = "asset"
    COLOUR = "colour"
    TITLE = "title"


@dataclass(frozen=True)
class Media:
    """A source of pictures (OpenTimelineIO: media reference). One field is used, by kind."""

    kind: MediaKind
    asset_id: str = ""
    colour: str = "#000000"
    title: Title | None = None


class Layout(StrEnum):
    """How many pictures share the frame, and how."""

    SINGLE = "single"
    SIDE_BY_SIDE = "side_by_side"
    PICTURE_IN_PICTURE = "picture_in_picture"
    GRID = "grid"

    @property
    def panes(self) -> int:
        """How many pictures it takes."""
        return {Layout.SINGLE: 1, Layout.GRID: 4}.get(self, 2)


@dataclass(frozen=True)
class Pane:
    """One picture in a clip: its source, where it starts in it, and how it fills its place.

    `source_start` counts timeline frames from the beginning of the source; `speed` is how many
    times as quickly it is read. `bars` is the colour beside a picture that is contained.
    """

    media: Media
    source_start: int = 0
    speed: Ratio = ONE
    fit: Fit = Fit.COVER
    focus: Point = CENTRE
    motion: Motion | None = None
    bars: str = "#000000"


@dataclass(frozen=True)
class Gap:
    """Nothing for a while: black on the picture track, silence on a sound track."""

    length: int
    kind: Literal["gap"] = "gap"


@dataclass(frozen=True)
class Clip:
    """A piece of the picture track. `gain_db` None mutes the sound of its (first) video.

    `transition` leads into it from the item before.
    """

    id: str
    length: int
    panes: tuple[Pane, ...]
    layout: Layout = Layout.SINGLE
    transition: Transition | None = None
    gain_db: float | None = None
    name: str = ""
    kind: Literal["clip"] = "clip"


@dataclass(frozen=True)
class Sound:
    """A piece of a voice or music track; fades are in frames. A looped sound starts again at its
    end until its length is filled. `text` is what is said, where known."""

    id: str
    length: int
    asset_id: str
    source_start: int = 0
    gain_db: float = 0.0
    fade_in: int = 0
    fade_out: int = 0
    loop: bool = False
    name: str = ""
    text: str = ""
    kind: Literal["sound"] = "sound"


@dataclass(frozen=True)
class Overlay:
    """Something over the picture: a title or lower third, or a picture of the library.

    `box` is where a library picture stands, in shares of the frame (left, top, width, height);
    titles place themselves. It fades in and out over `fade` frames.
    """

    id: str
    length: int
    media: Media
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    opacity: float = 1.0
    fade: int = 8
    name: str = ""
    kind: Literal["overlay"] = "overlay"


PictureItem = Clip | Gap
SoundItem = Sound | Gap
OverlayItem = Overlay | Gap
Item = Clip | Gap | Sound | Overlay
T = TypeVar("T", bound=Item)


@dataclass(frozen=True)
class PictureTrack:
    """The spine of the video."""

    items: tuple[PictureItem, ...] = ()


@dataclass(frozen=True)
class SoundTrack:
    """Voice or music; `gain_db` goes for the whole track."""

    items: tuple[SoundItem, ...] = ()
    gain_db: float = 0.0
    muted: bool = False
    name: str = ""


@dataclass(frozen=True)
class OverlayTrack:
    """What lies over the picture; later tracks lie above earlier ones."""

    items: tuple[OverlayItem, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Marker:
    """A named point, such as a beat to cut on."""

    frame: int
    name: str = ""
    colour: str = "#ffb000"


NO_CAPTIONS, DEFAULT_MIX, DEFAULT_RATE = Captions(), Mix(), Ratio(30)


@dataclass(frozen=True)
class Timeline:
    """An editable video. `aspect` gives the frame's size unless `frame` does (tests, drafts)."""

    picture: PictureTrack = PictureTrack()
    overlays: tuple[OverlayTrack, ...] = ()
    voice: tuple[SoundTrack, ...] = ()
    music: tuple[SoundTrack, ...] = ()
    captions: Captions = NO_CAPTIONS
    rate: Ratio = DEFAULT_RATE
    aspect: AspectRatio = AspectRatio.STORY
    frame: tuple[int, int] | None = None
    mix: Mix = DEFAULT_MIX
    markers: tuple[Marker, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the full frame in pixels."""
        return self.frame or self.aspect.size

    @property
    def length(self) -> int:
        """Frames of the whole video: those of the picture track."""
        return sum(item.length for item in self.picture.items)

    @property
    def duration_s(self) -> float:
        """Seconds of the whole video."""
        return seconds(self.length, self.rate)

    @property
    def clips(self) -> tuple[Clip, ...]:
        """The clips of the picture track in order."""
        return tuple(item for item in self.picture.items if isinstance(item, Clip))

    def in_shape(self, aspect: AspectRatio) -> Timeline:
        """The same project in another shape; framing follows the points of interest."""
        return replace(self, aspect=aspect, frame=None)

    def asset_ids(self) -> tuple[str, ...]:
        """Every library file it needs, in the order of first use."""
        found: dict[str, None] = {}
        for clip in self.clips:
            for pane in clip.panes:
                if pane.media.kind is MediaKind.ASSET:
                    found[pane.media.asset_id] = None
        for track in self.overlays:
            for over in track.items:
                if isinstance(over, Overlay) and over.media.kind is MediaKind.ASSET:
                    found[over.media.asset_id] = None
        for sounds in (*self.voice, *self.music):
            for item in sounds.items:
                if isinstance(item, Sound):
                    found[item.asset_id] = None
        return tuple(found)


def placed(items: Sequence[T]) -> Iterator[tuple[Span, T]]:
    """Each item with the frames it takes on its track."""
    start = 0
    for item in items:
        yield Span(start, item.length), item
        start += item.length


def transition_span(at: int, transition: Transition) -> Span:
    """The frames a transition covers whose cut is before frame `at`."""
    return Span(at - transition.before, transition.length)

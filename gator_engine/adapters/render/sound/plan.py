"""Which piece of which file sounds when, in whole samples: a timeline as a mixer reads it.

Every position is taken from its own whole frame, so nothing adds up: at any rate a sound is never
further than half a sample from where its frame is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, field
from enum import StrEnum
from fractions import Fraction

from gator_engine.adapters.sound.reading import nearest
from gator_engine.domain.assets import AssetKind
from gator_engine.domain.timeline import (
    Clip,
    Gap,
    MediaKind,
    Pane,
    PictureItem,
    Sound,
    SoundTrack,
    Timeline,
    placed,
    transition_span,
)
from gator_engine.domain.video.sound import SAMPLE_RATE
from gator_engine.domain.video.time import ONE, Ratio, Span
from gator_engine.errors import InvalidInput
from gator_engine.ports.video import MediaFile

VERSION = "1"
"""Changes whenever the same timeline would sound otherwise."""
SEAM = SAMPLE_RATE * 5 // 1000
"""Samples of the even cross-fade at a plain cut: no click, and no dip inside one recording."""


class Bus(StrEnum):
    """What a piece counts as when music makes room for voices."""

    VOICE = "voice"
    CLIP = "clip"
    MUSIC = "music"


@dataclass(frozen=True)
class Fade:
    """A fade in samples: even at the seams of plain cuts, else of equal power (a quarter sine)."""

    samples: int = 0
    even: bool = False


NO_FADE = Fade()


@dataclass(frozen=True)
class Piece:
    """Samples [start, end) of the mix from one file.

    `source` is the sample of the file (at 48 kHz, after the change of speed) that stands at
    `start`; below 0 is silence. `label` is for people and `media` for reading: neither sounds.
    """

    bus: Bus
    start: int
    end: int
    sha256: str
    source: int
    speed: Ratio
    gain_db: float
    fade_in: Fade
    fade_out: Fade
    loop: bool
    label: str = field(compare=False)
    media: MediaFile = field(compare=False)

    def content(self) -> tuple[object, ...]:
        """Everything about it that can be heard."""
        return astuple(self)[:-2]


def sample_at(frame: int, rate: Ratio) -> int:
    """The sample at the beginning of a frame."""
    return nearest(frame / rate.fraction * SAMPLE_RATE)


def pieces(timeline: Timeline, media: Mapping[str, MediaFile]) -> tuple[Piece, ...]:
    """Everything that sounds while there is a picture.

    Raises InvalidInput naming the clip or sound whose file is not in `media`.
    """
    found = [*_of_clips(timeline, media)]
    for bus, tracks in ((Bus.VOICE, timeline.voice), (Bus.MUSIC, timeline.music)):
        for track in tracks:
            if not track.muted:
                found += _of_track(timeline, track, bus, media)
    return tuple(piece for piece in found if piece.start < piece.end)


def sound_key(timeline: Timeline, media: Mapping[str, MediaFile], audio_kbps: int) -> str:
    """A hash of all that reaches the sound; "" for a timeline without any.

    Raises InvalidInput as `pieces` does.
    """
    heard = pieces(timeline, media)
    if not heard:
        return ""
    length = sample_at(timeline.length, timeline.rate)
    said = (VERSION, audio_kbps, length, astuple(timeline.mix), [one.content() for one in heard])
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _of_clips(timeline: Timeline, media: Mapping[str, MediaFile]) -> Iterator[Piece]:
    spans = list(placed(timeline.picture.items))
    for number, (span, item) in enumerate(spans):
        if not isinstance(item, Clip) or item.gain_db is None or item.length <= 0:
            continue
        label = f"clip {item.name or item.id}"
        pane, file = _first_video(item, media, label)
        if file is None or pane is None:
            continue
        start, fade_in = _entry(span, item, timeline.rate)
        after = spans[number + 1][1] if number + 1 < len(spans) else None
        end, fade_out = _exit(span, after, timeline.rate)
        first = sample_at(span.start, timeline.rate)
        yield Piece(
            Bus.CLIP,
            start,
            end,
            file.sha256,
            _source(pane.source_start, pane.speed, timeline.rate) + start - first,
            pane.speed,
            item.gain_db,
            fade_in,
            fade_out,
            False,
            label,
            file,
        )


def _of_track(
    timeline: Timeline, track: SoundTrack, bus: Bus, media: Mapping[str, MediaFile]
) -> Iterator[Piece]:
    for span, item in placed(track.items):
        if not isinstance(item, Sound) or item.length <= 0 or span.start >= timeline.length:
            continue
        label = f"sound {item.name or item.id}"
        first, last = (sample_at(frame, timeline.rate) for frame in (span.start, span.end))
        start, fade_in = (first, NO_FADE) if first == 0 else (first - SEAM // 2, Fade(SEAM, True))
        end, fade_out = last + SEAM // 2, Fade(SEAM, True)
        if item.fade_in:
            full = sample_at(span.start + item.fade_in, timeline.rate)
            start, fade_in = first, Fade(full - first)
        if item.fade_out:
            full = sample_at(span.end - item.fade_out, timeline.rate)
            end, fade_out = last, Fade(last - full)
        yield Piece(
            bus,
            start,
            end,
            _file(media, item.asset_id, label).sha256,
            _source(item.source_start, ONE, timeline.rate) + start - first,
            ONE,
            item.gain_db + track.gain_db,
            fade_in,
            fade_out,
            item.loop,
            label,
            _file(media, item.asset_id, label),
        )


def _entry(span: Span, clip: Clip, rate: Ratio) -> tuple[int, Fade]:
    """Where a clip's sound begins and how: across its transition, or at a seam."""
    at = sample_at(span.start, rate)
    if clip.transition is None:
        return (0, NO_FADE) if at == 0 else (at - SEAM // 2, Fade(SEAM, True))
    over = transition_span(span.start, clip.transition)
    start, full = (sample_at(frame, rate) for frame in (over.start, over.end))
    return start, Fade(full - start)


def _exit(span: Span, after: PictureItem | None, rate: Ratio) -> tuple[int, Fade]:
    """Where a clip's sound ends and how: across the transition into the next, or at a seam."""
    if isinstance(after, Gap) or after is None or after.transition is None:
        return sample_at(span.end, rate) + SEAM // 2, Fade(SEAM, True)
    over = transition_span(span.end, after.transition)
    full, end = (sample_at(frame, rate) for frame in (over.start, over.end))
    return end, Fade(end - full)


def _first_video(
    clip: Clip, media: Mapping[str, MediaFile], label: str
) -> tuple[Pane | None, MediaFile | None]:
    for pane in clip.panes:
        if pane.media.kind is MediaKind.ASSET:
            file = _file(media, pane.media.asset_id, label)
            if file.facts.kind is AssetKind.VIDEO:
                return pane, file
    return None, None


def _file(media: Mapping[str, MediaFile], asset_id: str, label: str) -> MediaFile:
    if asset_id not in media:
        raise InvalidInput(label, f"is missing: file {asset_id!r} is not in the library")
    return media[asset_id]


def _source(source_start: int, speed: Ratio, rate: Ratio) -> int:
    """The sample of a file, after the change of speed, at a point given in timeline frames."""
    return nearest(Fraction(source_start) / rate.fraction / speed.fraction * SAMPLE_RATE)

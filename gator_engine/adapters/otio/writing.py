"""Our timeline as OpenTimelineIO objects that other editors understand.

Every range is in the timeline's own rate: tools that convert .otio to EDL or XML refuse others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any
from urllib.parse import quote

from opentimelineio import opentime, schema

from gator_engine.domain.timeline import (
    Clip,
    Gap,
    Item,
    Media,
    MediaKind,
    Overlay,
    Sound,
    SoundTrack,
    Timeline,
)
from gator_engine.domain.video.time import ONE, Ratio
from gator_engine.domain.video.transitions import Transition, TransitionKind

KEY, LAYOUT_VERSION = "gator", 1
DISSOLVES = (TransitionKind.CROSSFADE, TransitionKind.DISSOLVE)
CUSTOM = "Custom_Transition"


def to_otio(timeline: Timeline, title: str, names: Mapping[str, str]) -> schema.Timeline:
    """The whole timeline; `names` are file names by asset id."""
    writer = _Writer(timeline.rate, names)
    made = schema.Timeline(
        name=title,
        global_start_time=writer.time(0),
        metadata={KEY: {"version": LAYOUT_VERSION, "timeline": plain(timeline)}},
    )
    made.tracks.append(writer.track("Picture", timeline.picture.items, "picture"))
    for number, over in enumerate(timeline.overlays, 1):
        made.tracks.append(writer.track(over.name or f"Overlay {number}", over.items, "overlay"))
    for role, tracks in (("voice", timeline.voice), ("music", timeline.music)):
        for number, sounds in enumerate(tracks, 1):
            made.tracks.append(writer.sounds(sounds, role, number))
    for marker in timeline.markers:
        made.tracks.markers.append(
            schema.Marker(
                name=marker.name,
                marked_range=writer.range(marker.frame, 0),
                color=schema.MarkerColor.YELLOW,
                metadata={KEY: {"colour": marker.colour}},
            )
        )
    return made


def plain(value: Any) -> Any:
    """Dataclasses, enums and tuples as JSON knows them."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return str(value) if isinstance(value, str) else value  # Enums are strings to us alone.


def outline_of(timeline: Any) -> list[Any]:
    """What stands where: tells whether a file was changed after we wrote it. Where media lie, and
    how things are called, is left out: tools relink and rename."""
    return [
        (track.kind, [_outline_of_item(item) for item in track])
        for track in timeline.tracks
        if isinstance(track, schema.Track)
    ]


def _outline_of_item(item: Any) -> tuple[Any, ...]:
    kind = type(item).__name__
    if isinstance(item, schema.Transition):
        return kind, _numbers(item.in_offset), _numbers(item.out_offset)
    span = item.source_range
    ranges = (_numbers(span.start_time), _numbers(span.duration)) if span else ()
    warps = [
        effect.time_scalar
        for effect in getattr(item, "effects", ())
        if isinstance(effect, schema.LinearTimeWarp)
    ]
    return kind, ranges, warps, getattr(item, "enabled", True)


def _numbers(time: opentime.RationalTime) -> tuple[float, float]:
    return time.value, time.rate


class _Writer:
    def __init__(self, rate: Ratio, names: Mapping[str, str]) -> None:
        self._rate, self._names = float(rate.fraction), names

    def time(self, frames: int) -> opentime.RationalTime:
        return opentime.RationalTime(frames, self._rate)

    def range(self, start: int, length: int) -> opentime.TimeRange:
        return opentime.TimeRange(self.time(start), self.time(length))

    def track(self, name: str, items: tuple[Any, ...], role: str) -> schema.Track:
        made = schema.Track(name=name, kind=schema.TrackKind.Video, metadata={KEY: {"role": role}})
        for item in items:
            if isinstance(item, Clip) and item.transition is not None:
                made.append(self._transition(item.transition))
            made.append(self._item(item))
        return made

    def sounds(self, track: SoundTrack, role: str, number: int) -> schema.Track:
        about = {"role": role, "gain_db": track.gain_db, "muted": track.muted}
        made = schema.Track(
            name=track.name or f"{role.capitalize()} {number}",
            kind=schema.TrackKind.Audio,
            metadata={KEY: about},
        )
        made.enabled = not track.muted
        for item in track.items:
            made.append(self._item(item))
        return made

    def _transition(self, transition: Transition) -> schema.Transition:
        dissolve = transition.kind in DISSOLVES
        return schema.Transition(
            name=transition.kind.value,
            transition_type=schema.TransitionTypes.SMPTE_Dissolve if dissolve else CUSTOM,
            in_offset=self.time(transition.before),
            out_offset=self.time(transition.after),
            metadata={KEY: plain(transition)},
        )

    def _item(self, item: Item) -> schema.Gap | schema.Clip:
        match item:
            case Gap():
                return schema.Gap(source_range=self.range(0, item.length))
            case Clip():
                pane = item.panes[0]
                start, media, speed = pane.source_start, pane.media, pane.speed
            case Overlay():
                start, media, speed = 0, item.media, ONE
            case Sound():
                start, media, speed = (
                    item.source_start,
                    Media(MediaKind.ASSET, item.asset_id),
                    ONE,
                )
        made = schema.Clip(
            name=item.name or self._named(media) or item.id,
            media_reference=self._media(media),
            source_range=self.range(start, item.length),
            metadata={KEY: plain(item)},
        )
        if speed != ONE:
            warp = schema.LinearTimeWarp(name="Speed", time_scalar=float(speed.fraction))
            made.effects.append(warp)
        return made

    def _named(self, media: Media) -> str:
        match media.kind:
            case MediaKind.ASSET:
                return self._names.get(media.asset_id, "")
            case MediaKind.TITLE if media.title:
                return media.title.heading
            case _:
                return ""

    def _media(self, media: Media) -> Any:
        match media.kind:
            case MediaKind.ASSET:
                name = self._names.get(media.asset_id, media.asset_id)
                about = {KEY: {"asset_id": media.asset_id}}
                return schema.ExternalReference(target_url=quote(name), metadata=about)
            case MediaKind.COLOUR:
                return schema.GeneratorReference(
                    "Colour", "SolidColor", parameters={"color": media.colour}
                )
            case MediaKind.TITLE:
                words = media.title.heading if media.title else ""
                return schema.GeneratorReference("Title", "Text", parameters={"text": words})

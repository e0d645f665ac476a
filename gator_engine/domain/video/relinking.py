"""The same timeline over other files: after an import, or when a file was made anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gator_engine.domain.timeline import (
    Clip,
    Gap,
    Media,
    MediaKind,
    Overlay,
    OverlayTrack,
    PictureTrack,
    Sound,
    SoundTrack,
    Timeline,
)


def relinked(timeline: Timeline, files: Mapping[str, str]) -> Timeline:
    """The timeline with these asset ids in place of others (old → new)."""

    def media(was: Media) -> Media:
        known = was.kind is MediaKind.ASSET and was.asset_id in files
        return replace(was, asset_id=files[was.asset_id]) if known else was

    def clip(was: Clip) -> Clip:
        return replace(was, panes=tuple(replace(p, media=media(p.media)) for p in was.panes))

    def overlay(was: Overlay | Gap) -> Overlay | Gap:
        return replace(was, media=media(was.media)) if isinstance(was, Overlay) else was

    def sound(was: Sound | Gap) -> Sound | Gap:
        if isinstance(was, Gap):
            return was
        return replace(was, asset_id=files.get(was.asset_id, was.asset_id))

    def sounds(tracks: tuple[SoundTrack, ...]) -> tuple[SoundTrack, ...]:
        return tuple(replace(track, items=tuple(map(sound, track.items))) for track in tracks)

    items = (clip(item) if isinstance(item, Clip) else item for item in timeline.picture.items)
    return replace(
        timeline,
        picture=PictureTrack(tuple(items)),
        overlays=tuple(
            OverlayTrack(tuple(map(overlay, track.items)), track.name)
            for track in timeline.overlays
        ),
        voice=sounds(timeline.voice),
        music=sounds(timeline.music),
    )

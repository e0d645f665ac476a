"""Timelines of other editors: cuts, times and tracks, and remarks on the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import isfinite
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from opentimelineio import exceptions, opentime, schema
from pydantic import TypeAdapter, ValidationError

from gator_engine.adapters.otio.guarding import FIELD
from gator_engine.adapters.otio.writing import KEY
from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.timeline import (
    Clip,
    Gap,
    Layout,
    Marker,
    Media,
    MediaKind,
    Overlay,
    OverlayTrack,
    Pane,
    PictureTrack,
    Sound,
    SoundTrack,
    Timeline,
)
from gator_engine.domain.video.checks import FASTEST, MOST_CLIPS, MOST_TRACKS, SLOWEST
from gator_engine.domain.video.time import ONE, RATES, Ratio
from gator_engine.domain.video.transitions import Transition, TransitionKind
from gator_engine.errors import InvalidInput

MOST_REMARKS, LONGEST = 100, 200
_CLIP, _TRANSITION = TypeAdapter(Clip), TypeAdapter(Transition)


class ForeignReader:
    """Reads one file; `own` is what we once wrote into it, for what other tools leave alone."""

    def __init__(self, found: Any, own: Timeline | None) -> None:
        self._found, self._own = found, own
        self._remarks: dict[str, None] = {}
        self._rate = own.rate if own else self._rate_of_file()
        self._count = 0

    def remarks(self) -> tuple[str, ...]:
        """What was not taken over, one line each; the last says when there are more."""
        said = tuple(self._remarks)
        more = f"{len(said) - MOST_REMARKS} more remarks."
        return said if len(said) <= MOST_REMARKS else (*said[:MOST_REMARKS], more)

    def timeline(self) -> Timeline:
        """The timeline. Raises InvalidInput for times that no timeline could have."""
        made = replace(self._own or Timeline(aspect=AspectRatio.WIDE), rate=self._rate)
        if self._own is None:
            self._remark("The shape of its frame is not said; 16:9 is taken.")
        picture: PictureTrack | None = None
        overlays, voice, music = list[OverlayTrack](), list[SoundTrack](), list[SoundTrack]()
        for track in self._found.tracks:
            if not isinstance(track, schema.Track):
                self._remark(f"{_shown(track)} lies beside the tracks and is left out.")
            elif track.kind == schema.TrackKind.Audio:
                into = voice if _about(track).get("role") == "voice" else music
                into.append(self._sounds(track))
            elif track.kind != schema.TrackKind.Video:
                self._remark(f"Track {_shown(track)} is of a kind we do not know.")
            elif picture is None:
                picture = PictureTrack(tuple(self._pictures(track)))
            else:
                overlays.append(self._overlays(track))
        for kind, tracks in (("overlay", overlays), ("voice", voice), ("music", music)):
            if len(tracks) > MOST_TRACKS:
                self._remark(f"{len(tracks) - MOST_TRACKS} {kind} tracks too many are left out.")
        return replace(
            made,
            picture=picture or PictureTrack(),
            overlays=tuple(overlays[:MOST_TRACKS]),
            voice=tuple(voice[:MOST_TRACKS]),
            music=tuple(music[:MOST_TRACKS]),
            markers=tuple(self._markers()),
        )

    # ------------------------------------------------------------------ tracks

    def _pictures(self, track: schema.Track) -> Iterator[Clip | Gap]:
        change: Transition | None = None
        before: int | None = None
        for item in self._items(track):
            if isinstance(item, schema.Transition):
                change = self._transition(item)
                continue
            length = self._length(item)
            if length == 0:
                continue
            if isinstance(item, schema.Clip) and item.enabled:
                clip = self._clip(item, length)
                yield replace(clip, transition=self._fitting(change, before, clip))
            else:
                yield self._gap(item, length)
            change, before = None, length

    def _overlays(self, track: schema.Track) -> OverlayTrack:
        made = list[Overlay | Gap]()
        for item in self._items(track):
            if isinstance(item, schema.Transition):
                self._remark(f"A transition on track {_shown(track)} is left out.")
            elif not (length := self._length(item)):
                continue
            elif isinstance(item, schema.Clip) and item.enabled:
                media = self._media(item)
                if media.kind is MediaKind.COLOUR:
                    made.append(self._gap(item, length))
                    continue
                fade = min(8, length)
                made.append(Overlay(self._id("o"), length, media, fade=fade, name=_shown(item)))
            else:
                made.append(self._gap(item, length))
        return OverlayTrack(tuple(made), _shown(track))

    def _sounds(self, track: schema.Track) -> SoundTrack:
        made = list[Sound | Gap]()
        for item in self._items(track):
            if isinstance(item, schema.Transition):
                self._remark(f"A transition on track {_shown(track)} is left out.")
            elif not (length := self._length(item)):
                continue
            elif isinstance(item, schema.Clip) and item.enabled:
                asset_id = self._media(item).asset_id
                if not asset_id:
                    self._remark(f"{_shown(item)} has no sound file and is silent.")
                    made.append(Gap(length))
                    continue
                start = self._source_start(item)
                made.append(Sound(self._id("s"), length, asset_id, start, name=_shown(item)))
                self._speed(item, sound=True)
            else:
                made.append(self._gap(item, length))
        return SoundTrack(tuple(made), muted=not track.enabled, name=_shown(track))

    def _items(self, track: schema.Track) -> Iterator[Any]:
        for number, item in enumerate(track):
            if number > 4 * MOST_CLIPS:
                raise InvalidInput(
                    FIELD, f"track {_shown(track)} is too long", f"{MOST_CLIPS} clips"
                )
            yield item

    def _markers(self) -> Iterator[Marker]:
        for marker in self._found.tracks.markers:
            frame = self._frames(marker.marked_range.start_time)
            if frame >= 0:
                yield Marker(frame, _shown(marker))

    # ------------------------------------------------------------------ items

    def _clip(self, item: schema.Clip, length: int) -> Clip:
        media, start = self._media(item), self._source_start(item)
        ours = self._ours(item)
        if ours is not None and ours.panes[0].media == media:
            pane = replace(ours.panes[0], source_start=start)
            return replace(ours, panes=(pane, *ours.panes[1:]), id=self._id("c"), length=length)
        speed = self._speed(item)
        pane = Pane(media, start, speed)
        gain = 0.0 if media.kind is MediaKind.ASSET else None
        return Clip(self._id("c"), length, (pane,), Layout.SINGLE, None, gain, _shown(item))

    def _ours(self, item: schema.Clip) -> Clip | None:
        if self._own is None:
            return None
        try:
            return _CLIP.validate_python(_about(item))
        except ValidationError:
            return None

    def _gap(self, item: Any, length: int) -> Gap:
        if isinstance(item, schema.Gap):
            return Gap(length)
        why = "is switched off" if isinstance(item, schema.Clip) else "holds tracks of its own"
        self._remark(f"{_shown(item)} {why}: a gap takes its place.")
        return Gap(length)

    def _media(self, item: schema.Clip) -> Media:
        reference = item.media_reference
        if isinstance(reference, schema.ExternalReference):
            known = _about(reference).get("asset_id") if self._own else None
            name = PurePosixPath(unquote(urlsplit(reference.target_url).path)).name
            return Media(MediaKind.ASSET, _clean(str(known or name or _shown(item))))
        if isinstance(reference, schema.GeneratorReference):
            ours = self._ours(item)
            if ours is not None:
                return ours.panes[0].media
            self._remark(f"{_shown(item)} is made by the other editor: black takes its place.")
            return Media(MediaKind.COLOUR)
        if isinstance(reference, schema.ImageSequenceReference):
            self._remark(f"{_shown(item)} is a sequence of pictures: black takes its place.")
            return Media(MediaKind.COLOUR)
        self._remark(f"{_shown(item)} names no file.")
        return Media(MediaKind.ASSET, _shown(item))

    def _source_start(self, item: schema.Clip) -> int:
        """From the beginning of the file, whose own timecode may begin anywhere."""
        start = item.trimmed_range().start_time
        reference = item.media_reference
        there = reference.available_range if reference is not None else None
        if there is not None:
            start -= there.start_time
        frame = self._frames(start)
        if frame < 0:
            self._remark(f"{_shown(item)} begins before its file does; it begins with it.")
        return max(0, frame)

    def _speed(self, item: schema.Clip, *, sound: bool = False) -> Ratio:
        speed = ONE
        for effect in item.effects:
            if type(effect) is schema.LinearTimeWarp and not sound:
                exact = Fraction(effect.time_scalar).limit_denominator(1000)
                if SLOWEST <= exact <= FASTEST:
                    speed = Ratio.of(exact)
                    continue
            self._remark(f"An effect on {_shown(item)} is left out ({type(effect).__name__}).")
        return speed

    def _transition(self, item: schema.Transition) -> Transition | None:
        before, after = self._frames(item.in_offset), self._frames(item.out_offset)
        length = before + after
        if min(before, after) < 0 or length < 1:
            self._remark("A transition without length is left out.")
            return None
        try:
            ours = _TRANSITION.validate_python(_about(item)) if self._own else None
        except ValidationError:
            ours = None
        made = replace(ours or Transition(TransitionKind.CROSSFADE), length=length)
        if ours is None and item.transition_type != schema.TransitionTypes.SMPTE_Dissolve:
            self._remark(f"A transition “{_shown(item)}” becomes a crossfade.")
        if made.before != before:
            self._remark("A transition that was not centred on its cut is centred now.")
        return made

    def _fitting(
        self, change: Transition | None, before: int | None, clip: Clip
    ) -> Transition | None:
        if change is None:
            return None
        if before is None:
            self._remark("A transition with nothing before it is left out.")
            return None
        length = min(change.length, 2 * (before // 2) + 1, 2 * (clip.length // 2))
        if length < change.length:
            self._remark("A transition longer than half a clip beside it is shortened.")
        return replace(change, length=length) if length >= 1 else None

    # ------------------------------------------------------------------ times and words

    def _length(self, item: Any) -> int:
        """Frames of an item; 0 (with a remark) for one that has none."""
        try:
            length = self._frames(item.trimmed_range().duration)
        except exceptions.CannotComputeAvailableRangeError:
            length = 0
        if length < 1:
            self._remark(f"{_shown(item)} has no length and is left out.")
        return max(0, length)

    def _frames(self, time: opentime.RationalTime) -> int:
        if not (isfinite(time.value) and isfinite(time.rate) and time.rate > 0):
            raise InvalidInput(FIELD, "holds a time that is none")
        exact = Fraction(time.value) / _exact(time.rate).fraction * self._rate.fraction
        if abs(exact) > 10**9:
            raise InvalidInput(FIELD, "holds a time far out of bounds")
        return round(exact)

    def _rate_of_file(self) -> Ratio:
        """The rate of its first clip on a video track, else of anything."""
        tracks = [track for track in self._found.tracks if isinstance(track, schema.Track)]
        tracks.sort(key=lambda track: track.kind != schema.TrackKind.Video)
        for track in tracks:
            for item in track:
                span = getattr(item, "source_range", None)
                if span is not None and isfinite(span.duration.rate) and span.duration.rate >= 1:
                    return _exact(span.duration.rate)
        return RATES["30"]

    def _id(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def _remark(self, said: str) -> None:
        self._remarks[said] = None


def _exact(rate: float) -> Ratio:
    """The exact rate that a floating one stands for: 29.97 is 30000/1001."""
    for known in RATES.values():
        if abs(rate - float(known.fraction)) < 0.005:
            return known
    return Ratio.of(Fraction(rate).limit_denominator(1001))


def _about(thing: Any) -> dict[str, Any]:
    found = _plain(thing.metadata.get(KEY))
    return found if isinstance(found, dict) else {}


def _plain(value: Any) -> Any:
    """OpenTimelineIO's own containers as Python's."""
    if hasattr(value, "items"):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return value
    return [_plain(each) for each in value]


def _shown(thing: Any) -> str:
    return _clean(str(getattr(thing, "name", "") or type(thing).__name__))


def _clean(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())[:LONGEST]

"""Edits of what lies beside the picture track: overlays, voice and music, captions, markers, mix.

Overlays and sounds stand at frames of the timeline. One that finds its track taken goes to the next
with room, or to a new one. Every edit raises InvalidInput naming the item; then nothing changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import overload

from gator_engine.domain.timeline import (
    Gap,
    Marker,
    Overlay,
    OverlayTrack,
    Sound,
    SoundTrack,
    Timeline,
)
from gator_engine.domain.video._items import (
    Placed,
    checked,
    free,
    fresh_ids,
    packed,
    spread,
    whole,
)
from gator_engine.domain.video.captions import Captions, CaptionStyle, Cue
from gator_engine.domain.video.checks import sounds_of
from gator_engine.domain.video.sound import Mix
from gator_engine.errors import InvalidInput

Lanes = list[list[tuple[int, Placed]]]


class Role(StrEnum):
    """What a sound is for."""

    VOICE = "voice"
    MUSIC = "music"


# ------------------------------------------------------------------ overlays


def add_overlay(timeline: Timeline, overlay: Overlay, at: int) -> Timeline:
    """Lay a title or picture over the frames from `at` on; an empty or taken id is given anew."""
    taken = {each.id for lane in _overlay_lanes(timeline) for _, each in lane}
    new = _with_own_id(overlay, "o", taken)
    return _with_overlays(timeline, _added(_overlay_lanes(timeline), new, at))


def move_overlay(timeline: Timeline, overlay_id: str, to: int) -> Timeline:
    """Let it begin at another frame."""
    lanes, _, overlay = _taken_out(_overlay_lanes(timeline), overlay_id, "overlay")
    return _with_overlays(timeline, _added(lanes, overlay, to))


def trim_overlay(timeline: Timeline, overlay_id: str, at: int, length: int) -> Timeline:
    """Let it begin at a frame and last so long; its fade is never longer than that."""
    lanes, _, overlay = _taken_out(_overlay_lanes(timeline), overlay_id, "overlay")
    whole(f"overlay {overlay_id}", "its length", length)
    shorter = replace(overlay, length=length, fade=min(overlay.fade, max(0, length)))
    return _with_overlays(timeline, _added(lanes, shorter, at))


def change_overlay(timeline: Timeline, changed: Overlay) -> Timeline:
    """Another content or look for the overlay of that id; it begins where it did."""
    lanes, at, _ = _taken_out(_overlay_lanes(timeline), changed.id, "overlay")
    return _with_overlays(timeline, _added(lanes, changed, at))


def remove_overlay(timeline: Timeline, overlay_id: str) -> Timeline:
    """Take it away; the others stay where they are."""
    lanes, _, _ = _taken_out(_overlay_lanes(timeline), overlay_id, "overlay")
    return _with_overlays(timeline, lanes)


# ------------------------------------------------------------------ voice and music


def add_sound(timeline: Timeline, role: Role, sound: Sound, at: int) -> Timeline:
    """Let a sound begin at a frame; an empty or taken id is given anew."""
    taken = {each.id for each in sounds_of((*timeline.voice, *timeline.music))}
    new = _with_own_id(sound, "s", taken)
    return _with_sounds(timeline, role, _added(_sound_lanes(timeline, role), new, at))


def move_sound(timeline: Timeline, sound_id: str, to: int) -> Timeline:
    """Let it begin at another frame."""
    role = _role_of(timeline, sound_id)
    lanes, _, sound = _taken_out(_sound_lanes(timeline, role), sound_id, "sound")
    return _with_sounds(timeline, role, _added(lanes, sound, to))


def trim_sound(timeline: Timeline, sound_id: str, start: int, end: int) -> Timeline:
    """Take frames off its beginning and end (negative: give back); what stays sounds when it did.

    Raises InvalidInput when the file has nothing earlier.
    """
    role = _role_of(timeline, sound_id)
    lanes, at, sound = _taken_out(_sound_lanes(timeline, role), sound_id, "sound")
    for by in (start, end):
        whole(f"sound {sound_id}", "the number of frames", by)
    if sound.source_start + start < 0:
        problem = f"has {sound.source_start} frames before its beginning"
        raise InvalidInput(f"sound {sound_id}", problem)
    length = sound.length - start - end
    shorter = replace(sound, length=length, source_start=sound.source_start + start)
    return _with_sounds(timeline, role, _added(lanes, shorter, at + start))


def change_sound(timeline: Timeline, changed: Sound) -> Timeline:
    """Another gain, fades, loop, file or words for the sound of that id."""
    role = _role_of(timeline, changed.id)
    lanes, at, _ = _taken_out(_sound_lanes(timeline, role), changed.id, "sound")
    return _with_sounds(timeline, role, _added(lanes, changed, at))


def remove_sound(timeline: Timeline, sound_id: str) -> Timeline:
    """Take it away; the others stay where they are."""
    role = _role_of(timeline, sound_id)
    lanes, _, _ = _taken_out(_sound_lanes(timeline, role), sound_id, "sound")
    return _with_sounds(timeline, role, lanes)


def set_track(
    timeline: Timeline, role: Role, number: int, *, gain_db: float, muted: bool = False
) -> Timeline:
    """How loud a whole track is (numbers from 0)."""
    tracks = list(_tracks(timeline, role))
    if not 0 <= number < len(tracks):
        raise InvalidInput(role.value, f"has no track {number}", f"{len(tracks)} tracks")
    tracks[number] = replace(tracks[number], gain_db=gain_db, muted=muted)
    return checked(_with_tracks(timeline, role, tuple(tracks)))


def set_mix(timeline: Timeline, mix: Mix) -> Timeline:
    """Ducking, loudness and peak of the whole."""
    return checked(replace(timeline, mix=mix))


# ------------------------------------------------------------------ captions and markers


def set_captions(timeline: Timeline, captions: Captions) -> Timeline:
    """Other captions, words and look together (`caption_edits` changes single ones)."""
    return checked(replace(timeline, captions=captions))


def set_cues(timeline: Timeline, cues: Sequence[Cue]) -> Timeline:
    """Other words in the same look; they are put in order."""
    ordered = tuple(sorted(cues, key=lambda cue: cue.start))
    return set_captions(timeline, replace(timeline.captions, cues=ordered))


def set_caption_look(
    timeline: Timeline,
    style: CaptionStyle,
    *,
    burned: bool | None = None,
    safe_zone: str | None = None,
) -> Timeline:
    """Another look for the same words; None leaves a setting as it is."""
    was = timeline.captions
    return set_captions(
        timeline,
        replace(
            was,
            style=style,
            burned=was.burned if burned is None else burned,
            safe_zone=was.safe_zone if safe_zone is None else safe_zone,
        ),
    )


def add_marker(timeline: Timeline, marker: Marker) -> Timeline:
    """Name a frame; one that is named already gets the new name."""
    others = [each for each in timeline.markers if each.frame != marker.frame]
    return set_markers(timeline, [*others, marker])


def remove_marker(timeline: Timeline, frame: int) -> Timeline:
    """Forget the marker at a frame, if there is one."""
    return set_markers(timeline, [each for each in timeline.markers if each.frame != frame])


def set_markers(timeline: Timeline, markers: Sequence[Marker]) -> Timeline:
    """Other markers; they are put in order."""
    ordered = tuple(sorted(markers, key=lambda marker: marker.frame))
    return checked(replace(timeline, markers=ordered))


# ------------------------------------------------------------------ inside


@overload
def _with_own_id(item: Overlay, letter: str, taken: set[str]) -> Overlay: ...
@overload
def _with_own_id(item: Sound, letter: str, taken: set[str]) -> Sound: ...
def _with_own_id(item: Overlay | Sound, letter: str, taken: set[str]) -> Overlay | Sound:
    if item.id and item.id not in taken:
        return item
    return replace(item, id=next(fresh_ids(letter, taken)))


def _added(lanes: Lanes[Placed], item: Placed, at: int) -> Lanes[Placed]:
    """The lanes with an item on the first that has room for it there, else on a new one."""
    kind = item.kind
    whole(f"{kind} {item.id}", "its place", at)
    whole(f"{kind} {item.id}", "its length", item.length)
    if at < 0 or item.length < 1:
        problem = f"would begin at {at} and last {item.length} frames"
        raise InvalidInput(f"{kind} {item.id}", problem, "from 0, 1 or more")
    changed = [list(lane) for lane in lanes]
    for lane in changed:
        if free(lane, at, item.length):
            lane.append((at, item))
            return changed
    changed.append([(at, item)])
    return changed


def _taken_out(lanes: Lanes[Placed], item_id: str, kind: str) -> tuple[Lanes[Placed], int, Placed]:
    changed = [list(lane) for lane in lanes]
    for lane in changed:
        for place, (at, item) in enumerate(lane):
            if item.id == item_id:
                del lane[place]
                return changed, at, item
    raise InvalidInput(f"{kind} {item_id}", "is not there")


def _overlay_lanes(timeline: Timeline) -> Lanes[Overlay]:
    return [spread(track.items) for track in timeline.overlays]


def _with_overlays(timeline: Timeline, lanes: Lanes[Overlay]) -> Timeline:
    """Tracks at the end that hold nothing any more go."""
    names = [track.name for track in timeline.overlays]
    tracks = [
        OverlayTrack(packed(lane), names[n] if n < len(names) else "")
        for n, lane in enumerate(lanes)
    ]
    while tracks and not tracks[-1].items:
        tracks.pop()
    return checked(replace(timeline, overlays=tuple(tracks)))


def _tracks(timeline: Timeline, role: Role) -> tuple[SoundTrack, ...]:
    return timeline.voice if role is Role.VOICE else timeline.music


def _with_tracks(timeline: Timeline, role: Role, tracks: tuple[SoundTrack, ...]) -> Timeline:
    if role is Role.VOICE:
        return replace(timeline, voice=tracks)
    return replace(timeline, music=tracks)


def _sound_lanes(timeline: Timeline, role: Role) -> Lanes[Sound]:
    return [spread(track.items) for track in _tracks(timeline, role)]


def _with_sounds(timeline: Timeline, role: Role, lanes: Lanes[Sound]) -> Timeline:
    known = _tracks(timeline, role)
    tracks = [
        replace(known[n] if n < len(known) else SoundTrack(), items=packed(lane))
        for n, lane in enumerate(lanes)
    ]
    while tracks and not tracks[-1].items:
        tracks.pop()
    return checked(_with_tracks(timeline, role, tuple(tracks)))


def _role_of(timeline: Timeline, sound_id: str) -> Role:
    for role in Role:
        for track in _tracks(timeline, role):
            if any(not isinstance(i, Gap) and i.id == sound_id for i in track.items):
                return role
    raise InvalidInput(f"sound {sound_id}", "is not there")

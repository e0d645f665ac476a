"""What makes a timeline impossible to store or to render, named by clip.

`shape_problems` is what no edit may bring about; `timeline_problems` adds what only the files tell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite

from gator_engine.domain.assets import FileFacts
from gator_engine.domain.brand import TYPEFACES
from gator_engine.domain.timeline import (
    Clip,
    Gap,
    Media,
    MediaKind,
    Overlay,
    OverlayItem,
    Pane,
    PictureItem,
    Sound,
    SoundItem,
    SoundTrack,
    Timeline,
)
from gator_engine.domain.video._caption_checks import caption_problems
from gator_engine.domain.video._media_checks import media_problems
from gator_engine.domain.video.time import Ratio
from gator_engine.domain.video.titles import LONGEST_HEADING, LONGEST_LINE, Title
from gator_engine.errors import FieldProblem

MOST_CLIPS, MOST_TRACKS, MOST_MARKERS = 1000, 8, 20_000
LONGEST_S = 3 * 3600
SLOWEST_RATE, FASTEST_RATE = 1, 240
SLOWEST, FASTEST = 1 / 20, 20
QUIETEST_DB, LOUDEST_DB = -60.0, 24.0
SMALLEST_EDGE, LARGEST_EDGE = 16, 4096
LONGEST_NAME = 200
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_EDGE = 1 + 1e-9

Problems = Iterator[FieldProblem]


def timeline_problems(timeline: Timeline, media: Mapping[str, FileFacts]) -> list[FieldProblem]:
    """Everything that keeps it from being rendered; `media` are the files there are, by asset id.

    A video needs as much of its source as the clip shows, and beyond its ends what the transitions
    beside it show (its handles).
    """
    found = shape_problems(timeline)
    if not timeline.clips:
        found.append(FieldProblem("picture", "holds no clip"))
    return found or list(media_problems(timeline, media))


def shape_problems(timeline: Timeline) -> list[FieldProblem]:
    """What no timeline may be, whatever files it uses."""
    if (wrong := list(_frame_problems(timeline))) or (wrong := list(_length_problems(timeline))):
        return wrong  # Times mean nothing without these.
    found = [*_size_problems(timeline), *_id_problems(timeline)]
    for item in timeline.picture.items:
        if isinstance(item, Clip):
            found += _clip_problems(item)
    found += _transition_problems(timeline.picture.items)
    for overlay in _overlays(timeline):
        found += _overlay_problems(overlay)
    for name, tracks in (("voice", timeline.voice), ("music", timeline.music)):
        found += _sound_problems(name, tracks)
    found += _mix_problems(timeline)
    found += caption_problems(timeline.captions, timeline.rate, LONGEST_S)
    for marker in timeline.markers:
        if not _whole(marker.frame, 0):
            found.append(FieldProblem("markers", f"one stands at frame {marker.frame}", "from 0"))
        found += _colour_problems("markers", marker.colour)
    return found


def _frame_problems(timeline: Timeline) -> Problems:
    rate = timeline.rate
    if not _good_ratio(rate) or not SLOWEST_RATE <= rate.fraction <= FASTEST_RATE:
        limit = f"{SLOWEST_RATE}–{FASTEST_RATE} frames a second"
        yield FieldProblem("rate", f"is {rate.numerator}/{rate.denominator}", limit)
    for edge in timeline.frame or ():
        if not _whole(edge, SMALLEST_EDGE) or edge > LARGEST_EDGE or edge % 2:
            limit = f"even, {SMALLEST_EDGE}–{LARGEST_EDGE} pixels"
            yield FieldProblem("frame", f"has an edge of {edge}", limit)


def _length_problems(timeline: Timeline) -> Problems:
    lanes: list[tuple[str, Sequence[PictureItem | SoundItem | OverlayItem]]] = [
        ("picture", timeline.picture.items),
        *(("overlays", track.items) for track in timeline.overlays),
        *(("voice", track.items) for track in timeline.voice),
        *(("music", track.items) for track in timeline.music),
    ]
    for name, items in lanes:
        for item in items:
            if not _whole(item.length, 1):
                yield FieldProblem(named(item, name), f"is {item.length} frames long", "1 or more")
        if _too_long(sum(item.length for item in items if _whole(item.length, 1)), timeline.rate):
            yield FieldProblem(name, "is too long", f"{LONGEST_S // 3600} hours")


def _size_problems(timeline: Timeline) -> Problems:
    for name, tracks in (
        ("overlays", timeline.overlays),
        ("voice", timeline.voice),
        ("music", timeline.music),
    ):
        if len(tracks) > MOST_TRACKS:
            yield FieldProblem(name, f"has {len(tracks)} tracks", f"{MOST_TRACKS}")
        for track in tracks:
            if len(track.items) > 2 * MOST_CLIPS:
                yield FieldProblem(name, f"holds {len(track.items)} items", f"{2 * MOST_CLIPS}")
    if len(timeline.clips) > MOST_CLIPS:
        yield FieldProblem("picture", f"holds {len(timeline.clips)} clips", f"{MOST_CLIPS}")
    if len(timeline.markers) > MOST_MARKERS:
        yield FieldProblem("markers", f"there are {len(timeline.markers)}", f"{MOST_MARKERS}")


def _id_problems(timeline: Timeline) -> Problems:
    kinds: tuple[Iterable[Clip | Overlay | Sound], ...] = (
        timeline.clips,
        _overlays(timeline),
        sounds_of((*timeline.voice, *timeline.music)),
    )
    for items in kinds:
        for item in items:
            if not 1 <= len(item.id) <= 64:
                yield FieldProblem(named(item), "has no id, or one too long", "1–64 characters")
            if len(item.name) > LONGEST_NAME:
                yield FieldProblem(named(item), "has a name too long", f"{LONGEST_NAME}")
        for twice in (id for id, count in Counter(each.id for each in items).items() if count > 1):
            yield FieldProblem(f"id {twice}", "stands for more than one item")


def _clip_problems(clip: Clip) -> Problems:
    field = named(clip)
    if len(clip.panes) != clip.layout.panes:
        limit = f"{clip.layout.panes} for {clip.layout.value.replace('_', ' ')}"
        yield FieldProblem(field, f"has {len(clip.panes)} pictures", limit)
    for pane in clip.panes:
        yield from _pane_problems(field, pane)
    if clip.gain_db is not None:
        yield from _gain_problems(field, clip.gain_db)
    if clip.transition is not None:
        if not _whole(clip.transition.length, 1):
            length = clip.transition.length
            yield FieldProblem(field, f"has a transition of {length} frames", "1 or more")
        yield from _colour_problems(field, clip.transition.colour)


def _pane_problems(field: str, pane: Pane) -> Problems:
    yield from _media_shape(field, pane.media)
    if not _whole(pane.source_start, 0):
        problem = f"starts {pane.source_start} frames into its file"
        yield FieldProblem(field, problem, "from 0")
    if not _good_ratio(pane.speed) or not SLOWEST <= pane.speed.fraction <= FASTEST:
        speed = f"{pane.speed.numerator}/{pane.speed.denominator}"
        yield FieldProblem(field, f"has a speed of {speed}", f"{SLOWEST}–{FASTEST}")
    if not (0 <= pane.focus.x <= 1 and 0 <= pane.focus.y <= 1):
        yield FieldProblem(field, "has its point of interest outside the picture", "0–1")
    if (motion := pane.motion) is not None:
        if not (motion.start.valid and motion.end.valid):
            yield FieldProblem(field, "moves to where there is no picture", "inside it")
        if not (_whole(motion.skip, 0) and _whole(motion.over, 0)):
            yield FieldProblem(field, "has a motion of negative length", "from 0")
    yield from _colour_problems(field, pane.bars)


def _media_shape(field: str, media: Media) -> Problems:
    match media.kind:
        case MediaKind.ASSET if not media.asset_id:
            yield FieldProblem(field, "names no file")
        case MediaKind.COLOUR:
            yield from _colour_problems(field, media.colour)
        case MediaKind.TITLE if media.title is None:
            yield FieldProblem(field, "has no words")
        case MediaKind.TITLE if media.title is not None:
            yield from _title_problems(field, media.title)
        case _:
            pass


def _title_problems(field: str, title: Title) -> Problems:
    if not (title.heading.strip() or title.line.strip()):
        yield FieldProblem(field, "has no words")
    if len(title.heading) > LONGEST_HEADING:
        yield FieldProblem(field, "has a heading too long", f"{LONGEST_HEADING} characters")
    if len(title.line) > LONGEST_LINE:
        yield FieldProblem(field, "has a line too long", f"{LONGEST_LINE} characters")
    if title.typeface not in TYPEFACES:
        yield FieldProblem(field, f"asks for typeface {title.typeface!r}", ", ".join(TYPEFACES))
    for colour in (title.ink, title.ground, title.accent):
        yield from _colour_problems(field, colour)
    if not 0 <= title.ground_opacity <= 1:
        yield FieldProblem(field, f"has a ground opacity of {title.ground_opacity}", "0–1")


def _transition_problems(items: Sequence[PictureItem]) -> Problems:
    """A clip has to hold the second half of its transition and the first half of the next one."""
    before: PictureItem | None = None
    for number, item in enumerate(items):
        into = item.transition if isinstance(item, Clip) else None
        if into is not None and before is None:
            yield FieldProblem(named(item), "has a transition and nothing before it")
        if into is not None and before is not None and into.before > before.length:
            problem = f"takes {into.before} frames of its transition from an item of"
            yield FieldProblem(named(item), f"{problem} {before.length}")
        after = items[number + 1] if number + 1 < len(items) else None
        onward = after.transition if isinstance(after, Clip) else None
        taken = (into.after if into else 0) + (onward.before if onward else 0)
        if into is not None and taken > item.length:
            problem = f"is {item.length} frames long; its transitions take {taken}"
            yield FieldProblem(named(item), problem)
        before = item


def _overlay_problems(overlay: Overlay) -> Problems:
    field = named(overlay)
    yield from _media_shape(field, overlay.media)
    if overlay.media.kind is MediaKind.COLOUR:
        yield FieldProblem(field, "is a plain colour", "a title or a picture")
    left, top, width, height = overlay.box
    inside = left >= 0 and top >= 0 and left + width <= _EDGE and top + height <= _EDGE
    if not (inside and width > 0 and height > 0):
        yield FieldProblem(field, "stands outside the frame", "0–1")
    if not 0 <= overlay.opacity <= 1:
        yield FieldProblem(field, f"has an opacity of {overlay.opacity}", "0–1")
    if not _whole(overlay.fade, 0) or overlay.fade > overlay.length:
        problem = f"fades over {overlay.fade} frames"
        yield FieldProblem(field, problem, f"0–{overlay.length}")


def _sound_problems(name: str, tracks: Sequence[SoundTrack]) -> Problems:
    for track in tracks:
        yield from _gain_problems(name, track.gain_db)
    for sound in sounds_of(tracks):
        field = named(sound)
        if not sound.asset_id:
            yield FieldProblem(field, "names no file")
        if not _whole(sound.source_start, 0):
            yield FieldProblem(field, f"starts {sound.source_start} frames in", "from 0")
        yield from _gain_problems(field, sound.gain_db)
        if not (_whole(sound.fade_in, 0) and _whole(sound.fade_out, 0)):
            yield FieldProblem(field, "has a negative fade", "from 0")
        elif sound.fade_in + sound.fade_out > sound.length:
            yield FieldProblem(field, "fades for longer than it lasts", f"{sound.length} frames")


def _mix_problems(timeline: Timeline) -> Problems:
    mix = timeline.mix
    if mix.loudness is not None and not -70 <= mix.loudness <= 0:
        yield FieldProblem("mix", f"aims at {mix.loudness} LUFS", "-70–0")
    if not -20 <= mix.true_peak <= 0:
        yield FieldProblem("mix", f"has a true peak of {mix.true_peak} dB", "-20–0")
    duck = mix.ducking
    if not QUIETEST_DB <= duck.depth_db <= 0:
        yield FieldProblem("mix", f"ducks by {duck.depth_db} dB", f"{QUIETEST_DB:g}–0")
    if not all(0 <= time <= 10_000 for time in (duck.attack_ms, duck.hold_ms, duck.release_ms)):
        yield FieldProblem("mix", "has a ducking time out of bounds", "0–10000 ms")


def _gain_problems(field: str, gain_db: float) -> Problems:
    if not (isfinite(gain_db) and QUIETEST_DB <= gain_db <= LOUDEST_DB):
        yield FieldProblem(field, f"has a gain of {gain_db} dB", f"{QUIETEST_DB:g}–{LOUDEST_DB:g}")


def _colour_problems(field: str, colour: str) -> Problems:
    if not _COLOUR.fullmatch(colour):
        yield FieldProblem(field, f"has a colour of {colour[:20]!r}", "such as #1a2b3c")


def _too_long(frames: int, rate: Ratio) -> bool:
    return frames > LONGEST_S * rate.fraction


def _good_ratio(ratio: Ratio) -> bool:
    return _whole(ratio.numerator, 1) and _whole(ratio.denominator, 1)


def _whole(number: object, least: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= least


def _overlays(timeline: Timeline) -> list[Overlay]:
    items = (item for track in timeline.overlays for item in track.items)
    return [item for item in items if isinstance(item, Overlay)]


def sounds_of(tracks: Iterable[SoundTrack]) -> list[Sound]:
    """The sounds on the tracks, without the gaps."""
    return [item for track in tracks for item in track.items if isinstance(item, Sound)]


def named(item: Clip | Gap | Sound | Overlay, place: str = "picture") -> str:
    """How errors call an item: "clip c3", "sound s1", "gap (music)"."""
    return f"gap ({place})" if isinstance(item, Gap) else f"{item.kind} {item.id}"

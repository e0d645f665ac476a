"""Random timelines and random edits of them, for the tests that must hold for all."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st

from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.timeline import (
    Clip,
    Layout,
    Marker,
    Media,
    MediaKind,
    Overlay,
    Pane,
    Sound,
    Timeline,
)
from gator_engine.domain.video import editing, framing_edits, layers, retiming
from gator_engine.domain.video.captions import STYLES, Cue, Word
from gator_engine.domain.video.framing import Easing, Fit, Motion, Point, Rect
from gator_engine.domain.video.layers import Role
from gator_engine.domain.video.sound import Ducking, Mix
from gator_engine.domain.video.time import RATES, Ratio
from gator_engine.domain.video.titles import Title, TitleDesign
from gator_engine.domain.video.transitions import Direction, Transition, TransitionKind
from gator_engine.errors import InvalidInput

Edit = Callable[[Timeline], Timeline]

shares = st.floats(0, 1, allow_nan=False, width=32)
few = st.integers(-40, 120)
lengths = st.integers(-1, 90)
colours = st.sampled_from(["#000000", "#Ab12fF", "#123456", "#fedcba", "#ffffff", "red"])
files = st.sampled_from(["a1", "a2", "a3", "v1", "v2"])
clip_ids = st.sampled_from([f"c{n}" for n in range(1, 7)])
ratios = st.sampled_from([Ratio(1), Ratio(2), Ratio(1, 2), Ratio(3, 2), Ratio(0), Ratio(1, 0)])
titles = st.builds(
    Title,
    st.text("Aé漢🙂 ", max_size=8),
    st.text("b", max_size=3),
    st.sampled_from(TitleDesign),
    ground_opacity=shares,
)
media = st.one_of(
    st.builds(Media, st.just(MediaKind.ASSET), files),
    st.builds(Media, st.just(MediaKind.COLOUR), colour=colours),
    st.builds(Media, st.just(MediaKind.TITLE), title=st.none() | titles),
)
rects = st.builds(Rect, shares, shares, shares, shares)
good_rects = st.sampled_from([Rect(), Rect(0.1, 0.2, 0.5, 0.5), Rect(0.3, 0.0, 0.7, 0.9)])
motions = st.builds(Motion, good_rects, good_rects, st.sampled_from(Easing), st.just(0), st.just(0))
panes = st.builds(
    Pane,
    media,
    st.integers(0, 50),
    st.sampled_from([Ratio(1), Ratio(1), Ratio(2), Ratio(3, 2)]),
    st.sampled_from(Fit),
    st.builds(Point, shares, shares),
    st.none() | motions,
    colours,
)
transitions = st.builds(
    Transition,
    st.sampled_from(TransitionKind),
    st.integers(0, 30),
    st.sampled_from(Direction),
    colours,
    st.sampled_from(Easing),
)
clips = st.builds(
    Clip,
    st.sampled_from(["", "c1", "x"]),
    st.integers(0, 80),
    st.tuples(panes),
    transition=st.none() | transitions,
    gain_db=st.none() | st.floats(-20, 0),
)
overlays = st.builds(
    Overlay,
    st.sampled_from(["", "o1"]),
    lengths,
    media,
    st.tuples(shares, shares, shares, shares) | st.just((0.0, 0.0, 1.0, 1.0)),
    shares,
    st.integers(0, 12),
)
sounds = st.builds(
    Sound,
    st.sampled_from(["", "s1"]),
    lengths,
    files,
    st.integers(0, 20),
    st.floats(-70, 30),
    st.integers(0, 10),
    st.integers(0, 10),
    st.booleans(),
)


def _cue(identifier: str, start: int, length: int, words: int) -> Cue:
    each = max(1, length // max(1, words))
    spoken = tuple(Word(f"w{n}", start + n * each, each) for n in range(words))
    return Cue(identifier, start, length, spoken)


cues = st.lists(
    st.builds(_cue, st.sampled_from("abcdef"), st.integers(0, 90), lengths, st.integers(0, 3)),
    max_size=3,
)
mixes = st.builds(
    Mix, st.builds(Ducking, st.booleans(), st.floats(-80, 3)), st.none() | st.floats(-30, 5)
)


def _edit(function: Callable[..., Timeline], *arguments: Any, **named: Any) -> Any:
    """An edit with its arguments drawn; reads as `function(timeline, ...)` when it fails."""
    keys = list(named)
    drawn = st.tuples(*arguments, *(named[key] for key in keys))

    def bound(values: tuple[Any, ...]) -> Edit:
        given, extra = values[: len(arguments)], values[len(arguments) :]
        return _after(function, given, dict(zip(keys, extra, strict=True)))

    return drawn.map(bound)


def _after(function: Callable[..., Timeline], given: tuple[Any, ...], named: Any) -> Edit:
    edit: Edit = partial(_call, function, given, named)
    return edit


def _call(
    function: Callable[..., Timeline], given: tuple[Any, ...], named: Any, timeline: Timeline
) -> Timeline:
    return function(timeline, *given, **named)


def _rate(timeline: Timeline, rate: Ratio) -> Timeline:
    return retiming.set_rate(timeline, rate).timeline


def _marker(timeline: Timeline, frame: int) -> Timeline:
    return layers.add_marker(timeline, Marker(frame, "beat"))


def _everywhere(timeline: Timeline, transition: Transition | None) -> Timeline:
    return editing.set_all_transitions(timeline, transition)


edits = st.one_of(
    _edit(editing.append, clips),
    _edit(editing.append, clips),
    _edit(editing.insert, clips, before=clip_ids),
    _edit(editing.insert_gap, lengths, before=clip_ids | st.just("")),
    _edit(editing.move, clip_ids, clip_ids | st.just("")),
    _edit(editing.reorder, st.lists(clip_ids, max_size=4)),
    _edit(editing.remove, clip_ids, ripple=st.booleans()),
    _edit(editing.duplicate, clip_ids),
    _edit(editing.trim_end, clip_ids, few, ripple=st.booleans()),
    _edit(editing.trim_start, clip_ids, few, ripple=st.booleans()),
    _edit(editing.set_length, clip_ids, few),
    _edit(editing.split, few),
    _edit(editing.split, few),
    _edit(editing.set_speed, clip_ids, ratios, keep_length=st.booleans()),
    _edit(editing.replace_media, clip_ids, media, pane=st.integers(-1, 2)),
    _edit(editing.set_gain, clip_ids, st.none() | st.floats()),
    _edit(editing.set_transition, clip_ids, st.none() | transitions),
    _edit(_everywhere, st.none() | transitions),
    _edit(framing_edits.set_fit, clip_ids, st.sampled_from(Fit), bars=st.none() | colours),
    _edit(framing_edits.set_focus, clip_ids, st.floats(), shares),
    _edit(framing_edits.set_motion, clip_ids, rects | good_rects, good_rects),
    _edit(
        framing_edits.set_layout,
        clip_ids,
        st.sampled_from(Layout),
        st.lists(panes, min_size=1, max_size=4),
    ),
    _edit(layers.add_overlay, overlays, few),
    _edit(layers.move_overlay, st.just("o1"), few),
    _edit(layers.trim_overlay, st.just("o1"), few, lengths),
    _edit(layers.remove_overlay, st.just("o1")),
    _edit(layers.add_sound, st.sampled_from(Role), sounds, few),
    _edit(layers.move_sound, st.just("s1"), few),
    _edit(layers.trim_sound, st.just("s1"), few, few),
    _edit(layers.remove_sound, st.just("s1")),
    _edit(layers.set_track, st.sampled_from(Role), st.integers(-1, 1), gain_db=st.floats(-9, 9)),
    _edit(layers.set_cues, cues),
    _edit(layers.set_caption_look, st.sampled_from(list(STYLES.values()))),
    _edit(layers.set_mix, mixes),
    _edit(_marker, few),
    _edit(_rate, st.sampled_from([*RATES.values(), Ratio(0), Ratio(7, 3)])),
    _edit(retiming.set_aspect, st.sampled_from(AspectRatio)),
)


def tried(timeline: Timeline, edit: Edit) -> Timeline:
    """The timeline after the edit, or as it was when the edit is refused."""
    try:
        return edit(timeline)
    except InvalidInput:
        return timeline


good_media = st.one_of(
    st.builds(Media, st.just(MediaKind.ASSET), files),
    st.builds(Media, st.just(MediaKind.COLOUR), colour=st.just("#123456")),
    st.builds(Media, st.just(MediaKind.TITLE), title=st.just(Title("Aé漢🙂", "b"))),
)
good_panes = st.builds(
    Pane,
    good_media,
    st.integers(0, 50),
    st.sampled_from([Ratio(1), Ratio(1), Ratio(2), Ratio(3, 2)]),
    st.sampled_from(Fit),
    st.builds(Point, shares, shares),
    st.none() | motions,
)
good_transitions = st.builds(Transition, st.sampled_from(TransitionKind), st.integers(1, 12))
good_clips = st.builds(
    Clip,
    st.just(""),
    st.integers(12, 80),
    st.tuples(good_panes),
    transition=st.none() | good_transitions,
    gain_db=st.none() | st.just(-3.0),
    name=st.sampled_from(["", "Töpfe"]),
)
good_overlays = st.builds(
    Overlay, st.just(""), st.integers(8, 40), st.builds(Media, st.just(MediaKind.ASSET), files)
)
good_sounds = st.builds(
    Sound, st.just(""), st.integers(20, 90), files, st.integers(0, 20), loop=st.booleans()
)


@st.composite
def starts(draw: st.DrawFn) -> Timeline:
    """Timelines with something on every track."""
    timeline = editing.append(Timeline(), *draw(st.lists(good_clips, min_size=1, max_size=5)))
    for overlay in draw(st.lists(good_overlays, max_size=2)):
        timeline = layers.add_overlay(timeline, overlay, draw(st.integers(0, 60)))
    for sound in draw(st.lists(good_sounds, max_size=2)):
        role, at = draw(st.sampled_from(Role)), draw(st.integers(0, 60))
        timeline = layers.add_sound(timeline, role, sound, at)
    if draw(st.booleans()):
        timeline = layers.set_cues(timeline, [_cue("a", 3, 20, 2), _cue("b", 30, 9, 3)])
    return timeline


@st.composite
def edited(draw: st.DrawFn) -> Timeline:
    """Timelines that people could have come to by editing."""
    timeline = draw(starts())
    for step in draw(st.lists(edits, max_size=8)):
        timeline = tried(timeline, step)
    return timeline


timelines = edited()

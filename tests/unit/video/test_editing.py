"""Edits of a timeline: what each does, and that no edit ever leaves an impossible timeline."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from gator_engine.adapters.sql.columns import to_json_text
from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.timeline import (
    Clip,
    Gap,
    Layout,
    Media,
    MediaKind,
    Overlay,
    Pane,
    Sound,
    Timeline,
    placed,
)
from gator_engine.domain.video import editing, framing_edits, layers
from gator_engine.domain.video.captions import STYLES, Cue, Word
from gator_engine.domain.video.checks import shape_problems
from gator_engine.domain.video.framing import Easing, Fit, Motion, Point, Rect
from gator_engine.domain.video.layers import Role
from gator_engine.domain.video.retiming import set_aspect, set_rate
from gator_engine.domain.video.slideshow import Slide, slideshow
from gator_engine.domain.video.time import RATES, Ratio, source_second
from gator_engine.domain.video.transitions import Transition, TransitionKind
from gator_engine.errors import InvalidInput
from tests.unit.video.timelines import Edit, edits, starts, timelines, tried

TITLE = Media(MediaKind.COLOUR, colour="#123456")


def still(name: str = "a1", **more: object) -> Pane:
    return replace(Pane(Media(MediaKind.ASSET, name)), **more)  # type: ignore[arg-type]


def three() -> Timeline:
    """Clips of 30, 40 and 50 frames with a crossfade of 10 into the second."""
    return editing.append(
        Timeline(),
        Clip("c1", 30, (still("a1"),)),
        Clip("c2", 40, (still("a2"),), transition=Transition(length=10)),
        Clip("c3", 50, (still("a3"),)),
    )


def shape(timeline: Timeline) -> list[str | int]:
    """Clip ids, and lengths of gaps."""
    return [i.id if isinstance(i, Clip) else i.length for i in timeline.picture.items]


def lengths(timeline: Timeline) -> list[int]:
    return [item.length for item in timeline.picture.items]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.just(Timeline()) | starts(), st.lists(edits, min_size=1, max_size=12))
def test_every_edit_leads_to_a_valid_timeline_or_is_refused(
    timeline: Timeline, steps: list[Edit]
) -> None:
    for step in steps:
        timeline = tried(timeline, step)
        assert shape_problems(timeline) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(timelines)
def test_what_edits_lead_to_is_stored_and_comes_back_equal(timeline: Timeline) -> None:
    stored = json.loads(to_json_text(timeline))
    assert TypeAdapter(Timeline).validate_python(stored) == timeline


def seen(timeline: Timeline, frame: int) -> tuple[object, ...]:
    """All that decides the picture at a frame: sources, their seconds and rectangles."""
    for span, item in placed(timeline.picture.items):
        if span.holds(frame):
            if isinstance(item, Gap):
                return ("black",)
            offset = frame - span.start
            return tuple(
                (
                    pane.media,
                    (
                        source_second(pane.source_start, offset, pane.speed, timeline.rate)
                        if pane.media.kind is MediaKind.ASSET
                        else 0
                    ),
                    pane.motion.at(offset, item.length) if pane.motion else None,
                    pane.fit,
                    pane.focus,
                )
                for pane in item.panes
            )
    raise AssertionError(frame)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(timelines, st.integers(1, 200), st.integers(1, 200))
def test_a_split_changes_nothing_that_is_seen(timeline: Timeline, one: int, two: int) -> None:
    cut = timeline
    for frame in (one, two):
        cut = tried(cut, lambda now, at=frame: editing.split(now, at))  # type: ignore[misc]
    assert cut.length == timeline.length
    for frame in range(timeline.length):
        assert seen(cut, frame) == seen(timeline, frame)


def test_a_split_names_where_a_fast_clip_can_be_cut() -> None:
    fast = editing.append(Timeline(), Clip("c1", 20, (still(speed=Ratio(3, 2)),)))
    with pytest.raises(InvalidInput, match=r"clip c1.*limit: 6 or 8"):
        editing.split(fast, 7)
    first, second = editing.split(fast, 8).clips
    assert (first.length, second.length, second.panes[0].source_start) == (8, 12, 12)
    for border in (0, 20, 99):
        with pytest.raises(InvalidInput, match="inside a clip"):
            editing.split(fast, border)


def test_clips_are_put_moved_and_taken_out() -> None:
    made = three()
    added = editing.insert(made, Clip("c1", 5, (still(),)), before="c2")
    assert shape(added) == ["c1", "c4", "c2", "c3"]
    assert shape(editing.move(made, "c3", before="c1")) == ["c3", "c1", "c2"]
    assert shape(editing.move(made, "c1")) == ["c2", "c3", "c1"]
    assert editing.move(made, "c1").clips[0].transition is None
    assert shape(editing.reorder(made, ["c2", "c3", "c1"])) == ["c2", "c3", "c1"]
    assert shape(editing.remove(made, "c2")) == ["c1", "c3"]
    black = editing.remove(made, "c2", ripple=False)
    assert shape(black) == ["c1", 40, "c3"]
    assert black.length == made.length
    assert shape(editing.duplicate(made, "c2")) == ["c1", "c2", "c4", "c3"]
    assert editing.duplicate(made, "c2").clips[2].transition is None
    for edit in (editing.remove, editing.move, editing.duplicate):
        with pytest.raises(InvalidInput, match="clip nobody: is not on the picture track"):
            edit(made, "nobody")
    with pytest.raises(InvalidInput, match="every clip once"):
        editing.reorder(made, ["c1", "c2"])


def test_trimming_ripples_or_leaves_black() -> None:
    made = three()
    assert lengths(editing.trim_end(made, "c2", 8)) == [30, 32, 50]
    assert lengths(editing.trim_end(made, "c2", 8, ripple=False)) == [30, 32, 8, 50]
    begun = editing.trim_start(made, "c3", 12, ripple=False)
    assert lengths(begun) == [30, 40, 12, 38]
    assert begun.clips[2].panes[0].source_start == 12
    back = editing.trim_start(begun, "c3", -12, ripple=False)
    assert back == made
    with pytest.raises(InvalidInput, match="clip c3: has 0 frames before its beginning"):
        editing.trim_start(made, "c3", -1)
    with pytest.raises(InvalidInput, match="clip c2: would need 3 frames of black"):
        editing.trim_end(made, "c2", -3, ripple=False)
    with pytest.raises(InvalidInput, match="clip c3: has 50 frames"):
        editing.trim_start(made, "c3", 50)
    with pytest.raises(InvalidInput, match="clip c2: takes 5 frames of its transition"):
        editing.set_length(made, "c1", 4)
    with pytest.raises(InvalidInput, match="clip c2: is 4 frames long; its transitions take 5"):
        editing.set_length(made, "c2", 4)


def test_speed_keeps_what_is_shown_or_how_long() -> None:
    made = three()
    quick = editing.set_speed(made, "c3", Ratio(3, 2))
    assert (quick.clips[2].length, quick.clips[2].panes[0].speed) == (33, Ratio(3, 2))
    assert editing.set_speed(made, "c3", Ratio(4, 2), keep_length=True).clips[2].length == 50
    assert editing.set_speed(made, "c3", Ratio(4, 2)).clips[2].panes[0].speed == Ratio(2)
    for speed in (Ratio(0), Ratio(1, 0), Ratio(50)):
        with pytest.raises(InvalidInput, match="clip c3"):
            editing.set_speed(made, "c3", speed)


def test_transitions_at_one_cut_and_at_all() -> None:
    wipe = Transition(TransitionKind.WIPE, 12)
    everywhere = editing.set_all_transitions(three(), wipe)
    assert [clip.transition for clip in everywhere.clips] == [None, wipe, wipe]
    short = editing.set_all_transitions(editing.set_length(three(), "c3", 5), wipe)
    assert [c.transition.length for c in short.clips if c.transition] == [12, 4]
    none = editing.set_all_transitions(everywhere, None)
    assert not any(clip.transition for clip in none.clips)
    with pytest.raises(InvalidInput, match="clip c1: has nothing before it"):
        editing.set_transition(three(), "c1", wipe)
    with pytest.raises(InvalidInput, match="clip c3: is 50 frames long; its transitions take 51"):
        editing.set_transition(three(), "c3", replace(wipe, length=101))


def test_framing_layout_and_another_picture() -> None:
    made = framing_edits.set_focus(three(), "c1", 0.2, 0.3)
    made = framing_edits.set_fit(made, "c1", Fit.CONTAIN, bars="#ffffff")
    made = framing_edits.set_motion(made, "c1", Rect(), Rect(0, 0, 0.5, 0.5), Easing.LINEAR)
    pane = made.clips[0].panes[0]
    assert (pane.focus, pane.fit, pane.bars) == (Point(0.2, 0.3), Fit.CONTAIN, "#ffffff")
    assert pane.motion == Motion(Rect(), Rect(0, 0, 0.5, 0.5), Easing.LINEAR)
    other = editing.replace_media(made, "c1", Media(MediaKind.ASSET, "a9")).clips[0].panes[0]
    assert (other.media.asset_id, other.fit, other.focus) == ("a9", Fit.CONTAIN, Point())
    assert framing_edits.set_still(made, "c1").clips[0].panes[0].motion is None
    both = framing_edits.set_layout(made, "c1", Layout.SIDE_BY_SIDE, [still(), still("a2")])
    assert len(framing_edits.set_pane(both, "c1", 1, still("a5")).clips[0].panes) == 2
    with pytest.raises(InvalidInput, match="clip c1: has 1 pictures"):
        framing_edits.set_layout(made, "c1", Layout.GRID, [still()])
    with pytest.raises(InvalidInput, match="clip c1: moves to where there is no picture"):
        framing_edits.set_motion(made, "c1", Rect(), Rect(0.9, 0, 0.5, 0.5))
    with pytest.raises(InvalidInput, match="clip c1: has no picture 3"):
        framing_edits.set_pane(both, "c1", 3, still())


def test_overlays_find_room_and_keep_their_place() -> None:
    title = Overlay("", 20, Media(MediaKind.ASSET, "a1"))
    made = layers.add_overlay(three(), title, 10)
    made = layers.add_overlay(made, title, 15)
    made = layers.add_overlay(made, title, 40)
    assert [[getattr(i, "id", "") for i in track.items] for track in made.overlays] == [
        ["", "o1", "", "o3"],
        ["", "o2"],
    ]
    moved = layers.move_overlay(made, "o1", 100)
    assert [i.length for i in moved.overlays[0].items] == [40, 20, 40, 20]
    shorter = layers.trim_overlay(made, "o1", 12, 5)
    assert [i.length for i in shorter.overlays[0].items] == [12, 5, 23, 20]
    assert shorter.overlays[0].items[1].fade == 5  # type: ignore[union-attr]
    assert len(layers.remove_overlay(made, "o2").overlays) == 1
    with pytest.raises(InvalidInput, match="overlay o1: would begin at -1"):
        layers.move_overlay(made, "o1", -1)
    with pytest.raises(InvalidInput, match="overlay o7: is not there"):
        layers.remove_overlay(made, "o7")


def test_sounds_are_placed_trimmed_and_faded() -> None:
    made = layers.add_sound(three(), Role.MUSIC, Sound("", 100, "m1", source_start=5), 0)
    made = layers.add_sound(made, Role.VOICE, Sound("", 50, "v1"), 20)
    cut = layers.trim_sound(made, "s1", 10, 5)
    [gap, music] = cut.music[0].items
    assert (gap.length, music.length, music.source_start) == (10, 85, 15)  # type: ignore[union-attr]
    assert layers.trim_sound(cut, "s1", -10, -5) == made
    louder = layers.set_track(made, Role.MUSIC, 0, gain_db=-6, muted=True)
    assert (louder.music[0].gain_db, louder.music[0].muted) == (-6, True)
    assert layers.move_sound(louder, "s1", 3).music[0].muted
    assert layers.remove_sound(made, "s2").voice == ()
    with pytest.raises(InvalidInput, match="sound s1: has 5 frames before its beginning"):
        layers.trim_sound(made, "s1", -6, 0)
    with pytest.raises(InvalidInput, match="sound s2: fades for longer than it lasts"):
        layers.change_sound(made, Sound("s2", 50, "v1", fade_in=30, fade_out=30))


def test_captions_stay_in_order_and_in_time() -> None:
    cues = [Cue("b", 40, 20, (Word("two", 40, 20),)), Cue("a", 0, 30, (Word("one", 0, 10),))]
    made = layers.set_cues(three(), cues)
    assert [cue.id for cue in made.captions.cues] == ["a", "b"]
    overlapping = replace(cues[0], start=20, words=(Word("two", 20, 5),))
    with pytest.raises(InvalidInput, match="caption b: begins before the one before it ends"):
        layers.set_cues(made, [cues[1], overlapping])
    with pytest.raises(InvalidInput, match="caption a: begins at -1"):
        layers.set_cues(made, [cues[1].moved(-1)])
    with pytest.raises(InvalidInput, match="caption a: has 'one' outside its time"):
        layers.set_cues(made, [replace(cues[1], length=9)])
    look = layers.set_caption_look(made, STYLES["code"], burned=False, safe_zone="reel").captions
    assert (look.style.name, look.burned, look.safe_zone) == ("code", False, "reel")


def test_another_rate_keeps_the_times_and_names_what_was_rounded() -> None:
    made = layers.add_sound(three(), Role.MUSIC, Sound("", 100, "m1"), 10)
    whole = set_rate(made, Ratio(60))
    assert whole.rounded == ()
    assert lengths(whole.timeline) == [60, 80, 100]
    assert whole.timeline.clips[1].transition == Transition(length=20)
    assert set_rate(whole.timeline, Ratio(30)).timeline == made
    rough = set_rate(made, RATES["29.97"])
    assert rough.rounded == ("clip c1", "clip c2", "clip c3", "sound s1")
    tiny = editing.append(Timeline(rate=Ratio(60)), *(Clip("", 1, (still(),)) for _ in range(3)))
    with pytest.raises(InvalidInput, match=r"clip c1: is 0 frames long.*clip c3"):
        set_rate(tiny, Ratio(24))


def test_errors_of_rounding_never_add_up() -> None:
    many = editing.append(Timeline(), *(Clip("", 7, (still(),)) for _ in range(300)))
    slower = set_rate(many, Ratio(24)).timeline
    assert slower.length == 1680
    for (span, _), number in zip(placed(slower.picture.items), range(300), strict=True):
        assert abs(span.start - Fraction(7 * number * 24, 30)) <= Fraction(1, 2)


def test_the_shape_changes_and_nothing_else() -> None:
    wide = set_aspect(three(), AspectRatio.WIDE)
    assert wide.size == (1920, 1080)
    assert wide.picture == three().picture


def test_a_slideshow_moves_its_stills_by_seed() -> None:
    slides = [Slide(f"a{n}", focus=Point(0.3, 0.6)) for n in range(6)]
    made = slideshow(slides, seed=4)
    assert made == slideshow(slides, seed=4)
    assert made != slideshow(slides, seed=5)
    assert (made.length, len(made.clips)) == (720, 6)
    assert [bool(c.transition) for c in made.clips] == [False] + [True] * 5
    moves = [clip.panes[0].motion for clip in made.clips]
    assert all(move and move.start != move.end for move in moves)
    assert len(set(moves)) == 6
    plain = slideshow(slides, motion=False, transition=None)
    assert not any(c.panes[0].motion or c.transition for c in plain.clips)


def test_a_slideshow_leaves_videos_their_handles() -> None:
    made = slideshow([Slide("a1"), Slide("v1", duration_s=10.0), Slide("v2", duration_s=1.0)])
    _, film, short = made.clips
    assert (film.length, film.panes[0].source_start, film.gain_db) == (120, 7, 0.0)
    assert short.length < 30
    with pytest.raises(InvalidInput, match="slide 1: would be shown for 0 s"):
        slideshow([Slide("a1", seconds=0)])

"""Cuts on beats and scenes as long as their narration, for any timeline hypothesis thinks of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gator_engine.domain.timeline import (
    Clip,
    Gap,
    Media,
    MediaKind,
    Pane,
    PictureItem,
    PictureTrack,
    Sound,
    SoundTrack,
    Timeline,
    placed,
)
from gator_engine.domain.video.framing import Motion, Rect
from gator_engine.domain.video.rhythm import (
    SLOWEST,
    beat_markers,
    beats_on_timeline,
    snapped,
    stretched,
)
from gator_engine.domain.video.sound import Beats
from gator_engine.domain.video.time import ONE, RATES, Ratio, frames
from gator_engine.domain.video.transitions import Transition
from gator_engine.errors import InvalidInput

VIDEO_FRAMES = 400
LENGTHS = {"video": VIDEO_FRAMES}
STILL, VIDEO = (Media(MediaKind.ASSET, name) for name in ("still", "video"))


@st.composite
def panes(draw: st.DrawFn) -> Pane:
    speed = Ratio(draw(st.integers(1, 4)), draw(st.integers(1, 3)))
    if draw(st.booleans()):
        return Pane(STILL)
    return Pane(VIDEO, source_start=draw(st.integers(0, 200)), speed=speed)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    items: list[PictureItem] = []
    for number in range(draw(st.integers(1, 7))):
        if draw(st.integers(0, 5)) == 0:
            items.append(Gap(draw(st.integers(1, 60))))
            continue
        change = draw(st.none() | st.integers(1, 20).map(lambda size: Transition(length=size)))
        length = draw(st.integers(40, 120))
        change = change if items else None
        items.append(Clip(str(number), length, (draw(panes()),), transition=change))
    rate = draw(st.sampled_from([*RATES.values()]))
    return Timeline(picture=PictureTrack(tuple(items)), rate=rate)


@st.composite
def some_beats(draw: st.DrawFn) -> Beats:
    step, first = draw(st.floats(0.25, 1.5)), draw(st.floats(0, 1))
    times = tuple(first + step * number for number in range(60))
    return Beats(times, times[draw(st.integers(0, 3)) :: 4], offset_s=draw(st.floats(-0.2, 0.2)))


def cuts(timeline: Timeline) -> list[int]:
    return [span.start for span, _ in placed(timeline.picture.items)][1:]


def still(number: int, length: int, **fields: object) -> Clip:
    return Clip(str(number), length, (Pane(STILL),), **fields)  # type: ignore[arg-type]


def of(*items: PictureItem) -> Timeline:
    return Timeline(picture=PictureTrack(items))


@given(timelines(), some_beats(), st.floats(0, 0.6), st.floats(0, 2))
def test_cuts_are_on_beats_or_untouched(
    timeline: Timeline, beats: Beats, within_s: float, shortest_s: float
) -> None:
    result = snapped(timeline, beats, within_s=within_s, shortest_s=shortest_s, lengths=LENGTHS)
    assert result.length == timeline.length
    on_beat = {
        frames(time + beats.offset_s, timeline.rate)
        for time in (*beats.times_s, *beats.downbeats_s)
    }
    for before, after in zip(cuts(timeline), cuts(result), strict=True):
        assert after == before or after in on_beat
        assert abs(after - before) <= within_s * timeline.rate.fraction
    shortest = shortest_s * timeline.rate.fraction
    pairs = zip(timeline.picture.items, result.picture.items, strict=True)
    for number, (old, new) in enumerate(pairs):
        assert replace(new, length=old.length, **kept(old)) == old
        assert new.length > 0
        if isinstance(new, Clip) and new.length != old.length:
            assert new.length >= shortest
            assert new.length >= room(result, number)


def kept(item: PictureItem) -> dict[str, object]:
    """What snapping may change beside the length: where the sources start."""
    return {"panes": item.panes} if isinstance(item, Clip) else {}


def room(timeline: Timeline, number: int) -> int:
    items = timeline.picture.items
    own = items[number].transition  # type: ignore[union-attr]
    after = items[number + 1] if number + 1 < len(items) else None
    change = after.transition if isinstance(after, Clip) else None
    return (own.after if own else 0) + (change.before if change else 0)


@given(timelines(), some_beats())
def test_videos_roll_and_are_never_asked_for_more_than_they_have(
    timeline: Timeline, beats: Beats
) -> None:
    result = snapped(timeline, beats, lengths=LENGTHS)
    starts = list(placed(timeline.picture.items))
    for (old_span, old), (span, new) in zip(starts, placed(result.picture.items), strict=True):
        if not isinstance(new, Clip) or new == old:
            continue
        assert isinstance(old, Clip)
        was, pane = old.panes[0], new.panes[0]
        if pane.media == STILL:
            assert pane == was
            continue
        moved = (span.start - old_span.start) * pane.speed.fraction
        assert -1 < pane.source_start - was.source_start - moved <= 0
        if new.length > old.length and span.start == old_span.start:
            assert pane.source_start + new.length * pane.speed.fraction <= VIDEO_FRAMES


def test_a_bar_is_preferred_and_the_nearest_beat_is_next() -> None:
    line = of(still(1, 60), still(2, 60), still(3, 60))
    beats = Beats((1.9, 2.1, 3.9, 4.1), (2.2, 8.0))
    assert cuts(snapped(line, beats)) == [66, 117]
    corrected = replace(beats, offset_s=0.1, downbeats_s=())
    assert cuts(snapped(line, corrected)) == [60, 120]


def test_without_beats_nothing_moves() -> None:
    line = of(still(1, 60), still(2, 60))
    assert snapped(line, Beats(())) == line


def test_a_short_clip_and_a_transition_hold_their_cut() -> None:
    beats = Beats((2.2,))
    assert cuts(snapped(of(still(1, 60), still(2, 28)), beats)) == [60]
    change = Transition(length=50)
    line = of(still(1, 60), still(2, 50), still(3, 60, transition=change))
    assert cuts(snapped(line, beats, shortest_s=0.5)) == [66, 110]
    line = of(still(1, 60), still(2, 30), still(3, 60, transition=change))
    assert cuts(snapped(line, beats, shortest_s=0.5)) == [60, 90]


def test_a_video_without_a_handle_holds_its_cut() -> None:
    film = Clip("v", 60, (Pane(VIDEO, source_start=340),))
    beats = Beats((2.2,))
    assert cuts(snapped(of(film, still(2, 60)), beats, lengths=LENGTHS)) == [60]
    head = Clip("v", 60, (Pane(VIDEO),))
    early = Beats((1.8,))
    assert cuts(snapped(of(still(1, 60), head), early, lengths=LENGTHS)) == [60]
    rolled = snapped(
        of(still(1, 60), replace(head, panes=(Pane(VIDEO, 10),))), early, lengths=LENGTHS
    )
    assert cuts(rolled) == [54] and rolled.clips[1].panes[0].source_start == 4


@pytest.mark.parametrize("name", ["within_s", "shortest_s"])
def test_a_negative_reach_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match=f"{name}: is -1"):
        snapped(of(still(1, 60)), Beats(()), **{name: -1.0})


def test_markers_stand_on_the_beats_inside_the_video() -> None:
    beats = Beats((0.0, 0.5, 1.0, 1.5, 2.0), (0.5, 2.5), offset_s=0.1)
    found = [(mark.frame, mark.name) for mark in beat_markers(of(still(1, 60)), beats)]
    assert found == [(3, "Beat"), (18, "Bar"), (33, "Beat"), (48, "Beat")]


def test_beats_are_heard_where_the_music_lies() -> None:
    sound = Sound("m", 90, "song", source_start=30, loop=True)
    line = replace(of(still(1, 150)), music=(SoundTrack((Gap(30), sound)),))
    beats = Beats((0.5, 1.0, 1.5), (1.5,), offset_s=0.0)
    once = beats_on_timeline(line, "song", beats)
    assert once.times_s == (1.0, 1.5) and once.downbeats_s == (1.5,)
    again = beats_on_timeline(line, "song", beats, duration_s=2.0)
    assert again.times_s == (1.0, 1.5, 2.5, 3.0, 3.5) and again.downbeats_s == (1.5, 3.5)
    assert beats_on_timeline(line, "other", beats).times_s == ()


@given(timelines(), st.data())
def test_scenes_are_as_long_as_their_narration(timeline: Timeline, data: st.DataObject) -> None:
    count = len(timeline.clips)
    said = data.draw(st.lists(st.integers(0, 900), min_size=count, max_size=count))
    result = stretched(timeline, said, lengths=LENGTHS)
    assert all(item.length > 0 for item in result.picture.items)
    lasting: dict[str, int] = {}
    for clip in result.clips:
        name = clip.id.removesuffix("-held")
        lasting[name] = lasting.get(name, 0) + clip.length
    assert list(lasting) == [clip.id for clip in timeline.clips]
    numbers = [n for n, item in enumerate(timeline.picture.items) if isinstance(item, Clip)]
    for clip, wanted, number in zip(timeline.clips, said, numbers, strict=True):
        assert lasting[clip.id] == (max(wanted, room(timeline, number)) if wanted else clip.length)
    for clip, wanted in zip(timeline.clips, said, strict=True):
        for made in (one for one in result.clips if one.id == clip.id and wanted):
            slowest = clip.panes[0].speed.fraction * SLOWEST.fraction
            assert slowest <= made.panes[0].speed.fraction <= clip.panes[0].speed.fraction
            if made.panes[0].media == VIDEO:
                end = made.panes[0].source_start + made.length * made.panes[0].speed.fraction
                assert end <= VIDEO_FRAMES


def film(length: int, start: int, **fields: object) -> Clip:
    return Clip("v", length, (Pane(VIDEO, start),), **fields)  # type: ignore[arg-type]


def test_a_video_is_cut_slowed_or_held() -> None:
    cut = stretched(of(film(90, 300)), [60], lengths=LENGTHS).clips
    assert [(one.length, one.panes[0].speed) for one in cut] == [(60, ONE)]
    slow = stretched(of(film(90, 300)), [150], lengths=LENGTHS).clips
    assert [(one.length, one.panes[0].speed) for one in slow] == [(150, Ratio(2, 3))]
    first, held = stretched(of(film(90, 300, gain_db=0.0)), [230], lengths=LENGTHS).clips
    assert (first.length, first.panes[0].speed, first.gain_db) == (200, SLOWEST, 0.0)
    assert (held.id, held.length, held.gain_db, held.panes[0].source_start) == (
        "v-held",
        30,
        None,
        399,
    )
    assert held.panes[0].speed.fraction * held.length < 1


def test_a_held_picture_ends_its_motion_and_lies_under_the_next_transition() -> None:
    motion = Motion(Rect(), Rect(0.1, 0.1, 0.5, 0.5))
    moving = replace(film(90, 390), panes=(Pane(VIDEO, 390, motion=motion),))
    line = of(moving, still(2, 60, transition=Transition(length=20)))
    first, held, after = stretched(line, [60, 0], lengths=LENGTHS).clips
    assert first.length + held.length == 60 and after == line.clips[1]
    pane = held.panes[0]
    assert pane.motion == Motion(motion.end, motion.end)
    assert pane.source_start + (held.length + 10) * pane.speed.fraction <= VIDEO_FRAMES


@pytest.mark.parametrize("said,problem", [([1], "has 1 lengths"), ([1, -2], "negative")])
def test_narration_that_does_not_fit_is_refused(said: list[int], problem: str) -> None:
    with pytest.raises(InvalidInput, match=f"narration.*{problem}"):
        stretched(of(still(1, 60), still(2, 60)), said)

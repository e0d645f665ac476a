"""The timeline as data: exact time, framing in every shape, and a loss-free way through JSON."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from gator_engine.adapters.sql.columns import to_json_text
from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.timeline import (
    Clip,
    Gap,
    Media,
    MediaKind,
    Overlay,
    OverlayTrack,
    Pane,
    PictureTrack,
    Sound,
    SoundTrack,
    Timeline,
    placed,
)
from gator_engine.domain.video.captions import Captions, Cue, Word
from gator_engine.domain.video.framing import Easing, Motion, Point, Rect, region
from gator_engine.domain.video.time import RATES, Ratio, frames, seconds, source_second, timecode
from gator_engine.domain.video.titles import Title
from gator_engine.domain.video.transitions import Transition, TransitionKind


def a_timeline() -> Timeline:
    still = Pane(Media(MediaKind.ASSET, "a1"), motion=Motion(Rect(), Rect(0.1, 0.1, 0.8, 0.8)))
    title = Pane(Media(MediaKind.TITLE, title=Title("Hello")))
    return Timeline(
        picture=PictureTrack(
            (
                Clip("c1", 60, (still,)),
                Gap(10),
                Clip("c2", 50, (title,), transition=Transition(TransitionKind.WIPE, 11)),
            )
        ),
        overlays=(OverlayTrack((Gap(5), Overlay("o1", 20, Media(MediaKind.ASSET, "a2")))),),
        music=(SoundTrack((Sound("s1", 120, "a3", loop=True),)),),
        captions=Captions((Cue("q1", 3, 20, (Word("Hi", 3, 8), Word("there", 12, 8))),)),
        rate=RATES["29.97"],
    )


def test_what_is_stored_comes_back_equal() -> None:
    timeline = a_timeline()
    stored = json.loads(to_json_text(timeline))
    assert TypeAdapter(Timeline).validate_python(stored) == timeline


def test_items_follow_each_other_and_give_the_length() -> None:
    timeline = a_timeline()
    starts = [span.start for span, _ in placed(timeline.picture.items)]
    assert (starts, timeline.length) == ([0, 60, 70], 120)
    assert timeline.asset_ids() == ("a1", "a2", "a3")


@given(st.integers(0, 10_000_000), st.sampled_from(sorted(RATES)))
def test_frames_survive_the_way_through_seconds(frame: int, name: str) -> None:
    assert frames(seconds(frame, RATES[name]), RATES[name]) == frame


def test_a_source_is_read_at_its_speed_without_rounding() -> None:
    rate = RATES["29.97"]
    at = source_second(30, 1001, Ratio(3, 2), rate)
    assert at == (30 + Fraction(3003, 2)) * Fraction(1001, 30_000)


@pytest.mark.parametrize("frame,said", [(0, "0:00.00"), (29, "0:00.29"), (1830, "1:01.00")])
def test_timecodes_read_as_people_do(frame: int, said: str) -> None:
    assert timecode(frame, Ratio(30)) == said


@given(
    st.tuples(st.integers(16, 4000), st.integers(16, 4000)),
    st.sampled_from(list(AspectRatio)),
    st.tuples(*[st.floats(0, 0.5)] * 2, *[st.floats(0.05, 0.5)] * 2),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_a_region_has_the_frames_shape_and_stays_inside(
    source: tuple[int, int],
    aspect: AspectRatio,
    rect: tuple[float, float, float, float],
    focus: tuple[float, float],
) -> None:
    x, y, wide, high = region(source, aspect.size, Rect(*rect), Point(*focus))
    assert wide / high == pytest.approx(aspect.size[0] / aspect.size[1])
    left, top = rect[0] * source[0], rect[1] * source[1]
    assert left - 1e-6 <= x and x + wide <= left + rect[2] * source[0] + 1e-6
    assert top - 1e-6 <= y and y + high <= top + rect[3] * source[1] + 1e-6


@pytest.mark.parametrize("easing", list(Easing))
def test_a_motion_begins_and_ends_where_it_says(easing: Easing) -> None:
    motion = Motion(Rect(), Rect(0.2, 0.1, 0.5, 0.5), easing)
    assert motion.at(0, 40) == motion.start
    end = motion.at(39, 40)
    assert (end.x, end.w) == pytest.approx((motion.end.x, motion.end.w))
    assert motion.at(0, 1) == motion.start


@given(st.integers(1, 120))
def test_a_transition_lies_over_its_cut(length: int) -> None:
    change = Transition(length=length)
    assert change.before + change.after == length
    assert 0 < change.share(0) <= change.share(length - 1) < 1

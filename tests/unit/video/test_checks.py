"""What keeps a timeline from being stored or rendered, each named by its item."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gator_engine.domain.assets import AssetKind, FileFacts
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
from gator_engine.domain.video.captions import STYLES, Captions, Cue, Word
from gator_engine.domain.video.checks import MOST_CLIPS, shape_problems, timeline_problems
from gator_engine.domain.video.framing import Motion, Point, Rect
from gator_engine.domain.video.sound import Ducking, Mix
from gator_engine.domain.video.time import Ratio
from gator_engine.domain.video.titles import Title
from gator_engine.domain.video.transitions import Transition

NAN, INF = float("nan"), float("inf")
STILL = Pane(Media(MediaKind.ASSET, "a1"))
FILM = Pane(Media(MediaKind.ASSET, "v1"), source_start=10)
FACTS = {
    "a1": FileFacts(AssetKind.IMAGE, "image/png", 9, 90, 160),
    "v1": FileFacts(AssetKind.VIDEO, "video/mp4", 9, 90, 160, 2.0),
    "m1": FileFacts(AssetKind.AUDIO, "audio/wav", 9, duration_s=3.0),
}


def of(*items: Clip | Gap, **more: Any) -> Timeline:
    return replace(Timeline(), picture=PictureTrack(items), **more)


def one(pane: Pane = STILL, **more: Any) -> Timeline:
    return of(Clip("c1", 30, (pane,), **more))


def titled(**more: Any) -> Timeline:
    return one(Pane(Media(MediaKind.TITLE, title=replace(Title("Hi"), **more))))


def under(sound: Sound, **more: Any) -> Timeline:
    return replace(one(), music=(SoundTrack((sound,), **more),))


def over(**more: Any) -> Timeline:
    made = replace(Overlay("o1", 30, Media(MediaKind.ASSET, "a1")), **more)
    return replace(one(), overlays=(OverlayTrack((made,)),))


def captioned(*cues: Cue, **more: Any) -> Timeline:
    return replace(one(), captions=replace(Captions(cues), **more))


def cue(identifier: str = "q", start: int = 0, *words: Word) -> Cue:
    return Cue(identifier, start, 10, words or (Word("hi", start, 5),))


def styled(**more: Any) -> Timeline:
    return captioned(style=replace(STYLES["bold"], **more))


WRONG: list[tuple[Timeline, str, str]] = [
    (of(Clip("c1", 0, (STILL,))), "clip c1", "is 0 frames long"),
    (of(Clip("c1", -3, (STILL,))), "clip c1", "is -3 frames long"),
    (of(Clip("c1", 2.5, (STILL,))), "clip c1", "is 2.5 frames long"),  # type: ignore[arg-type]
    (of(Gap(0)), "gap (picture)", "is 0 frames long"),
    (of(Clip("c1", 400_000, (STILL,))), "picture", "is too long"),
    (of(*(Clip(f"c{n}", 1, (STILL,)) for n in range(MOST_CLIPS + 1))), "picture", "1001 clips"),
    (of(Clip("c1", 9, (STILL,)), Clip("c1", 9, (STILL,))), "id c1", "more than one item"),
    (of(Clip("", 9, (STILL,))), "clip ", "has no id"),
    (one(name="x" * 201), "clip c1", "name too long"),
    (one(gain_db=NAN), "clip c1", "gain of nan"),
    (one(layout=Layout.GRID), "clip c1", "has 1 pictures"),
    (one(transition=Transition()), "clip c1", "nothing before it"),
    (of(Gap(3), Clip("c2", 30, (STILL,), transition=Transition())), "clip c2", "takes 7 frames"),
    (
        of(Gap(99), Clip("c2", 6, (STILL,), transition=Transition(length=15))),
        "clip c2",
        "is 6 frames long; its transitions take 8",
    ),
    (
        of(Gap(9), Clip("c2", 6, (STILL,), transition=Transition(length=0))),
        "clip c2",
        "of 0 frames",
    ),
    (one(replace(STILL, media=Media(MediaKind.ASSET))), "clip c1", "names no file"),
    (one(replace(STILL, media=Media(MediaKind.TITLE))), "clip c1", "has no words"),
    (
        one(replace(STILL, media=Media(MediaKind.COLOUR, colour="red"))),
        "clip c1",
        "colour of 'red'",
    ),
    (one(replace(STILL, bars="#12345")), "clip c1", "colour of '#12345'"),
    (one(replace(STILL, source_start=-1)), "clip c1", "starts -1 frames into its file"),
    (one(replace(STILL, speed=Ratio(0))), "clip c1", "speed of 0/1"),
    (one(replace(STILL, speed=Ratio(1, 0))), "clip c1", "speed of 1/0"),
    (one(replace(STILL, speed=Ratio(21))), "clip c1", "speed of 21/1"),
    (one(replace(STILL, focus=Point(NAN, 0))), "clip c1", "point of interest"),
    (one(replace(STILL, motion=Motion(Rect(0, 0, 0.01, 1)))), "clip c1", "there is no picture"),
    (one(replace(STILL, motion=Motion(Rect(INF, 0, 1, 1)))), "clip c1", "there is no picture"),
    (one(replace(STILL, motion=Motion(skip=-1))), "clip c1", "negative length"),
    (titled(heading=" "), "clip c1", "has no words"),
    (titled(heading="x" * 121), "clip c1", "heading too long"),
    (titled(line="x" * 201), "clip c1", "line too long"),
    (titled(typeface="comic"), "clip c1", "typeface 'comic'"),
    (titled(ink="blue"), "clip c1", "colour of 'blue'"),
    (titled(ground_opacity=2.0), "clip c1", "ground opacity of 2.0"),
    (over(box=(0.5, 0.0, 0.6, 1.0)), "overlay o1", "outside the frame"),
    (over(box=(0.0, 0.0, NAN, 1.0)), "overlay o1", "outside the frame"),
    (over(opacity=1.1), "overlay o1", "opacity of 1.1"),
    (over(fade=31), "overlay o1", "fades over 31"),
    (over(media=Media(MediaKind.COLOUR)), "overlay o1", "plain colour"),
    (under(Sound("s1", 30, "")), "sound s1", "names no file"),
    (under(Sound("s1", 30, "m1", source_start=-1)), "sound s1", "starts -1"),
    (under(Sound("s1", 30, "m1", gain_db=25)), "sound s1", "gain of 25"),
    (under(Sound("s1", 30, "m1", fade_in=-1)), "sound s1", "negative fade"),
    (under(Sound("s1", 30, "m1", fade_in=20, fade_out=20)), "sound s1", "fades for longer"),
    (under(Sound("s1", 30, "m1"), gain_db=INF), "music", "gain of inf"),
    (replace(one(), music=(SoundTrack(),) * 9), "music", "has 9 tracks"),
    (replace(one(), rate=Ratio(0)), "rate", "is 0/1"),
    (replace(one(), rate=Ratio(1, 0)), "rate", "is 1/0"),
    (replace(one(), rate=Ratio(1000)), "rate", "is 1000/1"),
    (replace(one(), frame=(107, 192)), "frame", "edge of 107"),
    (replace(one(), markers=(Marker(-1),)), "markers", "frame -1"),
    (replace(one(), mix=Mix(loudness=3.0)), "mix", "3.0 LUFS"),
    (replace(one(), mix=Mix(true_peak=NAN)), "mix", "true peak of nan"),
    (replace(one(), mix=Mix(Ducking(depth_db=1.0))), "mix", "ducks by 1.0"),
    (replace(one(), mix=Mix(Ducking(attack_ms=-1))), "mix", "ducking time"),
    (captioned(cue("a"), cue("b", 5)), "caption b", "before the one before it ends"),
    (captioned(cue("a"), cue("a", 20)), "caption a", "an id of its own"),
    (captioned(cue("a", -1)), "caption a", "begins at -1"),
    (captioned(cue("a", 0, Word(" ", 0, 1))), "caption a", "has no words"),
    (captioned(cue("a", 5, Word("hi", 0, 9))), "caption a", "'hi' outside its time"),
    (captioned(cue("a", 0, Word("x" * 201, 0, 9))), "caption a", "word too long"),
    (captioned(cue("a", 400_000)), "captions", "last too long"),
    (captioned(safe_zone="moon"), "captions", "'moon', which is unknown"),
    (captioned(direction="up"), "captions", "run 'up'"),
    (styled(typeface="comic"), "caption style", "typeface 'comic'"),
    (styled(size=INF), "caption style", "size of inf"),
    (styled(ink="red"), "caption style", "colour of 'red'"),
    (styled(most_lines=0), "caption style", "number of lines of 0"),
]


@pytest.mark.parametrize(("timeline", "field", "problem"), WRONG)
def test_what_no_timeline_may_be(timeline: Timeline, field: str, problem: str) -> None:
    found = shape_problems(timeline)
    assert [each for each in found if each.field == field and problem in each.problem], found


def test_a_plain_timeline_has_no_problem() -> None:
    assert shape_problems(Timeline()) == []
    assert timeline_problems(one(), FACTS) == []


def test_an_empty_one_cannot_be_rendered() -> None:
    assert [str(each) for each in timeline_problems(of(Gap(9)), {})] == ["picture: holds no clip"]


def media_problems(timeline: Timeline) -> list[str]:
    return [str(each) for each in timeline_problems(timeline, FACTS)]


def test_files_have_to_be_there_and_of_the_right_kind() -> None:
    assert media_problems(one(Pane(Media(MediaKind.ASSET, "x")))) == [
        "clip c1: its file 'x' is not in the library"
    ]
    assert media_problems(one(Pane(Media(MediaKind.ASSET, "m1")))) == [
        "clip c1: its file is audio (limit: image or video)"
    ]
    assert media_problems(over(media=Media(MediaKind.ASSET, "v1"))) == [
        "overlay o1: its file is video (limit: image)"
    ]
    assert media_problems(under(Sound("s1", 30, "a1"))) == [
        "sound s1: its file is image (limit: audio or video)"
    ]
    assert media_problems(under(Sound("s1", 30, "v1"))) == []


def test_a_video_needs_its_length_and_its_handles() -> None:
    assert media_problems(of(Clip("c1", 50, (FILM,)))) == []
    assert media_problems(of(Clip("c1", 55, (FILM,)))) == [
        "clip c1: shows 2.13 s of its video (limit: 2.00 s)"
    ]
    change = Transition(length=20)
    crossed = of(
        Clip("c1", 50, (FILM,)),
        Clip("c2", 40, (replace(FILM, source_start=9),), transition=change),
    )
    assert media_problems(crossed) == [
        "clip c1: shows 2.30 s of its video, 10 frames of it for the transition after it"
        " (limit: 2.00 s)",
        "clip c2: has 9 frames of its video before it begins; the transition into it shows 10"
        " (limit: start it later, or shorten the transition)",
    ]
    quick = replace(FILM, source_start=0, speed=Ratio(2))
    assert media_problems(of(Clip("c1", 30, (quick,)))) == []
    assert len(media_problems(of(Clip("c1", 35, (quick,))))) == 1


def test_a_sound_needs_its_length_unless_it_is_looped() -> None:
    assert media_problems(under(Sound("s1", 90, "m1"))) == []
    assert media_problems(under(Sound("s1", 90, "m1", source_start=10))) == [
        "sound s1: plays 3.33 s of its file (limit: 3.00 s, or loop it)"
    ]
    assert media_problems(under(Sound("s1", 900, "m1", loop=True))) == []
    assert len(media_problems(under(Sound("s1", 9, "m1", source_start=99, loop=True)))) == 1

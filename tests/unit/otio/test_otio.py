"""Timelines as .otio: exact there and back, readable by others, and hostile files refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gator_engine.adapters.otio import OtioFiles
from gator_engine.adapters.otio.guarding import DEEPEST
from gator_engine.domain.timeline import Clip, Gap, Media, MediaKind, Sound, Timeline
from gator_engine.domain.video import editing, layers
from gator_engine.domain.video.checks import shape_problems
from gator_engine.domain.video.layers import Role
from gator_engine.domain.video.time import RATES, Ratio
from gator_engine.domain.video.transitions import Transition, TransitionKind
from gator_engine.errors import InvalidInput
from tests.unit.video.test_editing import still, three
from tests.unit.video.timelines import timelines

FILES = OtioFiles()
NAMES = {"a1": "Töpfe & Krüge.png", "m1": "song.wav"}
QUIET = [HealthCheck.too_slow]


def opened(data: bytes) -> Any:
    return otio.core.deserialize_json_from_string(data.decode())


def stored(timeline: Any) -> bytes:
    return otio.core.serialize_json_to_string(timeline).encode()


@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
@given(timelines, st.sampled_from(list(RATES.values())))
def test_a_file_of_ours_comes_back_equal(timeline: Timeline, rate: Ratio) -> None:
    timeline = replace(timeline, rate=rate)
    assert FILES.read(FILES.write(timeline, "Bowls", NAMES)) == (timeline, ())


def full() -> Timeline:
    made = editing.insert_gap(three(), 9, before="c3")
    made = editing.set_speed(made, "c1", Ratio(3, 2), keep_length=True)
    made = layers.add_sound(made, Role.VOICE, Sound("", 50, "v1", source_start=4), 20)
    return layers.add_sound(made, Role.MUSIC, Sound("", 100, "m1"), 0)


def test_other_tools_read_tracks_cuts_and_transitions() -> None:
    read = opened(FILES.write(full(), "Bowls", NAMES))
    assert (read.name, read.duration()) == ("Bowls", otio.opentime.RationalTime(129, 30))
    picture, voice, music = read.tracks
    assert [type(item).__name__ for item in picture] == [
        "Clip",
        "Transition",
        "Clip",
        "Gap",
        "Clip",
    ]
    ranges = [
        picture.range_of_child(item) for item in picture if isinstance(item, otio.schema.Clip)
    ]
    assert [(r.start_time.value, r.duration.value) for r in ranges] == [(0, 30), (30, 40), (79, 50)]
    change = picture[1]
    assert (change.in_offset.value, change.out_offset.value) == (5, 5)
    assert change.transition_type == "SMPTE_Dissolve"
    assert picture[0].effects[0].time_scalar == 1.5
    assert (voice.kind, music.kind) == ("Audio", "Audio")
    assert voice[1].source_range.start_time == otio.opentime.RationalTime(4, 30)
    assert music[0].media_reference.target_url == "song.wav"
    assert picture[0].name == "Töpfe & Krüge.png"
    assert picture[0].media_reference.target_url == "T%C3%B6pfe%20%26%20Kr%C3%BCge.png"


def test_every_range_is_in_the_rate_of_the_timeline() -> None:
    timeline = replace(full(), rate=RATES["29.97"])
    raw = json.loads(FILES.write(timeline, "x", NAMES))
    rates = {each["rate"] for each in _all(raw, "RationalTime.1")}
    assert rates == {30_000 / 1001}


def _all(value: Any, kind: str) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [found for each in value for found in _all(each, kind)]
    if not isinstance(value, dict):
        return []
    mine = [value] if value.get("OTIO_SCHEMA") == kind else []
    return mine + [found for each in value.values() for found in _all(each, kind)]


def test_a_file_of_ours_that_another_editor_cut_keeps_its_looks_and_takes_the_cuts() -> None:
    timeline = editing.set_transition(full(), "c2", Transition(TransitionKind.WIPE, 10))
    changed = opened(FILES.write(timeline, "Bowls", NAMES))
    del changed.tracks[0][3:]
    changed.tracks[0][0].source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(6, 30), otio.opentime.RationalTime(24, 30)
    )
    read, remarks = FILES.read(stored(changed))
    assert "do not fit its tracks" in remarks[0]
    first, second = read.clips
    assert (first.length, first.panes[0].source_start, first.panes[0].speed) == (24, 6, Ratio(3, 2))
    assert first.panes[0].media.asset_id == "a1"
    assert second.transition == Transition(TransitionKind.WIPE, 10)
    assert [s.asset_id for s in read.voice[0].items if isinstance(s, Sound)] == ["v1"]
    assert shape_problems(read) == []


def foreign() -> Any:
    """What another editor may write: 24 frames a second, source timecode, and all sorts of odds."""
    time = otio.opentime.RationalTime
    span = otio.opentime.TimeRange
    shot = otio.schema.ExternalReference(
        "file:///shots/dawn%201.mov", span(time(86400, 24), time(240, 24))
    )
    made = otio.schema.Timeline("Film")
    picture = otio.schema.Track("V1", kind="Video")
    picture.append(otio.schema.Clip("Dawn", shot, span(time(86424, 24), time(48, 24))))
    picture.append(otio.schema.Transition("dip", "Custom_Transition", time(4, 24), time(8, 24)))
    picture.append(
        otio.schema.Clip("Noon", otio.schema.MissingReference(), span(time(0, 48), time(96, 48)))
    )
    nested = otio.schema.Stack("Nest", source_range=span(time(0, 24), time(12, 24)))
    picture.append(nested)
    bars = otio.schema.GeneratorReference("Bars", "SMPTEBars")
    picture.append(
        otio.schema.Clip(
            "Bars", bars, span(time(0, 24), time(10, 24)), effects=[otio.schema.FreezeFrame()]
        )
    )
    picture.append(otio.schema.Clip("Endless", otio.schema.MissingReference()))
    sound = otio.schema.Track("A1", kind="Audio")
    sound.append(otio.schema.Gap(source_range=span(time(0, 48000), time(24000, 48000))))
    sound.append(
        otio.schema.Clip(
            "Song",
            otio.schema.ExternalReference("song.wav"),
            span(time(0, 48000), time(48000, 48000)),
        )
    )
    made.tracks.extend([picture, sound, otio.schema.Track("Subs", kind="Text")])
    made.tracks.markers.append(otio.schema.Marker("beat", span(time(12, 24), time(0, 24))))
    return made


def test_a_foreign_file_gives_cuts_and_times_and_says_what_it_could_not() -> None:
    read, remarks = FILES.read(stored(foreign()))
    assert read.rate == Ratio(24)
    dawn, noon, nest, bars = read.picture.items
    assert isinstance(dawn, Clip) and isinstance(noon, Clip) and isinstance(bars, Clip)
    assert (dawn.length, dawn.panes[0].source_start) == (48, 24)
    assert dawn.panes[0].media == Media(MediaKind.ASSET, "dawn 1.mov")
    assert (noon.length, noon.transition) == (48, Transition(length=12))
    assert nest == Gap(12)
    assert bars.panes[0].media.kind is MediaKind.COLOUR
    [gap, song] = read.music[0].items
    assert (gap.length, song.length, song.asset_id) == (12, 24, "song.wav")  # type: ignore[union-attr]
    assert [(m.frame, m.name) for m in read.markers] == [(12, "beat")]
    said = "\n".join(remarks)
    for words in (
        "16:9 is taken",
        "“dip” becomes a crossfade",
        "centred now",
        "Noon names no file",
        "Nest holds tracks of its own",
        "Bars is made by the other editor",
        "FreezeFrame",
        "Endless has no length",
        "Track Subs is of a kind",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty"),
        (b"   ", "is empty"),
        (b"\xff\xfe\x00", "no OpenTimelineIO JSON"),
        (b"{", "no OpenTimelineIO JSON"),
        (b"[]", "holds no timeline"),
        (b'"x"', "holds no timeline"),
        (b'{"OTIO_SCHEMA": "Clip.2"}', "holds no timeline but Clip.2"),
        (b'{"OTIO_SCHEMA": "Timeline.1", "x": NaN}', "no OpenTimelineIO JSON"),
        (b'{"OTIO_SCHEMA": "Timeline.1", "x": 1e999}', "no OpenTimelineIO JSON"),
        (b'{"OTIO_SCHEMA": "Timeline.1", "x": -Infinity}', "no OpenTimelineIO JSON"),
        (b'{"OTIO_SCHEMA": "Timeline.1", "tracks": 5}', "is damaged"),
        (b'{"OTIO_SCHEMA": "Timeline.1"}', "is damaged"),
        (b'{"OTIO_SCHEMA": "Timeline.9999"}', "is damaged"),
        (b"[" * (DEEPEST + 1), "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b" " * (32 * 2**20) + b"{}", "has 32.0 MiB"),
    ],
)
def test_what_is_no_timeline_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem) as caught:
        FILES.read(data)
    assert caught.value.field == "file"


def test_brackets_in_words_are_no_depth() -> None:
    named = editing.name_clip(three(), "c1", '[{"\\' * 40)
    assert FILES.read(FILES.write(named, "[[[" * 99, {}))[0] == named


def _paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = (
        value.keys()
        if isinstance(value, dict)
        else range(len(value)) if isinstance(value, list) else ()
    )
    return [here, *(path for key in keys for path in _paths(value[key], (*here, key)))]


BASES = [json.loads(stored(foreign())), json.loads(FILES.write(full(), "x", NAMES))]
NONSENSE = [None, True, -1, 0, 10**30, -(10**15), 1e300, "", "x", [], {}, {"OTIO_SCHEMA": "Gap.1"}]


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET)
@given(st.data())
def test_a_file_with_anything_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    base = json.loads(json.dumps(data.draw(st.sampled_from(BASES))))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([path for path in _paths(base) if path]))
        place = base
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = data.draw(st.sampled_from(NONSENSE))
    try:
        read, _ = FILES.read(json.dumps(base).encode())
    except InvalidInput:
        return
    assert shape_problems(read) == []


def test_a_timeline_that_could_not_be_stored_is_not_written() -> None:
    with pytest.raises(InvalidInput, match="clip c1"):
        FILES.write(
            replace(three(), picture=replace(three().picture, items=(Clip("c1", 0, (still(),)),))),
            "x",
            {},
        )

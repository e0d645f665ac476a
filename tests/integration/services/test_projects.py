"""Video projects: versions, undo and redo, sound, exchange, and files that are not tidied away."""

from __future__ import annotations

import pytest

from gator_engine import AssetQuery
from gator_engine.domain.assets import AssetKind
from gator_engine.domain.timeline import Clip, Media, MediaKind, Pane, Sound, Timeline
from gator_engine.domain.video import editing
from gator_engine.domain.video.captions import STYLES, Cue, Word
from gator_engine.domain.video.layers import set_caption_look, set_cues
from gator_engine.domain.video.time import Ratio
from gator_engine.errors import IllegalTransition, InvalidInput, NotFound, StaleWrite
from tests.integration.services.test_housekeeping import age
from tests.integration.services.video_desk import VideoDesk, a_film, video

__all__ = ["a_film", "video"]


def longer(timeline: Timeline) -> Timeline:
    return editing.insert_gap(timeline, 10)


def test_undo_and_redo_walk_through_the_edits(video: VideoDesk) -> None:
    projects = video.projects
    first = projects.create(video.persona.id, "Bowls")
    for _ in range(3):
        projects.edit(first.id, "Lengthen", longer)
    lengths = [projects.undo(first.id).timeline.length for _ in range(3)]
    assert lengths == [20, 10, 0]
    with pytest.raises(IllegalTransition):
        projects.undo(first.id)
    assert [projects.redo(first.id).timeline.length for _ in range(3)] == [10, 20, 30]
    with pytest.raises(IllegalTransition):
        projects.redo(first.id)
    assert projects.undo(first.id).timeline.length == 20
    assert projects.edit(first.id, "Lengthen", longer).redo_to == 0
    assert projects.undo(first.id).timeline.length == 20
    assert len(projects.versions(first.id)) == projects.get(first.id).version == 13


def test_undo_brings_back_exactly_what_was_there_and_says_what_it_took(video: VideoDesk) -> None:
    projects = video.projects
    made = video.slides()
    cut = projects.edit(made.id, "Split a clip", lambda now: editing.split(now, 40))
    named = projects.rename(made.id, "  Cups ")
    assert (named.title, named.step) == ("Cups", "Rename")
    back = projects.undo(made.id)
    assert (back.title, back.timeline, back.step) == ("Bowls", cut.timeline, "Undo: Rename")
    again = projects.undo(made.id)
    assert (again.timeline, again.step) == (made.timeline, "Undo: Split a clip")
    forth = projects.redo(made.id)
    assert (forth.timeline, forth.step) == (cut.timeline, "Redo: Split a clip")
    old = projects.restore_version(made.id, 1)
    assert (old.timeline, old.step) == (made.timeline, "Back to version 1")
    assert projects.undo(made.id).timeline == cut.timeline
    assert projects.get(made.id, 2) == cut
    with pytest.raises(NotFound):
        projects.get(made.id, 99)


def test_a_stale_or_impossible_edit_stores_nothing(video: VideoDesk) -> None:
    projects = video.projects
    made = video.slides()
    projects.edit(made.id, "Lengthen", longer, made.version)
    with pytest.raises(StaleWrite):
        projects.edit(made.id, "Lengthen", longer, made.version)
    with pytest.raises(InvalidInput, match="clip c9"):
        projects.edit(made.id, "Remove", lambda now: editing.remove(now, "c9"))
    with pytest.raises(InvalidInput, match="title"):
        projects.rename(made.id, " ")
    assert projects.edit(made.id, "Nothing", lambda now: now).version == 2
    assert [each.version for each in projects.versions(made.id)] == [2, 1]


def test_the_list_shows_the_newest_of_each_and_the_trash_apart(video: VideoDesk) -> None:
    projects = video.projects
    first, second = video.slides(), video.slides("black", "white")
    video.clock.advance(minutes=1)
    changed = projects.edit(first.id, "Lengthen", longer)
    assert projects.list(video.persona.id) == [changed, second]
    assert first.cover_asset_id == first.timeline.asset_ids()[0]
    copy = projects.duplicate(first.id)
    assert (copy.title, copy.version, copy.timeline) == ("Bowls (copy)", 1, changed.timeline)
    projects.trash(first.id)
    assert {each.id for each in projects.list()} == {second.id, copy.id}
    assert [each.id for each in projects.list(trashed=True)] == [first.id]
    for refused in (
        lambda: projects.edit(first.id, "Lengthen", longer),
        lambda: projects.render(first.id),
    ):
        with pytest.raises(IllegalTransition, match="in the trash"):
            refused()
    projects.restore(first.id)
    assert projects.get(first.id) == changed


def test_what_a_project_needs_is_used_and_never_tidied_away(video: VideoDesk) -> None:
    studio, projects = video.studio, video.projects
    made = video.slides("red", "blue")
    red, blue = made.timeline.asset_ids()
    [spare] = video.uploaded("gray")

    def used() -> set[str]:
        return {asset.id for asset in studio.library.search(AssetQuery(used=True)).items}

    assert used() == {red, blue}
    projects.edit(made.id, "Remove", lambda now: editing.remove(now, "c1"))
    assert used() == {blue}
    studio.selection.trash([red, blue, spare.id])
    video.clock.advance(days=40)
    age(studio.settings.home)
    emptied = studio.housekeeping.empty_trash(dry_run=False)
    assert emptied.assets == [spare.id]
    assert {one.name: one.reason for one in emptied.kept} == {
        "red.png": "an earlier version of a video project uses it",
        "blue.png": "a video project uses it",
    }
    assert projects.problems(projects.undo(made.id).id) == []
    projects.trash(made.id)
    assert used() == set()
    video.clock.advance(days=40)
    assert studio.housekeeping.empty_trash(dry_run=False).projects == [made.id]
    with pytest.raises(NotFound):
        projects.get(made.id)
    assert set(studio.housekeeping.empty_trash(dry_run=False).assets) == {red, blue}


def test_a_video_is_started_from_pictures_and_films(video: VideoDesk, a_film: bytes) -> None:
    [red] = video.uploaded("red")
    film = video.studio.library.upload(a_film, "a.mp4")
    made = video.projects.from_assets(video.persona.id, [red.id, film.id], seconds=1)
    still, moving = made.timeline.clips
    assert (made.title, still.name, moving.gain_db) == ("red.png", "red.png", 0.0)
    assert still.panes[0].motion and not moving.panes[0].motion
    assert video.projects.problems(made.id) == []
    quick = video.projects.edit(
        made.id,
        "Speed",
        lambda now: editing.set_speed(now, moving.id, Ratio(4), keep_length=True),
    )
    early, late = video.projects.problems(quick.id)
    assert early.field == late.field == "clip c2"
    assert "the transition into it shows" in early.problem
    assert ("s of its video" in late.problem, late.limit) == (True, "2.00 s")
    heard = video.heard(1)
    with pytest.raises(InvalidInput, match="slide 2: is audio"):
        video.projects.from_assets(video.persona.id, [red.id, heard.id])


def test_a_missing_file_is_named_by_its_clip(video: VideoDesk) -> None:
    pane = Pane(Media(MediaKind.ASSET, "nowhere"))
    timeline = editing.append(Timeline(), Clip("c1", 30, (pane,)))
    made = video.projects.create(video.persona.id, "Bowls", timeline)
    with pytest.raises(InvalidInput, match="clip c1: its file 'nowhere' is not in the library"):
        video.projects.render(made.id)
    empty = video.projects.create(video.persona.id, "Bowls")
    with pytest.raises(InvalidInput, match="picture: holds no clip"):
        video.projects.render(empty.id)
    assert video.projects.renderings(made.id) == []


def test_music_lies_under_the_whole_video(video: VideoDesk) -> None:
    made = video.slides()
    song = video.heard(3)
    scored = video.projects.add_music(made.id, song.id, gain_db=-6)
    [music] = scored.timeline.music[0].items
    assert isinstance(music, Sound)
    assert (music.length, music.loop, music.gain_db) == (made.timeline.length, True, -6)
    assert video.projects.problems(made.id) == []
    other = video.projects.add_music(made.id, video.heard(60).id)
    assert [len(track.items) for track in other.timeline.music] == [1]
    with pytest.raises(InvalidInput, match="file: is image"):
        video.projects.add_music(made.id, made.timeline.asset_ids()[0])
    with pytest.raises(InvalidInput, match="a file or a bed"):
        video.projects.add_music(made.id)


def test_a_bed_is_kept_with_its_licence_and_its_beats_are_exact(video: VideoDesk) -> None:
    made = video.slides()
    bed = video.projects.beds()[0]
    scored = video.projects.add_music(made.id, bed=bed.slug, seed=3)
    [asset_id] = {
        sound.asset_id for sound in scored.timeline.music[0].items if sound.kind == "sound"
    }
    about = video.studio.library.get(asset_id)
    assert about.facts.kind is AssetKind.AUDIO
    assert about.provenance.parameters["licence"] == bed.licence
    beats = video.projects.beats(asset_id)
    assert beats.exact and len(beats.times_s) > 5
    cut = video.projects.snap_to_beats(made.id)
    assert cut.timeline.length == made.timeline.length
    marked = {marker.frame for marker in cut.timeline.markers}
    assert cut.timeline.clips[0].length in marked
    assert made.timeline.clips[0].length not in marked
    with pytest.raises(InvalidInput, match="bed: 'x' is unknown"):
        video.projects.add_music(made.id, bed="x")
    with pytest.raises(InvalidInput, match="music: there is none"):
        video.projects.snap_to_beats(video.slides("black").id)


def test_scenes_last_as_long_as_what_is_said_over_them(video: VideoDesk) -> None:
    made = video.slides()
    with pytest.raises(InvalidInput, match="voice: there is none"):
        video.projects.stretch_to_voice(made.id)
    for seconds in (2, 3, 5):
        spoken = video.projects.add_voice(made.id, video.heard(seconds).id, text=f"{seconds}")
    assert [s.text for s in spoken.timeline.voice[0].items if isinstance(s, Sound)] == [
        "2",
        "3",
        "5",
    ]
    cue = Cue("a", 65, 20, (Word("three", 65, 20),))
    video.projects.edit(made.id, "Caption", lambda now: set_cues(now, [cue]))
    fitted = video.projects.stretch_to_voice(made.id).timeline
    assert [clip.length for clip in fitted.clips] == [60, 90, 150]
    assert [(s.length) for s in fitted.voice[0].items] == [60, 90, 150]
    assert fitted.captions.cues == (cue,)
    single = video.slides("black", "white")
    video.projects.add_voice(single.id, video.heard(7).id)
    shared = video.projects.stretch_to_voice(single.id).timeline
    assert [clip.length for clip in shared.clips] == [105, 105]


def test_captions_go_out_and_come_back_in_the_look_of_the_project(video: VideoDesk) -> None:
    made = video.slides()
    cue = Cue("a", 30, 30, (Word("Hello", 30, 15), Word("clay", 45, 15)))
    video.projects.edit(
        made.id, "Captions", lambda now: set_caption_look(set_cues(now, [cue]), STYLES["code"])
    )
    srt = video.projects.export_captions(made.id, "srt")
    assert b"00:00:01,000 --> 00:00:02,000\nHello clay" in srt
    again = video.projects.import_captions(made.id, srt, "a.srt").timeline.captions
    assert (again.style, [c.text for c in again.cues]) == (STYLES["code"], ["Hello clay"])
    assert (again.cues[0].start, again.cues[0].length) == (30, 30)
    assert video.projects.export_captions(made.id, "vtt").startswith(b"WEBVTT")
    with pytest.raises(InvalidInput, match="kind"):
        video.projects.export_captions(made.id, "doc")


def test_a_timeline_goes_to_another_editor_and_comes_back(video: VideoDesk) -> None:
    made = video.slides()
    data = video.projects.export_timeline(made.id)
    imported = video.projects.import_timeline(video.persona.id, data, "Again")
    assert (imported.project.timeline, imported.remarks) == (made.timeline, ())
    foreign = data.replace(b'"version": 1,', b'"version": 77,').replace(b'"asset_id"', b'"other"')
    found = video.projects.import_timeline(video.persona.id, foreign)
    assert found.project.timeline.asset_ids() == made.timeline.asset_ids()
    lost = foreign.replace(b"red.png", b"pink.png")
    missing = video.projects.import_timeline(video.persona.id, lost)
    assert "'pink.png' (clip c1) is not in the library: choose another file." in missing.remarks
    assert [p.field for p in video.projects.problems(missing.project.id)] == ["clip c1"]

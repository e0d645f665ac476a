"""Storyboards: what is out of date after each edit, and scenes that add up to the whole."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from gator_engine.adapters.sql.columns import to_json_text
from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.storyboard import (
    MOST_SCENES,
    Look,
    Scene,
    SceneVoice,
    ShotFrom,
    Stage,
    Storyboard,
    VoiceOver,
    scene_frames,
    storyboard_problems,
)
from gator_engine.domain.video.script import SpokenWord, VoiceChoice

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def a_board(count: int = 3) -> Storyboard:
    """A storyboard with nothing made yet."""
    scenes = tuple(Scene(f"s{n}", said=f"Sentence number {n}.") for n in range(count))
    return Storyboard(
        *("b1", "p1", "r1", "Title", "clay"),
        scenes=scenes,
        voice=VoiceChoice("espeak", "en-us"),
        look=Look(),
        version=1,
        created_at=NOW,
        saved_at=NOW,
        saved_by="ann",
    )


def made(board: Storyboard) -> Storyboard:
    """The same with every stage done."""
    for scene in board.scenes:
        shot = replace(scene, asset_id=f"a-{scene.id}", drawn_from=board.shot_key(scene))
        board = board.with_scene(shot)
    times = [SceneVoice(one.id, n * 2.0, n * 2.0 + 1.5, ()) for n, one in enumerate(board.scenes)]
    voice = VoiceOver("v1", 6.0, tuple(times), board.voice_key, "espeak", "en-us", "engine")
    board = replace(board, voice_over=voice, project_id="pr1")
    return replace(board, built_from=board.draft_key)


def test_everything_is_due_at_first_and_nothing_in_the_end() -> None:
    assert a_board().due() == (Stage.SHOTS, Stage.VOICE, Stage.DRAFT)
    assert made(a_board()).due() == ()
    assert Stage.SCRIPT in replace(a_board(), scenes=()).due()


def test_another_sentence_speaks_anew_and_redraws_its_card_alone() -> None:
    board = made(a_board())
    changed = board.with_scene(replace(board.scenes[1], said="Something else."))
    assert changed.to_shoot() == (changed.scenes[1],)
    assert changed.due() == (Stage.SHOTS, Stage.VOICE, Stage.DRAFT)


def test_another_heading_redraws_one_card_and_leaves_the_voice() -> None:
    board = made(a_board())
    changed = board.with_scene(replace(board.scenes[1], heading="Clay"))
    assert changed.to_shoot() == (changed.scenes[1],)
    assert changed.due() == (Stage.SHOTS, Stage.DRAFT)


def test_another_voice_leaves_the_shots() -> None:
    changed = replace(made(a_board()), voice=VoiceChoice("espeak", "en-gb"))
    assert changed.due() == (Stage.VOICE, Stage.DRAFT)


def test_music_and_captions_change_the_draft_alone() -> None:
    board = made(a_board())
    for look in (Look(music="calm"), Look(captions="clean"), Look(to_the_beat=True)):
        assert replace(board, look=look).due() == (Stage.DRAFT,)


def test_another_shape_redraws_what_was_made_for_the_old_one() -> None:
    board = made(a_board())
    changed = replace(board, look=Look(aspect=AspectRatio.WIDE))
    assert len(changed.to_shoot()) == 3 and Stage.VOICE not in changed.due()


def test_a_library_shot_is_never_made_again() -> None:
    board = made(a_board())
    own = replace(board.scenes[0], shot_from=ShotFrom.LIBRARY, asset_id="mine")
    changed = replace(board.with_scene(own), look=Look(aspect=AspectRatio.WIDE))
    assert own not in changed.to_shoot()
    empty = board.with_scene(replace(own, asset_id=""))
    assert empty.to_shoot() == (empty.scenes[0],)


def test_another_take_is_another_shot() -> None:
    board = made(a_board())
    scene = board.scenes[2]
    assert board.shot_key(scene) != board.shot_key(replace(scene, take=1))


def test_problems_name_the_scene_and_the_limit() -> None:
    fields = [p.field for p in storyboard_problems(a_board().with_scene(Scene("s1", said="🎉")))]
    assert fields == ["scenes[1].said"]
    many = storyboard_problems(a_board(MOST_SCENES + 1))
    assert (many[0].field, many[0].limit) == ("scenes", str(MOST_SCENES))
    long = storyboard_problems(a_board().with_scene(Scene("s0", said="a", heading="h" * 300)))
    assert long[0].field == "scenes[0].heading"


def test_what_is_stored_comes_back_equal() -> None:
    board = made(a_board())
    words = (SpokenWord("clay", 0.1, 0.4),)
    assert board.voice_over is not None
    voice = replace(board.voice_over, scenes=(SceneVoice("s0", 0.0, 1.0, words),))
    board = replace(board, voice_over=voice, voice=VoiceChoice("x", lexicon=(("a", "b"),)))
    stored = json.loads(to_json_text(board))
    assert TypeAdapter(Storyboard).validate_python(stored) == board


@given(
    st.lists(st.floats(0.2, 20), min_size=1, max_size=30),
    st.sampled_from([24.0, 25.0, 30_000 / 1001, 60.0]),
)
def test_scenes_add_up_to_the_whole_without_drift(lengths: list[float], rate: float) -> None:
    starts = [sum(lengths[:n]) for n in range(len(lengths))]
    voices = [
        SceneVoice(str(n), start, start + length, ())
        for n, (start, length) in enumerate(zip(starts, lengths, strict=True))
    ]
    found = scene_frames(voices, sum(lengths), rate)
    assert sum(found) == pytest.approx(sum(lengths) * rate, abs=1)
    for number, start in enumerate(starts):
        assert sum(found[:number]) == pytest.approx(start * rate, abs=1)

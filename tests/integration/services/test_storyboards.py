"""From a brief to a draft: stages are kept, only what changed is made anew, crashes go on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gator_engine import Studio, open_studio
from gator_engine.adapters.generators.card import CardGenerator
from gator_engine.config import Settings
from gator_engine.domain.assets import Origin
from gator_engine.domain.storyboard import Look, ShotFrom, Stage, Storyboard
from gator_engine.domain.timeline import Sound, placed
from gator_engine.domain.video.script import VoiceChoice
from gator_engine.errors import Cancelled, IllegalTransition, InvalidInput, StaleWrite, Transient
from gator_engine.ports import GenerateRequest, GenerateResult, Run
from gator_engine.services.storyboards import SceneEdit
from gator_engine.studio import run_jobs
from tests.fakes import FakeRenderer
from tests.integration.services.video_desk import a_film

__all__ = ["a_film"]
LINES = (
    "Clay | It begins as clay.",
    "Open | Two thumbs open it.",
    "Fire | The fire does the rest.",
)


class Painter:
    """The designed card at the port of generators, which fails where a test says so."""

    def __init__(self) -> None:
        self._card = CardGenerator(Settings())
        self.capabilities = self._card.capabilities
        self.calls, self.fails_at = 0, 0

    def missing(self) -> str:
        return ""

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        self.calls += 1
        if self.calls == self.fails_at:
            raise Transient("painter", "draw", "the power went")
        small = replace(request, size=(360, 640))
        return self._card.generate(small, run)


class Watched:
    """A run that is stopped after so many looks."""

    def __init__(self, looks: int = 10_000) -> None:
        self.looks, self.stages = looks, list[str]()

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        assert 0 <= fraction <= 1.0001
        self.stages.append(stage)
        self.check()

    def check(self) -> None:
        self.looks -= 1
        if self.looks < 0:
            raise Cancelled


@pytest.fixture
def painter() -> Painter:
    return Painter()


@pytest.fixture
def studio(tmp_path: Path, migrated: Path, painter: Painter, a_film: bytes) -> Iterator[Studio]:
    home = tmp_path / "studio"
    home.mkdir()
    shutil.copy(migrated, home)
    adapters = {"generators": {"card": painter}, "renderer": FakeRenderer(a_film)}
    with open_studio(home=home, queue="inline", adapters=adapters) as opened:
        opened.personas.create(opened.personas.templates()[0].profile)
        yield opened


def begun(studio: Studio, **more: object) -> Storyboard:
    persona = studio.personas.list()[0]
    return studio.storyboards.start(persona.id, "How a bowl is made", lines=LINES, **more)  # type: ignore[arg-type]


def edits(board: Storyboard) -> list[SceneEdit]:
    return [
        SceneEdit(one.said, one.shown, one.heading, one.shot_from, one.asset_id, one.id)
        for one in board.scenes
    ]


def test_one_job_makes_the_whole_video(studio: Studio) -> None:
    board = begun(studio, look=Look(music="calm"))
    job = studio.storyboards.make(board.id)
    assert job.name == "make_video"
    run_jobs(studio)
    done = studio.storyboards.get(board.id)
    assert done.due() == ()
    project = studio.projects.get(done.project_id)
    timeline, voice = project.timeline, done.voice_over
    assert voice is not None and voice.timing == "engine"
    assert timeline.asset_ids()[:3] == tuple(scene.asset_id for scene in done.scenes)
    # Scenes change where their words begin, and captions show every word.
    starts = [span.start for span, _ in placed(timeline.picture.items)]
    spoken = [round(one.start_s * 30) for one in voice.scenes]
    assert starts == [0, *spoken[1:]]
    said = " ".join(cue.text for cue in timeline.captions.cues)
    assert said == "It begins as clay. Two thumbs open it. The fire does the rest."
    [music] = [one for one in timeline.music[0].items if isinstance(one, Sound)]
    assert music.gain_db < 0 and music.length == timeline.length
    assert studio.library.get(voice.asset_id).provenance.origin is Origin.DESIGNED
    assert studio.projects.renderings(project.id), "a draft was asked for"


def test_one_changed_sentence_makes_its_shot_and_sentence_anew(
    studio: Studio, painter: Painter
) -> None:
    board = begun(studio)
    studio.storyboards.run(board.id, Watched())
    first = studio.storyboards.get(board.id)
    words = edits(first)
    words[1] = replace(words[1], said="Two thumbs open it slowly.", heading="Slowly")
    second = studio.storyboards.edit(first.id, first.version, scenes=words)
    assert second.to_shoot() == (second.scenes[1],)
    before = painter.calls
    studio.storyboards.run(board.id, Watched())
    third = studio.storyboards.get(board.id)
    assert painter.calls == before + 1 and third.due() == ()
    kept = [a.asset_id == b.asset_id for a, b in zip(first.scenes, third.scenes, strict=True)]
    assert kept == [True, False, True]
    assert third.project_id == first.project_id
    assert studio.projects.get(third.project_id).version > 1


def test_a_job_that_died_goes_on_with_the_next_shot(studio: Studio, painter: Painter) -> None:
    board = begun(studio)
    painter.fails_at = 3
    with pytest.raises(Transient):
        studio.storyboards.run(board.id, Watched())
    halfway = studio.storyboards.get(board.id)
    assert [bool(scene.asset_id) for scene in halfway.scenes] == [True, True, False]
    studio.storyboards.run(board.id, Watched())
    done = studio.storyboards.get(board.id)
    assert painter.calls == 4, "three shots, one of them twice"
    assert done.due() == ()
    assert [a.asset_id for a in halfway.scenes[:2]] == [a.asset_id for a in done.scenes[:2]]


def test_stopping_keeps_what_is_done(studio: Studio, painter: Painter) -> None:
    board = begun(studio)
    with pytest.raises(Cancelled):
        studio.storyboards.run(board.id, Watched(looks=6))
    assert 0 < painter.calls < 3
    assert studio.storyboards.get(board.id).voice_over is None


def test_each_stage_runs_again_by_itself(studio: Studio, painter: Painter) -> None:
    board = begun(studio)
    studio.storyboards.run(board.id, Watched())
    first = studio.storyboards.get(board.id)
    studio.storyboards.redo(board.id, Stage.SHOTS, first.scenes[0].id)
    run_jobs(studio)
    second = studio.storyboards.get(board.id)
    assert second.scenes[0].asset_id != first.scenes[0].asset_id
    assert second.voice_over == first.voice_over
    chosen = VoiceChoice("espeak", "en-gb", "en-gb")
    studio.storyboards.edit(board.id, second.version, voice=chosen)
    studio.storyboards.make(board.id)
    run_jobs(studio)
    third = studio.storyboards.get(board.id)
    assert third.scenes == second.scenes
    assert third.voice_over is not None and third.voice_over.voice == "en-gb"


def test_a_file_of_the_library_is_a_shot(studio: Studio, painter: Painter) -> None:
    board = begun(studio)
    studio.storyboards.run(board.id, Watched())
    first = studio.storyboards.get(board.id)
    words = edits(first)
    own = first.scenes[2].asset_id
    words[0] = replace(words[0], shot_from=ShotFrom.LIBRARY, asset_id="")
    empty = studio.storyboards.edit(first.id, first.version, scenes=words)
    with pytest.raises(InvalidInput, match=r"scenes\[0\]"):
        studio.storyboards.make(empty.id)
    words[0] = replace(words[0], asset_id=own)
    changed = studio.storyboards.edit(empty.id, empty.version, scenes=words)
    before = painter.calls
    studio.storyboards.run(changed.id, Watched())
    assert painter.calls == before
    project = studio.projects.get(studio.storyboards.get(board.id).project_id)
    assert project.timeline.clips[0].panes[0].media.asset_id == own


def test_what_cannot_be_is_refused_by_name(studio: Studio) -> None:
    persona = studio.personas.list()[0]
    with pytest.raises(InvalidInput, match="what it is about"):
        studio.storyboards.start(persona.id, " ")
    with pytest.raises(InvalidInput, match="no voice here speaks"):
        studio.storyboards.start(persona.id, "x", voice=VoiceChoice("", language="xx"))
    with pytest.raises(InvalidInput, match=r"scenes\[0\].said"):
        studio.storyboards.start(persona.id, "x", lines=["🎉"])
    board = studio.storyboards.start(persona.id, "x")
    with pytest.raises(InvalidInput, match="none yet"):
        studio.storyboards.make(board.id)
    with pytest.raises(IllegalTransition):
        studio.storyboards.take_script(board.id)
    with pytest.raises(StaleWrite):
        studio.storyboards.edit(board.id, 7, title="Late")
    with pytest.raises(InvalidInput, match=r"look\.generator"):
        scenes = [SceneEdit("Hello.", shot_from=ShotFrom.GENERATED)]
        changed = studio.storyboards.edit(board.id, board.version, scenes=scenes)
        studio.storyboards.make(changed.id)

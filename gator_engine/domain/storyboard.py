"""Storyboards: from a brief to a finished video in stages that a person can edit one by one.

brief → script → storyboard → shots → voice → draft. Each stage keeps a fingerprint of what it was
made from; a stage whose fingerprint no longer fits is out of date, and only it has to run again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.video.script import SpokenWord, VoiceChoice, says_something
from gator_engine.errors import FieldProblem, NotFound

MOST_SCENES = 40
LONGEST_SAID, LONGEST_SHOWN, LONGEST_TITLE = 2_000, 1_000, 200


class ShotFrom(StrEnum):
    """Where a scene's picture comes from: a designed card of its words, a file of the library, or
    a generator that is given the scene's picture in words."""

    CARD = "card"
    LIBRARY = "library"
    GENERATED = "generated"


class Stage(StrEnum):
    """The steps, in the order in which each needs the ones before it."""

    SCRIPT = "script"
    SHOTS = "shots"
    VOICE = "voice"
    DRAFT = "draft"


@dataclass(frozen=True)
class Scene:
    """One scene: what is said, what is to be seen, and the shot that shows it.

    `heading` stands on a designed card. `drawn_from` is the fingerprint of what the shot was made
    from ("" while there is none); `generation_id` names the run that makes or made it, `take` tells
    its tries apart.
    """

    id: str
    said: str
    shown: str = ""
    heading: str = ""
    shot_from: ShotFrom = ShotFrom.CARD
    asset_id: str = ""
    drawn_from: str = ""
    generation_id: str = ""
    take: int = 0


@dataclass(frozen=True)
class SceneVoice:
    """When a scene's words are heard in the voice-over, in seconds."""

    scene_id: str
    start_s: float
    end_s: float
    words: tuple[SpokenWord, ...]


@dataclass(frozen=True)
class VoiceOver:
    """The voice-over as it was made: its file, its scenes, and where the times come from."""

    asset_id: str
    duration_s: float
    scenes: tuple[SceneVoice, ...]
    spoken_from: str
    engine: str
    voice: str
    timing: str


@dataclass(frozen=True)
class Look:
    """How the video is put together. `music` names a bed or a library file ("" for none)."""

    aspect: AspectRatio = AspectRatio.STORY
    captions: str = "bold"
    music: str = ""
    generator: str = ""
    settings: tuple[tuple[str, object], ...] = ()
    seed: int = 0
    to_the_beat: bool = False


@dataclass(frozen=True)
class Storyboard:
    """A video in the making at one version; an edit makes the next version."""

    id: str
    persona_id: str
    persona_revision_id: str
    title: str
    topic: str
    scenes: tuple[Scene, ...]
    voice: VoiceChoice
    look: Look
    version: int
    created_at: datetime
    saved_at: datetime
    saved_by: str
    writing_id: str = ""
    voice_over: VoiceOver | None = None
    project_id: str = ""
    built_from: str = ""

    def scene(self, scene_id: str) -> Scene:
        """Raises NotFound."""
        for scene in self.scenes:
            if scene.id == scene_id:
                return scene
        raise NotFound("scene", scene_id)

    def with_scene(self, changed: Scene) -> Storyboard:
        """The storyboard with this scene in the place of the one with its id."""
        scenes = tuple(changed if scene.id == changed.id else scene for scene in self.scenes)
        return replace(self, scenes=scenes)

    @property
    def script(self) -> str:
        """Everything the voice says, a paragraph for each scene."""
        return "\n\n".join(scene.said for scene in self.scenes)

    # ------------------------------------------------------------------ what is out of date

    def shot_key(self, scene: Scene) -> str:
        """What a scene's shot depends on."""
        if scene.shot_from is ShotFrom.LIBRARY:
            return _key("library", scene.asset_id)
        look = self.look
        shared = (look.aspect.value, look.seed + scene.take, self.persona_revision_id)
        if scene.shot_from is ShotFrom.CARD:
            place = [one.id for one in self.scenes].index(scene.id)
            return _key("card", scene.heading, scene.said, place, *shared)
        return _key("generated", scene.shown or scene.said, look.generator, look.settings, *shared)

    def to_shoot(self) -> tuple[Scene, ...]:
        """The scenes without a shot, or whose shot no longer fits; library shots need a file."""
        return tuple(
            scene
            for scene in self.scenes
            if not scene.asset_id
            or (
                scene.shot_from is not ShotFrom.LIBRARY and scene.drawn_from != self.shot_key(scene)
            )
        )

    @property
    def voice_key(self) -> str:
        """What the voice-over depends on."""
        voice = self.voice
        said = [(scene.id, scene.said) for scene in self.scenes]
        return _key(said, voice.engine, voice.voice, voice.language, voice.speed, voice.lexicon)

    @property
    def draft_key(self) -> str:
        """What the timeline is put together from."""
        look, voice = self.look, self.voice_over
        shots = [(scene.id, scene.asset_id) for scene in self.scenes]
        sound = voice.asset_id if voice else ""
        mood = (look.aspect.value, look.captions, look.music, look.to_the_beat, look.seed)
        return _key(shots, sound, *mood)

    def due(self) -> tuple[Stage, ...]:
        """The stages that have to run, in their order; empty when the draft is up to date."""
        if not self.scenes:
            return tuple(Stage)
        found = []
        if self.to_shoot():
            found.append(Stage.SHOTS)
        if self.voice_over is None or self.voice_over.spoken_from != self.voice_key:
            found.append(Stage.VOICE)
        if found or not self.project_id or self.built_from != self.draft_key:
            found.append(Stage.DRAFT)
        return tuple(found)


def storyboard_problems(storyboard: Storyboard) -> list[FieldProblem]:
    """What cannot be stored."""
    found = list(storyboard.voice.problems())
    if len(storyboard.scenes) > MOST_SCENES:
        count = len(storyboard.scenes)
        found.append(FieldProblem("scenes", f"there are {count}", f"{MOST_SCENES}"))
    if len(storyboard.title) > LONGEST_TITLE:
        found.append(FieldProblem("title", "is too long", f"{LONGEST_TITLE} characters"))
    for number, scene in enumerate(storyboard.scenes):
        name = f"scenes[{number}]"
        if not says_something(scene.said):
            found.append(FieldProblem(f"{name}.said", "holds nothing that can be said"))
        for field, text, limit in (
            ("said", scene.said, LONGEST_SAID),
            ("shown", scene.shown, LONGEST_SHOWN),
            ("heading", scene.heading, LONGEST_TITLE),
        ):
            if len(text) > limit:
                found.append(FieldProblem(f"{name}.{field}", "is too long", f"{limit} characters"))
    return found


def scene_frames(voices: Sequence[SceneVoice], duration_s: float, rate: float) -> tuple[int, ...]:
    """How many frames each scene lasts, so that it changes where the next one starts to speak.

    The sum is the whole length: edges are rounded, never lengths, so nothing drifts.
    """
    edges = [0.0, *(one.start_s for one in voices[1:]), duration_s]
    frames = [round(edge * rate) for edge in edges]
    return tuple(max(1, later - earlier) for earlier, later in pairwise(frames))


def _key(*facts: object) -> str:
    told = json.dumps(facts, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:24]

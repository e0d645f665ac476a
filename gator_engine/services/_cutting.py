"""From shots and a voice to a timeline: scenes as long as their words, captions, music."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from gator_engine.domain.assets import Asset, AssetKind
from gator_engine.domain.projects import Project
from gator_engine.domain.storyboard import ShotFrom, Storyboard, VoiceOver, scene_frames
from gator_engine.domain.timeline import DEFAULT_RATE, Sound, Timeline
from gator_engine.domain.video import cueing, framing_edits, layers, rhythm
from gator_engine.domain.video.captions import STYLES, Captions, Word
from gator_engine.domain.video.framing import WHOLE, Easing, Rect
from gator_engine.domain.video.layers import Role
from gator_engine.domain.video.slideshow import Slide, slideshow
from gator_engine.domain.video.time import frames
from gator_engine.errors import IllegalTransition, InvalidInput, NotFound
from gator_engine.ports import Run
from gator_engine.services.library import Library
from gator_engine.services.projects import Projects

# The last picture stays a moment after the last word.
TAIL_S = 0.8
MUSIC_DB, MUSIC_FADE_S = -8.0, 1.2
NEARER = Rect(0.025, 0.025, 0.95, 0.95)


class Change(Protocol):
    """Stores what a function makes of the newest storyboard, and returns it."""

    def __call__(
        self, storyboard_id: str, change: Callable[[Storyboard], Storyboard], /
    ) -> Storyboard: ...


class Cutting:
    """Puts a storyboard together as a project, or brings its project up to date."""

    def __init__(self, library: Library, projects: Projects) -> None:
        self._library, self._projects = library, projects

    def cut(self, board: Storyboard, run: Run, change: Change) -> Storyboard:
        """The project with the newest shots and voice, and a draft of it on its way."""
        run.progress(0.0, "Putting it together")
        key = board.draft_key
        timeline = self._timeline(board)
        project = self._stored(board, timeline)
        if board.look.music:
            run.progress(0.4, "Adding music")
            project = self._with_music(board, project)
        run.progress(0.9, "Asking for a draft")
        self._projects.preview(project.id)
        return change(board.id, lambda was: replace(was, project_id=project.id, built_from=key))

    def _timeline(self, board: Storyboard) -> Timeline:
        voice, rate = board.voice_over, DEFAULT_RATE
        if voice is None:
            raise IllegalTransition("The voice-over", "missing", "part of a video")
        whole = voice.duration_s + TAIL_S
        lengths = scene_frames(voice.scenes, whole, float(rate.fraction))
        shots = self._library.many([scene.asset_id for scene in board.scenes])
        if len(shots) != len(board.scenes):
            raise InvalidInput("scenes", "a shot is not in the library any more", "shoot it again")
        timeline = slideshow(
            [_slide(shot, board) for shot in shots],
            aspect=board.look.aspect,
            rate=rate,
            seed=board.look.seed,
        )
        timeline = _still_readable(rhythm.stretched(timeline, lengths), board)
        spoken = frames(voice.duration_s, rate)
        said = Sound("", spoken, voice.asset_id, text=board.script[:2000], name="Voice-over")
        timeline = layers.add_sound(timeline, Role.VOICE, said, 0)
        return layers.set_captions(timeline, _captions(board, voice, timeline))

    def _stored(self, board: Storyboard, timeline: Timeline) -> Project:
        step = "Put together from the storyboard"
        if board.project_id:
            try:
                return self._projects.edit(board.project_id, step, lambda was: timeline)
            except (NotFound, IllegalTransition):
                pass  # it was thrown away: a new one takes its place
        return self._projects.create(board.persona_id, board.title, timeline, script=board.script)

    def _with_music(self, board: Storyboard, project: Project) -> Project:
        """A bed by its name or a library file by its id, quiet, and faded at both ends."""
        beds = {bed.slug for bed in self._projects.beds()}
        music, look = board.look.music, board.look
        if music in beds:
            added = self._projects.add_music(project.id, bed=music, seed=look.seed)
        else:
            added = self._projects.add_music(project.id, asset_id=music)
        added = self._projects.edit(project.id, "Music in the background", _softer)
        if not look.to_the_beat:
            return added
        return self._projects.snap_to_beats(project.id)


def _slide(shot: Asset, board: Storyboard) -> Slide:
    film = shot.facts.kind is AssetKind.VIDEO
    return Slide(shot.id, shot.title[:60], duration_s=shot.facts.duration_s if film else None)


def _still_readable(line: Timeline, board: Storyboard) -> Timeline:
    """Designed cards barely move, in and out in turn: their words stand near the edges."""
    for number, (clip, scene) in enumerate(zip(line.clips, board.scenes, strict=True)):
        if scene.shot_from is ShotFrom.CARD:
            ends = (WHOLE, NEARER) if number % 2 == 0 else (NEARER, WHOLE)
            line = framing_edits.set_motion(line, clip.id, *ends, Easing.LINEAR)
    return line


def _captions(board: Storyboard, voice: VoiceOver, timeline: Timeline) -> Captions:
    style = STYLES.get(board.look.captions, STYLES["bold"])
    captions = Captions(style=style, language=board.voice.language)
    rate = timeline.rate
    words = [
        Word(word.text, frames(word.start_s, rate), max(1, frames(word.end_s - word.start_s, rate)))
        for scene in voice.scenes
        for word in scene.words
    ]
    rules = cueing.rules_for(style, timeline.size, captions.safe_zone)
    return replace(captions, cues=cueing.cues_from_words(words, rate, rules, timeline.length))


def _softer(line: Timeline) -> Timeline:
    fade = frames(MUSIC_FADE_S, line.rate)
    for sound in _sounds(line):
        short = min(fade, sound.length // 2)
        quiet = replace(sound, gain_db=MUSIC_DB, fade_in=short, fade_out=short)
        line = layers.change_sound(line, quiet)
    return line


def _sounds(line: Timeline) -> Sequence[Sound]:
    return [item for track in line.music for item in track.items if isinstance(item, Sound)]

"""The worker's side of storyboards: shots, voice-over, draft, each kept as soon as it is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from gator_engine.domain.assets import Origin, Provenance
from gator_engine.domain.briefs import BriefDraft, BriefKind, GenerationStatus
from gator_engine.domain.capabilities import GeneratorCapabilities, Task
from gator_engine.domain.storyboard import (
    Scene,
    SceneVoice,
    ShotFrom,
    Stage,
    Storyboard,
    VoiceOver,
)
from gator_engine.domain.video.script import SpokenWord, VoiceChoice, sentences
from gator_engine.errors import IllegalTransition, InvalidInput
from gator_engine.ports import Narration, Narrator, Run
from gator_engine.services._context import Context
from gator_engine.services._cutting import Change, Cutting
from gator_engine.services._parts import PartOfRun
from gator_engine.services.generation import SEED_LIMIT, Generations
from gator_engine.services.library import Library, NewAsset

# How the stages share the progress of the whole.
_SHARES = {Stage.SHOTS: 0.7, Stage.VOICE: 0.2, Stage.DRAFT: 0.1}


class Filming:
    """Makes the stages of a storyboard that are due."""

    def __init__(
        self,
        context: Context,
        generations: Generations,
        library: Library,
        narrator: Callable[[], Narrator],
        cutting: Cutting,
    ) -> None:
        self._context, self._generations, self._library = context, generations, library
        self._narrator, self._cutting = narrator, cutting

    def voice(self, wanted: VoiceChoice) -> VoiceChoice:
        """The choice with engine and voice filled in. Raises InvalidInput or ConfigError."""
        if problems := wanted.problems():
            raise InvalidInput.collect(problems)
        return self._narrator().choose(wanted)

    def check(self, board: Storyboard) -> None:
        """Raises InvalidInput or CapabilityError for the first shot that cannot be made."""
        for number, scene in enumerate(board.scenes):
            if scene.shot_from is ShotFrom.LIBRARY:
                if not scene.asset_id:
                    raise InvalidInput(f"scenes[{number}].asset_id", "choose a file")
                self._library.get(scene.asset_id)
                continue
            try:
                self._generations.check(self._draft(board, scene))
            except InvalidInput as error:
                raise InvalidInput(f"scenes[{number}]", str(error)) from error

    def needs_models(self, board: Storyboard) -> bool:
        """Whether a shot that is due has to be made by a generator that keeps models warm."""
        return any(scene.shot_from is ShotFrom.GENERATED for scene in board.to_shoot())

    def run(self, storyboard_id: str, run: Run, change: Change) -> None:
        """Make what is due, stage by stage. Raises what the first stage that fails raises."""
        board = change(storyboard_id, lambda was: was)
        due = board.due()
        if Stage.SCRIPT in due:
            raise InvalidInput("scenes", "there are none yet", "write or type a script first")
        whole = sum(_SHARES[stage] for stage in due) or 1.0
        done = 0.0
        for stage in due:
            part = _Share(run, done / whole, _SHARES[stage] / whole)
            match stage:
                case Stage.SHOTS:
                    board = self._shoot_all(board, part, change)
                case Stage.VOICE:
                    board = self._speak(board, part, change)
                case Stage.DRAFT:
                    board = self._cutting.cut(board, part, change)
            done += _SHARES[stage]
        run.progress(1.0, "Done")

    # ------------------------------------------------------------------ shots

    def _shoot_all(self, board: Storyboard, run: Run, change: Change) -> Storyboard:
        due = board.to_shoot()
        for number, scene in enumerate(due):
            place = board.scenes.index(scene) + 1
            part = PartOfRun(run, number, len(due), f"Shot {place} of {len(board.scenes)}")
            board = self._shoot(board, scene, part, change)
            scene = board.scene(scene.id)
        return board

    def _shoot(self, board: Storyboard, scene: Scene, run: Run, change: Change) -> Storyboard:
        """The shot of one scene. Its run is on record first, so that a crash finds it again."""
        run.check()
        key = board.shot_key(scene)
        if not scene.generation_id:
            draft = self._draft(board, scene)
            with self._context.store.write() as uow:
                generation = self._generations.add(uow, draft)
            named = replace(scene, generation_id=generation.id)
            board = change(board.id, lambda was: _if_there(was, scene, named))
            scene = named
        self._generations.run(scene.generation_id, run)
        made = self._generations.get(scene.generation_id)
        if made.status is not GenerationStatus.SUCCEEDED or not made.asset_ids:
            raise IllegalTransition("The generation of the shot", made.status, "a picture")
        shot = replace(scene, asset_id=made.asset_ids[0], drawn_from=key)
        return change(board.id, lambda was: _if_there(was, scene, shot))

    def _draft(self, board: Storyboard, scene: Scene) -> BriefDraft:
        """What the generator of the scene's shot is asked for."""
        card = scene.shot_from is ShotFrom.CARD
        can = self._designer() if card else self._generator(board)
        place = [one.id for one in board.scenes].index(scene.id)
        title = scene.heading or (scene.said if card else "")
        return BriefDraft(
            persona_id=board.persona_id,
            kind=can.kinds[0] if not card else BriefKind.IMAGE,
            generator=can.slug,
            prompt="" if card else (scene.shown or scene.said),
            formats=(board.look.aspect,),
            count=1,
            seed=(board.look.seed + scene.take * 101 + place) % SEED_LIMIT,
            texts={"title": title} if card else {},
            settings={} if card else dict(board.look.settings),
            persona_revision_id=board.persona_revision_id,
        )

    def _designer(self) -> GeneratorCapabilities:
        return self._first(lambda can: can.task is Task.DESIGN and BriefKind.IMAGE in can.kinds)

    def _generator(self, board: Storyboard) -> GeneratorCapabilities:
        slug = board.look.generator
        if not slug:
            raise InvalidInput("look.generator", "choose what makes the pictures")
        return self._first(lambda can: can.slug == slug)

    def _first(self, fits: Callable[[GeneratorCapabilities], bool]) -> GeneratorCapabilities:
        found = [one for one in self._generations.generators() if fits(one.capabilities)]
        if not found:
            raise InvalidInput("generator", "none that makes such shots is installed")
        if found[0].missing:
            raise InvalidInput("generator", found[0].missing)
        return found[0].capabilities

    # ------------------------------------------------------------------ voice

    def _speak(self, board: Storyboard, run: Run, change: Change) -> Storyboard:
        key = board.voice_key
        said = self._narrator().narrate(board.script, board.voice, run)
        asset = self._library.keep(
            NewAsset(
                data=said.wav,
                provenance=Provenance(
                    origin=_origin(self._narrator(), said.engine),
                    label=f"Voice-over by {said.engine}",
                    generator=f"voice:{said.engine}",
                    model=said.voice,
                    prompt=board.script,
                    parameters=_told(board.voice, said),
                ),
                title=f"Voice-over: {board.title}"[:200],
                persona_id=board.persona_id,
                persona_revision_id=board.persona_revision_id,
            )
        )
        voice = VoiceOver(
            asset_id=asset.id,
            duration_s=said.duration_s,
            scenes=_by_scene(board, said),
            spoken_from=key,
            engine=said.engine,
            voice=said.voice,
            timing=said.timing,
        )
        return change(board.id, lambda was: replace(was, voice_over=voice))


class _Share:
    """A Run whose 0–1 is a stretch of the whole."""

    def __init__(self, run: Run, start: float, share: float) -> None:
        self._run, self._start, self._share = run, start, share

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        """See ports.Run."""
        self._run.progress(self._start + fraction * self._share, stage, preview)

    def check(self) -> None:
        """See ports.Run."""
        self._run.check()


def _if_there(was: Storyboard, before: Scene, after: Scene) -> Storyboard:
    """The newest storyboard with the shot, unless somebody changed or removed the scene."""
    now = next((scene for scene in was.scenes if scene.id == before.id), None)
    words = (before.said, before.shown, before.heading, before.shot_from, before.take)
    if now is None or (now.said, now.shown, now.heading, now.shot_from, now.take) != words:
        return was
    return was.with_scene(
        replace(
            now,
            asset_id=after.asset_id,
            drawn_from=after.drawn_from,
            generation_id=after.generation_id,
        )
    )


def _origin(narrator: Narrator, slug: str) -> Origin:
    """Neural voices are made by a model; the others by rules, as designs are."""
    engine = next(one for one in narrator.engines() if one.slug == slug)
    return Origin(engine.origin)


def _told(choice: VoiceChoice, said: Narration) -> Mapping[str, object]:
    return {
        "language": choice.language,
        "speed": choice.speed,
        "lexicon": [list(pair) for pair in choice.lexicon],
        "timing": said.timing,
        "licence": said.licence,
    }


def _by_scene(board: Storyboard, said: Narration) -> tuple[SceneVoice, ...]:
    """The sentences of the voice-over, put back together by scene."""
    found, at = [], 0
    for scene in board.scenes:
        parts = sentences(scene.said, board.voice.lexicon)
        count = sum(bool(part.words) for part in parts)
        mine = said.sentences[at : at + count]
        at += count
        words = tuple(
            SpokenWord(word.text, word.start_s, word.end_s) for one in mine for word in one.words
        )
        found.append(SceneVoice(scene.id, mine[0].start_s, mine[-1].end_s, words))
    return tuple(found)

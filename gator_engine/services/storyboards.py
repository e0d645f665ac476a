"""From a brief to a finished video: script, shots, voice and draft, each stage by itself.

Every stage is kept as soon as it is done. A job that dies after the third of five shots goes on
with the fourth; a changed sentence speaks only that sentence anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gator_engine.domain.storyboard import (
    Look,
    Scene,
    ShotFrom,
    Stage,
    Storyboard,
    storyboard_problems,
)
from gator_engine.domain.video.script import VoiceChoice
from gator_engine.domain.work import Job
from gator_engine.domain.writing import TextKind, WritingDraft
from gator_engine.errors import IllegalTransition, InvalidInput, NotFound, StaleWrite
from gator_engine.ports import Run, UnitOfWork
from gator_engine.services._context import Context
from gator_engine.services._filming import Filming
from gator_engine.services.jobs import Jobs
from gator_engine.services.texts import Texts

JOB = "make_video"
SAVE_TRIES = 5
TOPIC_LIMIT = 2_000


@dataclass(frozen=True)
class SceneEdit:
    """A scene as a person left it; `id` "" makes a new one. A library shot names its file."""

    said: str
    shown: str = ""
    heading: str = ""
    shot_from: ShotFrom = ShotFrom.CARD
    asset_id: str = ""
    id: str = ""


class Storyboards:
    """What one can do with storyboards; every edit makes a version."""

    def __init__(self, context: Context, texts: Texts, filming: Filming, jobs: Jobs) -> None:
        self._context, self._texts, self._jobs = context, texts, jobs
        self._filming = filming

    # ------------------------------------------------------------------ the document

    def start(
        self,
        persona_id: str,
        topic: str,
        *,
        title: str = "",
        lines: Sequence[str] = (),
        voice: VoiceChoice | None = None,
        look: Look | None = None,
    ) -> Storyboard:
        """Begin a video about something, perhaps with the sentences of each scene as lines.

        Without a choice the persona's language speaks in the best voice that is ready. Raises
        InvalidInput or NotFound.
        """
        context, now = self._context, self._context.now()
        if not topic.strip() and not lines:
            raise InvalidInput("topic", "say what it is about")
        if len(topic) > TOPIC_LIMIT:
            raise InvalidInput("topic", f"has {len(topic)} characters", f"{TOPIC_LIMIT}")
        with context.store.write() as uow:
            persona = uow.personas.get(persona_id)
            spoken = next(iter(persona.profile.identity.languages), "en")
            made = Storyboard(
                id=context.ids.new(),
                persona_id=persona_id,
                persona_revision_id=persona.revision.id,
                title=title.strip() or topic.strip()[:80] or "Video",
                topic=topic.strip(),
                scenes=tuple(self._scene(line) for line in lines if line.strip()),
                voice=self._filming.voice(voice or VoiceChoice("", language=spoken)),
                look=look or Look(),
                version=1,
                created_at=now,
                saved_at=now,
                saved_by=context.actor,
            )
            self._add(uow, made)
            context.audit(uow, "add", "storyboard", made.id)
        return made

    def get(self, storyboard_id: str) -> Storyboard:
        """The newest version. Raises NotFound."""
        with self._context.store.read() as uow:
            return uow.storyboards.get(storyboard_id)

    def list(self, persona_id: str | None = None, limit: int = 50) -> Sequence[Storyboard]:
        """The newest version of each, newest first."""
        with self._context.store.read() as uow:
            return uow.storyboards.list(persona_id, limit=limit)

    def edit(
        self,
        storyboard_id: str,
        expected: int,
        *,
        title: str | None = None,
        scenes: Sequence[SceneEdit] | None = None,
        voice: VoiceChoice | None = None,
        look: Look | None = None,
    ) -> Storyboard:
        """Change what a person may change; None leaves a part as it is.

        Raises InvalidInput, NotFound, or StaleWrite when somebody saved meanwhile.
        """
        chosen = self._filming.voice(voice) if voice is not None else None

        def edited(was: Storyboard) -> Storyboard:
            changed = replace(
                was,
                title=was.title if title is None else title.strip(),
                voice=chosen or was.voice,
                look=look or was.look,
            )
            if scenes is None:
                return changed
            return replace(changed, scenes=tuple(self._edited(was, one) for one in scenes))

        return self.change(storyboard_id, edited, expected)

    # ------------------------------------------------------------------ the script

    def write_script(
        self, storyboard_id: str, writer: str, *, scenes: int = 0, seed: int = 0
    ) -> Storyboard:
        """Have the script written by a language model, in the persona's voice, as a job.

        Take it over with `take_script` when it is done. Raises InvalidInput.
        """
        board = self.get(storyboard_id)
        writing = self._texts.request(
            WritingDraft(
                persona_id=board.persona_id,
                kind=TextKind.SCRIPT,
                topic=board.topic or board.title,
                writer=writer,
                variants=1,
                language=board.voice.language.split("-")[0],
                count=scenes,
                seed=seed,
            )
        )
        return self.change(storyboard_id, lambda was: replace(was, writing_id=writing.id))

    def take_script(self, storyboard_id: str, number: int = 0) -> Storyboard:
        """Make the scenes of the written script; the earlier ones are in the version before.

        Raises IllegalTransition while it is being written, InvalidInput when nothing came of it.
        """
        board = self.get(storyboard_id)
        if not board.writing_id:
            raise IllegalTransition("The script", "not asked for", "taken over")
        writing = self._texts.get(board.writing_id)
        if not writing.status.final:
            raise IllegalTransition("The script", writing.status.value, "taken over")
        found = writing.variants[number : number + 1]
        if not found or not found[0].parts:
            raise InvalidInput("script", writing.error or "holds no scenes")
        generated = bool(board.look.generator)
        scenes = tuple(
            Scene(
                self._context.ids.new(),
                said=part.text.strip(),
                shown=part.title.strip(),
                shot_from=ShotFrom.GENERATED if generated else ShotFrom.CARD,
            )
            for part in found[0].parts
        )
        title = found[0].title.strip() or board.title
        return self.change(
            storyboard_id, lambda was: replace(was, scenes=scenes, title=title, writing_id="")
        )

    # ------------------------------------------------------------------ making it

    def make(self, storyboard_id: str) -> Job:
        """Run every stage that is due, as one job. Raises InvalidInput when it has no scenes."""
        board = self.get(storyboard_id)
        if not board.scenes:
            raise InvalidInput("scenes", "there are none yet", "write or type a script first")
        self._filming.check(board)
        job_name = "shoot_video" if self._filming.needs_models(board) else JOB
        with self._context.store.write() as uow:
            unique = f"{JOB}:{storyboard_id}"
            job = self._jobs.add(uow, job_name, storyboard_id, unique_key=unique, awaited=True)
            self._context.audit(uow, "make", "storyboard", storyboard_id)
        self._jobs.send(job)
        return job

    def redo(self, storyboard_id: str, stage: Stage, scene_id: str = "") -> Job:
        """Run one stage again although it fits: another take of a shot, the voice, the draft."""
        with self._context.store.write() as uow:
            self._context.audit(uow, "redo", "storyboard", storyboard_id, stage=stage.value)
        self.change(storyboard_id, lambda was: _without(was, stage, scene_id))
        return self.make(storyboard_id)

    def job(self, storyboard_id: str) -> Job | None:
        """Its newest job."""
        return max(self._jobs.for_subject(storyboard_id), key=lambda job: job.id, default=None)

    def cancel(self, storyboard_id: str) -> None:
        """Stop it; what is done stays. Raises NotFound."""
        job = self.job(storyboard_id)
        if job is None:
            raise NotFound("job of the video", storyboard_id)
        self._jobs.cancel(job.id)

    def run(self, storyboard_id: str, run: Run) -> None:
        """Make what is due. Called by the worker; safe to repeat."""
        self._filming.run(storyboard_id, run, self.change)

    # ------------------------------------------------------------------ inside

    def change(
        self,
        storyboard_id: str,
        change: Callable[[Storyboard], Storyboard],
        expected: int | None = None,
    ) -> Storyboard:
        """Store the next version; without an expectation it goes on top of whatever is newest."""
        for _ in range(SAVE_TRIES):
            with self._context.store.write() as uow:
                was = uow.storyboards.get(storyboard_id)
                if expected is not None and was.version != expected:
                    raise StaleWrite("Somebody saved this storyboard in the meantime.")
                changed = change(was)
                if changed == was:
                    return was
                changed = replace(
                    changed,
                    version=was.version + 1,
                    saved_at=self._context.now(),
                    saved_by=self._context.actor,
                )
                try:
                    self._add(uow, changed)
                except StaleWrite:
                    if expected is not None:
                        raise
                    continue  # Another process saved between reading and writing.
                return changed
        raise StaleWrite("Too many people change this storyboard at once.")

    def _add(self, uow: UnitOfWork, board: Storyboard) -> None:
        if problems := storyboard_problems(board):
            raise InvalidInput.collect(problems)
        uow.storyboards.add(board)

    def _scene(self, line: str) -> Scene:
        """ "Heading | what is said", or only what is said."""
        heading, bar, said = line.partition("|")
        if not bar:
            heading, said = "", line
        return Scene(self._context.ids.new(), said=said.strip(), heading=heading.strip())

    def _edited(self, was: Storyboard, edit: SceneEdit) -> Scene:
        old = was.scene(edit.id) if edit.id else Scene(self._context.ids.new(), said="")
        own = edit.shot_from is ShotFrom.LIBRARY
        kept = edit.asset_id if own else ("" if old.shot_from is ShotFrom.LIBRARY else old.asset_id)
        changed = replace(
            old,
            said=edit.said.strip(),
            shown=edit.shown.strip(),
            heading=edit.heading.strip(),
            shot_from=edit.shot_from,
            asset_id=kept,
        )
        # A run that was for other words must not be taken for this shot's.
        same = (changed.said, changed.shown, changed.heading, changed.shot_from) == (
            *(old.said, old.shown, old.heading),
            old.shot_from,
        )
        return changed if same else replace(changed, generation_id="")


def _without(was: Storyboard, stage: Stage, scene_id: str) -> Storyboard:
    """The storyboard with a stage undone, so that it is due again."""
    match stage:
        case Stage.SHOTS:
            scene = was.scene(scene_id)
            if scene.shot_from is ShotFrom.LIBRARY:
                raise InvalidInput("scene", "shows a file of the library", "choose another file")
            again = replace(scene, take=scene.take + 1, generation_id="")
            return was.with_scene(again)
        case Stage.VOICE:
            return replace(was, voice_over=None)
        case Stage.DRAFT:
            return replace(was, built_from="")
        case _:
            raise InvalidInput("stage", "is written anew with write_script", "shots, voice, draft")

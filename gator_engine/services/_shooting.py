"""Shooting a character set: one picture after the other, each kept whatever becomes of the next."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gator_engine.domain.briefs import AspectRatio, BriefDraft, BriefKind, GenerationStatus
from gator_engine.domain.capabilities import Task
from gator_engine.domain.identity import (
    SHOT_BY_KEY,
    SHOTS,
    CharacterSet,
    CharacterShot,
    ShotState,
    locked_changes,
)
from gator_engine.domain.identity_routes import RECIPE_KEY, SETTLED_KEY, Route
from gator_engine.domain.personas import Persona
from gator_engine.errors import (
    IllegalTransition,
    InvalidInput,
    NotFound,
    Rejected,
    Transient,
)
from gator_engine.ports import Run, UnitOfWork
from gator_engine.services._context import Context
from gator_engine.services._parts import PartOfRun
from gator_engine.services.generation import SEED_LIMIT, Generations, GeneratorInfo
from gator_engine.services.jobs import Jobs

JOB = "character_set"
TRIES_PER_RUN = 2


class Shooting:
    """Makes character sets through the generators."""

    def __init__(self, context: Context, generations: Generations, jobs: Jobs) -> None:
        self._context, self._generations, self._jobs = context, generations, jobs

    def start(
        self,
        persona_id: str,
        generator: str,
        settings: Mapping[str, object],
        route: Route | None = None,
    ) -> CharacterSet:
        """A new set, or the newest one when it is of the same make and not complete.

        The way to keep the face is settled here, for all shots alike.
        """
        with self._context.store.read() as uow:
            persona = uow.personas.get(persona_id)
        plan = self._generations.route(shot(persona_id, generator, settings, route=route))
        if plan is not None:
            settled = {} if route else {SETTLED_KEY: True}
            settings = {**settings, RECIPE_KEY: plan.route.value, **settled}
        for spec in SHOTS:
            self._generations.check(shot(persona_id, generator, settings, spec.prompt))
        with self._context.store.write() as uow:
            unfinished = self._unfinished(uow, persona, generator, settings)
            made = unfinished or self._new(uow, persona, generator, settings)
            job = self._jobs.add(uow, JOB, made.id, unique_key=f"{JOB}:{made.id}")
        self._jobs.send(job)
        return made

    def retry(self, set_id: str, key: str) -> CharacterSet:
        """One shot again, with another seed."""
        if key not in SHOT_BY_KEY:
            raise InvalidInput("key", f"{key!r} is no shot", ", ".join(SHOT_BY_KEY))
        with self._context.store.write() as uow:
            made = uow.characters.set(set_id)
            shot = next(shot for shot in uow.characters.shots(set_id) if shot.key == key)
            again = replace(shot, state=ShotState.PENDING, generation_id=None, error="")
            uow.characters.save_shot(again)
            self._context.audit(uow, "retry", "shot", shot.id, key=key)
            job = self._jobs.add(uow, JOB, set_id, unique_key=f"{JOB}:{set_id}")
        self._jobs.send(job)
        return made

    def cancel(self, set_id: str) -> None:
        """Stop the newest job of the set."""
        job = max(self._jobs.for_subject(set_id), key=lambda job: job.id, default=None)
        if job is None:
            raise NotFound("job of the character set", set_id)
        self._jobs.cancel(job.id)

    def run(self, set_id: str, run: Run) -> None:
        """Make every shot that is not done. Raises Rejected in the end when some failed."""
        with self._context.store.read() as uow:
            made, shots = uow.characters.set(set_id), uow.characters.shots(set_id)
            persona = uow.personas.get(made.persona_id)
            meant = uow.personas.revision(made.persona_revision_id).profile
        changed = locked_changes(meant, persona.profile)
        if changed:
            raise InvalidInput(
                "persona", f"changed since the set was started ({', '.join(changed)})", "a new set"
            )
        failed = []
        for shot in shots:
            part = PartOfRun(run, shot.number, len(shots), shot.spec.label)
            after = shot if shot.state is ShotState.DONE else self._shoot(made, shot, part)
            if after.state is ShotState.FAILED:
                failed.append(f"{after.spec.label} ({after.error})")
        if failed:
            text = f"{len(failed)} of {len(shots)} shots failed, the others are kept: "
            raise Rejected(made.generator, JOB, text + "; ".join(failed))

    def _shoot(self, made: CharacterSet, shot: CharacterShot, run: Run) -> CharacterShot:
        """The shot as done or failed; other errors than a generator's end the whole set."""
        error = ""
        for _ in range(TRIES_PER_RUN):
            run.progress(0.0, "waiting for the generator")
            shot = self._prepared(made, shot)
            try:
                asset_id = self._made(str(shot.generation_id), run)
            except (Rejected, Transient) as failure:
                # The next try gets a generation of its own, and thereby another seed.
                error = failure.message
                shot = self._save(replace(shot, generation_id=None, error=error))
                continue
            return self._save(
                replace(
                    shot,
                    state=ShotState.DONE,
                    asset_id=asset_id,
                    error="",
                    finished_at=self._context.now(),
                )
            )
        return self._save(
            replace(shot, state=ShotState.FAILED, error=error, finished_at=self._context.now())
        )

    def _prepared(self, made: CharacterSet, shot: CharacterShot) -> CharacterShot:
        """The shot with the generation that a stopped run left, or with a new one.

        The generation is on record before it runs: a run that takes over after a crash finds it,
        and what it made already is not made again.
        """
        if shot.generation_id is not None:
            return shot
        seed = (made.seed + shot.number + len(SHOTS) * shot.attempts) % SEED_LIMIT
        draft = replace(_draft(made, shot), seed=seed)
        with self._context.store.write() as uow:
            generation = self._generations.add(uow, draft)
            after = replace(
                shot,
                state=ShotState.PENDING,
                attempts=shot.attempts + 1,
                generation_id=generation.id,
            )
            uow.characters.save_shot(after)
        return after

    def _made(self, generation_id: str, run: Run) -> str:
        self._generations.run(generation_id, run)
        done = self._generations.get(generation_id)
        if done.status is not GenerationStatus.SUCCEEDED or not done.asset_ids:
            raise IllegalTransition("The generation of the shot", done.status, "a picture")
        return done.asset_ids[0]

    def _save(self, shot: CharacterShot) -> CharacterShot:
        with self._context.store.write() as uow:
            uow.characters.save_shot(shot)
        return shot

    def _unfinished(
        self, uow: UnitOfWork, persona: Persona, generator: str, settings: Mapping[str, object]
    ) -> CharacterSet | None:
        newest: Sequence[CharacterSet] = uow.characters.sets(persona.id)[:1]
        for one in newest:
            meant = uow.personas.revision(one.persona_revision_id).profile
            same = one.generator == generator and _plain(one.settings) == _plain(settings)
            shots = uow.characters.shots(one.id)
            open_ones = [shot for shot in shots if shot.state is not ShotState.DONE]
            if same and open_ones and not locked_changes(meant, persona.profile):
                return one
        return None

    def _new(
        self, uow: UnitOfWork, persona: Persona, generator: str, settings: Mapping[str, object]
    ) -> CharacterSet:
        context = self._context
        made = CharacterSet(
            id=context.ids.new(),
            persona_id=persona.id,
            persona_revision_id=persona.revision.id,
            generator=generator,
            seed=secrets.randbelow(SEED_LIMIT),
            created_at=context.now(),
            created_by=context.actor,
            settings=dict(settings),
        )
        shots = [
            CharacterShot(context.ids.new(), made.id, number, spec.key)
            for number, spec in enumerate(SHOTS)
        ]
        uow.characters.add_set(made, shots)
        context.audit(uow, "start", "character set", made.id, generator=generator)
        return made


def draws(info: GeneratorInfo) -> bool:
    """Whether a generator is ready to make pictures of a persona out of words."""
    can = info.capabilities
    makes = BriefKind.IMAGE in can.kinds and can.task is Task.TEXT_TO_IMAGE
    return (
        makes and can.uses_prompt and not info.missing and not any(o.required for o in can.pictures)
    )


def shot(
    persona_id: str,
    generator: str,
    settings: Mapping[str, object] | None = None,
    prompt: str = "",
    route: Route | None = None,
) -> BriefDraft:
    """The brief of one square picture; `route`, else the one among the settings of a set, insists
    on a way to keep the face."""
    options = dict(settings or {})
    settled = {key: options.pop(key) for key in (RECIPE_KEY, SETTLED_KEY) if key in options}
    return BriefDraft(
        persona_id=persona_id,
        kind=BriefKind.IMAGE,
        generator=generator,
        prompt=prompt,
        formats=(AspectRatio.SQUARE,),
        settings=options,
        recipe={RECIPE_KEY: route.value} if route else settled,
    )


def _draft(made: CharacterSet, one: CharacterShot) -> BriefDraft:
    return shot(made.persona_id, made.generator, made.settings, one.spec.prompt)


def _plain(value: object) -> object:
    """As it comes back from the database, where tuples are lists."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value

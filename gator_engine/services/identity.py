"""The identity lock: what a persona looks like, held still, and taught to a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gator_engine.domain.assets import Asset, AssetKind
from gator_engine.domain.briefs import Generation
from gator_engine.domain.identity import (
    CharacterSet,
    CharacterShot,
    IdentityScore,
    Likeness,
    LookLock,
    LoraTraining,
    ReferenceImage,
    ReferenceSet,
    ReferenceState,
    with_lora,
)
from gator_engine.domain.identity_routes import Route, RoutePlan, RouteState, together
from gator_engine.domain.personas import LikenessConsent, Persona, PersonaProfile
from gator_engine.errors import IllegalTransition, InvalidInput
from gator_engine.ports import LoraOptions, Run, UnitOfWork
from gator_engine.services._context import Context
from gator_engine.services._look_lock import guard_look
from gator_engine.services._references import check_consent, entry, refuse_without_consent
from gator_engine.services._scoring import Scoring
from gator_engine.services._shooting import Shooting, draws, shot
from gator_engine.services._training import Training
from gator_engine.services.generation import Generations
from gator_engine.services.library import Library
from gator_engine.services.personas import Personas

REASON_LIMIT = 500
CANDIDATE_PROMPT = (
    "head and shoulders portrait, facing the camera, neutral expression, plain background"
)


@dataclass(frozen=True)
class CharacterSheet:
    """A character set with its shots, in order."""

    set: CharacterSet
    shots: tuple[CharacterShot, ...]


class Identity:
    """What one can do about a persona's likeness."""

    def __init__(
        self,
        context: Context,
        personas: Personas,
        library: Library,
        generations: Generations,
        scoring: Scoring,
        shooting: Shooting,
        training: Training,
    ) -> None:
        self._context, self._personas = context, personas
        self._library, self._generations = library, generations
        self._scoring, self._shooting, self._training = scoring, shooting, training

    # ------------------------------------------------------------------ reference pictures

    def references(self, persona_id: str) -> ReferenceSet:
        """The reference pictures and everything that was decided about them. Raises NotFound."""
        with self._context.store.read() as uow:
            uow.personas.get(persona_id)
            images, history = uow.looks.references(persona_id), uow.looks.history(persona_id)
        return ReferenceSet(persona_id, tuple(images), tuple(history))

    def faces(self, persona_ids: Sequence[str]) -> Mapping[str, Asset]:
        """The first accepted picture of each persona that has one, in one look."""
        with self._context.store.read() as uow:
            chosen = uow.looks.faces(persona_ids)
            assets = {asset.id: asset for asset in uow.assets.many(list(chosen.values()))}
        return {one: assets[picture] for one, picture in chosen.items() if picture in assets}

    def propose(self, persona_id: str, asset_ids: Sequence[str]) -> ReferenceSet:
        """Make pictures of the library candidates; those known already stay as they are.

        Raises NotFound, or InvalidInput for an asset that is no picture.
        """
        with self._context.store.write() as uow:
            uow.personas.get(persona_id)
            for asset_id in asset_ids:
                self._propose(uow, persona_id, asset_id)
        return self.references(persona_id)

    def upload(self, persona_id: str, data: bytes, filename: str) -> ReferenceImage:
        """Keep a file as a candidate. Raises NotFound, or InvalidInput for what is no picture."""
        with self._context.store.read() as uow:
            uow.personas.get(persona_id)
        asset = self._library.upload(data, filename, persona_id=persona_id, only=AssetKind.IMAGE)
        found = self.propose(persona_id, [asset.id]).images
        return next(image for image in found if image.asset_id == asset.id)

    def generate_candidates(
        self,
        persona_id: str,
        count: int,
        generator: str,
        settings: Mapping[str, object] | None = None,
    ) -> Generation:
        """Ask a generator for portraits; each becomes a candidate as soon as it is there.

        `studio.generation.job` and `cancel` follow it. Raises InvalidInput or CapabilityError.
        """
        draft = shot(persona_id, generator, settings or {}, CANDIDATE_PROMPT)
        draft = replace(draft, count=count)
        return self._generations.queue(draft, "reference_candidates")

    def accept(self, reference_id: str, reason: str = "") -> ReferenceImage:
        """This is what the persona looks like.

        Raises NotFound, IllegalTransition, or InvalidInput: also for a picture that shows a real
        person whose consent is not on record.
        """
        return self._decide(reference_id, ReferenceState.ACCEPTED, reason)

    def reject(self, reference_id: str, reason: str) -> ReferenceImage:
        """This is not; says why. Raises NotFound, InvalidInput, IllegalTransition."""
        if not reason.strip():
            raise InvalidInput("reason", "is empty; say what is wrong with the picture")
        return self._decide(reference_id, ReferenceState.REJECTED, reason)

    def mark_real(
        self, reference_id: str, consent: LikenessConsent | None = None, scope: str = ""
    ) -> ReferenceImage:
        """The picture shows a real person; `consent` says who agreed and when, `scope` to what.

        Without a consent it is on record and used for nothing: an accepted picture becomes a
        candidate again (a consent is withdrawn in the same way). Raises NotFound, or InvalidInput
        for half a consent, a day to come or a text too long.
        """
        likeness = Likeness(consent or LikenessConsent(), scope.strip())
        if consent is not None or scope:
            check_consent(likeness, self._context.now().date())
        return self._mark(reference_id, likeness, str(likeness))

    def mark_fictional(self, reference_id: str, reason: str) -> ReferenceImage:
        """The picture shows nobody real after all; says how that is known.

        Raises NotFound, or InvalidInput without a reason.
        """
        if not reason.strip():
            raise InvalidInput("reason", "is empty; say how it is known that nobody real is shown")
        return self._mark(reference_id, None, f"shows nobody real: {_reason(reason)}")

    # ------------------------------------------------------------------ the lock

    def locked(self, persona_id: str) -> LookLock | None:
        """The lock in force, if any."""
        with self._context.store.read() as uow:
            return uow.looks.lock(persona_id)

    def locks(self, persona_id: str) -> Sequence[LookLock]:
        """Every lock there ever was, newest first, with the reasons for opening."""
        with self._context.store.read() as uow:
            return uow.looks.locks(persona_id)

    def lock(self, persona_id: str) -> LookLock:
        """Hold the look still as it is now. Raises NotFound; IllegalTransition when it is held."""
        context = self._context
        with context.store.write() as uow:
            lock = LookLock(
                id=context.ids.new(),
                persona_id=persona_id,
                persona_revision_id=uow.personas.get(persona_id).revision.id,
                locked_at=context.now(),
                locked_by=context.actor,
            )
            if not uow.looks.add_lock(lock):
                raise IllegalTransition("The look", "locked", "locked")
            context.audit(uow, "lock", "persona", persona_id, lock=lock.id)
        return lock

    def open_lock(self, persona_id: str, reason: str) -> LookLock:
        """Let the look change again, saying why; it stays on record.

        Raises InvalidInput without a reason, IllegalTransition when nothing is locked, StaleWrite
        when somebody else opened it in between.
        """
        why = _reason(reason)
        if not why:
            raise InvalidInput("reason", "is empty; say why the look has to change")
        context = self._context
        with context.store.write() as uow:
            lock = uow.looks.lock(persona_id)
            if lock is None:
                raise IllegalTransition("The look", "open", "opened")
            opened = replace(
                lock, opened_at=context.now(), opened_by=context.actor, opened_reason=why
            )
            uow.looks.open_lock(opened)
            context.audit(uow, "open_lock", "persona", persona_id, lock=lock.id, reason=why)
        return opened

    def guard(self, persona_id: str, old: PersonaProfile, new: PersonaProfile) -> None:
        """Raises InvalidInput naming every locked field that would change; a form asks ahead."""
        with self._context.store.read() as uow:
            guard_look(uow, persona_id, old, new)

    # ------------------------------------------------------------------ likeness

    def routes(self, persona_id: str) -> Sequence[RouteState]:
        """The ways to keep the face, in order; the first that is ready is the one taken.

        `studio.generation.route` says which one a brief takes, and why. Raises NotFound.
        """
        persona = self._personas.get(persona_id)
        able = [g.capabilities.slug for g in self._generations.generators() if draws(g)]
        found = ((slug, self._generations.route(shot(persona_id, slug))) for slug in able)
        return together(
            [(slug, plan) for slug, plan in found if plan is not None],
            references=len(self.references(persona_id).accepted),
            loras=len(persona.profile.generation.loras),
        )

    def score_missing(self) -> str:
        """ "" when likeness can be measured, else what to install or set."""
        return self._scoring.missing()

    def score(self, persona_id: str, asset_id: str) -> IdentityScore | None:
        """How alike a picture is to the accepted references now; None when nothing measures it.

        Raises NotFound, and what the model raises.
        """
        return self._scoring.score(persona_id, self._library.read(asset_id))

    # ------------------------------------------------------------------ the character set

    def character_set(
        self,
        persona_id: str,
        generator: str,
        settings: Mapping[str, object] | None = None,
        route: Route | None = None,
    ) -> CharacterSet:
        """Start the fourteen shots as one job, or go on where the same set stopped.

        All shots keep the face in one way: `route`, else the best that there is when the set
        starts. Raises NotFound, InvalidInput or CapabilityError.
        """
        return self._shooting.start(persona_id, generator, settings or {}, route)

    def shot_route(
        self, persona_id: str, generator: str, route: Route | None = None
    ) -> RoutePlan | None:
        """The way that a new character set would take, and why. Raises as `character_set`."""
        return self._generations.route(shot(persona_id, generator, route=route))

    def character_sheets(self, persona_id: str) -> Sequence[CharacterSheet]:
        """The sets of a persona with their shots, newest first."""
        with self._context.store.read() as uow:
            found = uow.characters.sets(persona_id)
            return [CharacterSheet(one, tuple(uow.characters.shots(one.id))) for one in found]

    def retry_shot(self, set_id: str, key: str) -> CharacterSet:
        """Make one shot again, another picture than before. Raises NotFound or InvalidInput."""
        return self._shooting.retry(set_id, key)

    def cancel_character_set(self, set_id: str) -> None:
        """Stop the job of a set; what was made stays. Raises IllegalTransition when none runs."""
        self._shooting.cancel(set_id)

    def export_dataset(self, persona_id: str) -> bytes:
        """The newest character set and the accepted references as a zip for training.

        Raises NotFound, or InvalidInput when there is no picture yet.
        """
        return self._training.dataset(persona_id)

    # ------------------------------------------------------------------ LoRAs

    def train_lora(
        self, persona_id: str, base_model: str = "", options: LoraOptions | None = None
    ) -> LoraTraining:
        """Train a LoRA on the dataset, as a job; "" takes the model of the settings.

        Raises NotFound or InvalidInput.
        """
        return self._training.start(persona_id, base_model, options or LoraOptions())

    def training_missing(self, persona_id: str, base_model: str = "") -> Sequence[str]:
        """What stands in the way of a training, in plain words; empty when it can start.

        Raises NotFound.
        """
        return self._training.missing(persona_id, base_model)

    def use_lora(self, training_id: str, expected_version: int, weight: float = 1.0) -> Persona:
        """Put a finished LoRA into the persona's generation preferences, as a new revision.

        An earlier one of the same trigger word gives way. Raises NotFound, IllegalTransition before
        the training has succeeded, InvalidInput, or StaleWrite.
        """
        with self._context.store.read() as uow:
            training = uow.characters.training(training_id)
            persona = uow.personas.get(training.persona_id)
        if training.finished_at is None:
            raise IllegalTransition("The training", "unfinished", "used")
        profile = with_lora(persona.profile, training, weight)
        reason = f"uses the LoRA trained on {training.finished_at:%d %B %Y}"
        return self._personas.revise(persona.id, profile, reason, expected_version)

    def loras(self, persona_id: str) -> Sequence[LoraTraining]:
        """Trainings, newest first; one without `finished_at` has not succeeded (yet)."""
        with self._context.store.read() as uow:
            return uow.characters.trainings(persona_id)

    # ------------------------------------------------------------------ the worker's side

    def run_candidates(self, generation_id: str, run: Run) -> None:
        """Make the pictures of a generation and propose them. Safe to repeat."""
        self._generations.run(generation_id, run)
        made = self._generations.get(generation_id)
        self.propose(made.persona_id, made.asset_ids)

    def run_character_set(self, set_id: str, run: Run) -> None:
        """Make the shots that are not there yet. Safe to repeat."""
        self._shooting.run(set_id, run)

    def run_training(self, training_id: str, run: Run) -> None:
        """Train. Safe to repeat: what is there already is not trained again."""
        self._training.run(training_id, run)

    # ------------------------------------------------------------------ inside

    def _propose(self, uow: UnitOfWork, persona_id: str, asset_id: str) -> None:
        asset = uow.assets.get(asset_id)
        if asset.facts.kind is not AssetKind.IMAGE:
            raise InvalidInput("asset_ids", f"{asset.title or asset_id} is a {asset.facts.kind}")
        context = self._context
        image = ReferenceImage(
            id=context.ids.new(),
            persona_id=persona_id,
            asset_id=asset_id,
            state=ReferenceState.CANDIDATE,
            at=context.now(),
            by=context.actor,
        )
        if uow.looks.add_reference(image, entry(context, image)):
            context.audit(uow, "propose", "reference", image.id, asset=asset_id)

    def _decide(self, reference_id: str, state: ReferenceState, reason: str) -> ReferenceImage:
        context, why = self._context, _reason(reason)
        with context.store.write() as uow:
            image = uow.looks.reference(reference_id)
            if image.state is state:
                raise IllegalTransition("The reference", image.state, state)
            if state is ReferenceState.ACCEPTED:
                refuse_without_consent(uow, [image.asset_id], "consent")
            after = replace(image, state=state, reason=why, at=context.now(), by=context.actor)
            uow.looks.save_reference(after, entry(context, after))
            context.audit(uow, state, "reference", reference_id, reason=why)
        return after

    def _mark(self, reference_id: str, likeness: Likeness | None, said: str) -> ReferenceImage:
        context = self._context
        with context.store.write() as uow:
            image = uow.looks.reference(reference_id)
            after = replace(
                image,
                likeness=likeness,
                reason=said[:REASON_LIMIT],
                at=context.now(),
                by=context.actor,
            )
            if image.state is ReferenceState.ACCEPTED and not after.usable:
                after = replace(after, state=ReferenceState.CANDIDATE)
            uow.looks.save_reference(after, entry(context, after))
            context.audit(uow, "mark likeness", "reference", reference_id, likeness=said)
        return after


def _reason(reason: str) -> str:
    if len(reason) > REASON_LIMIT:
        raise InvalidInput("reason", f"has {len(reason)} characters", f"{REASON_LIMIT}")
    return reason.strip()

"""Generation: from a brief to pictures in the library, as a background job."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gator_engine.domain.briefs import (
    Brief,
    BriefDraft,
    CompiledPrompt,
    Generation,
    GenerationStatus,
)
from gator_engine.domain.capabilities import GeneratorCapabilities
from gator_engine.domain.generation_rules import LARGEST_SEED
from gator_engine.domain.identity_routes import RoutePlan
from gator_engine.domain.models.catalogue import known
from gator_engine.domain.personas import Persona
from gator_engine.domain.prompt_tools import past_prompt
from gator_engine.domain.token_budget import TokenBudget, budget_of
from gator_engine.domain.work import Job, JobState
from gator_engine.errors import InvalidInput, NotFound
from gator_engine.ports import (
    Counting,
    Generator,
    Modelled,
    Run,
    UnitOfWork,
    Warming,
    WorkerLoad,
)
from gator_engine.services import _terms
from gator_engine.services._briefing import check_draft, compile_draft, persona_of, seed_of
from gator_engine.services._context import Context
from gator_engine.services._producing import Producing
from gator_engine.services._scoring import Scoring
from gator_engine.services._sources import sources_of
from gator_engine.services._together import Ended, Together
from gator_engine.services._wanted import Planned, planned, wanted
from gator_engine.services.jobs import Jobs
from gator_engine.services.library import Library

SEED_LIMIT = LARGEST_SEED
JOB = "generate"


@dataclass(frozen=True)
class GeneratorInfo:
    """A generator as the picker shows it; `missing` says what it lacks ("" when ready)."""

    capabilities: GeneratorCapabilities
    missing: str


class Generations:
    """What one can do with briefs and generations."""

    def __init__(
        self,
        context: Context,
        generators: Callable[[], Mapping[str, Generator]],
        jobs: Jobs,
        library: Library,
        scoring: Scoring,
    ) -> None:
        self._context, self._generators = context, generators
        self._jobs, self._library = jobs, library
        self._producing = Producing(context, self._generator, library, scoring)
        self._together = Together(context, self._producing)

    def generators(self) -> Sequence[GeneratorInfo]:
        """Every generator, those that are ready first."""
        found = [GeneratorInfo(g.capabilities, g.missing()) for g in self._generators().values()]
        return sorted(found, key=lambda info: (bool(info.missing), info.capabilities.label))

    def compile(self, draft: BriefDraft) -> CompiledPrompt:
        """The prompt a draft gives, each piece with its source. Raises NotFound."""
        with self._context.store.read() as uow:
            return self._compile(uow, persona_of(uow, draft), draft)

    def budget(self, draft: BriefDraft) -> TokenBudget:
        """Where each piece of the prompt falls in the windows of a CLIP encoder.

        Exact where the generator knows its tokenizer, else an estimate that says so.
        """
        generator = self._generators().get(draft.generator)
        settings = self._planned(draft, generator).settings if generator else draft.settings
        count = generator.token_counter(settings) if isinstance(generator, Counting) else None
        return budget_of(self.compile(draft), count)

    def notes(self, draft: BriefDraft) -> Sequence[str]:
        """What the persona prefers and is not applied, by this generator or on the way that the
        brief takes. Raises InvalidInput."""
        return self._planned(draft, self._generator(draft.generator)).notes

    def route(self, draft: BriefDraft) -> RoutePlan | None:
        """How the persona's face will be kept, and why so; None for what is no picture of it.

        The best way there is, or the one that `BriefDraft.recipe` insists on. Raises InvalidInput
        naming `identity_route` when that one cannot be taken.
        """
        return self._planned(draft, self._generator(draft.generator)).plan

    def _planned(self, draft: BriefDraft, generator: Generator) -> Planned:
        with self._context.store.read() as uow:
            return planned(uow, persona_of(uow, draft).profile, draft, generator)

    def check(self, draft: BriefDraft) -> None:
        """Raises InvalidInput or CapabilityError for the first thing that will not work."""
        generator = self._generator(draft.generator)
        persona, can = self._persona(draft), generator.capabilities
        check_draft(draft, can, persona)
        sources_of(self._library, can, draft.settings)
        with self._context.store.read() as uow:
            asked = wanted(uow, persona.profile, draft, generator).settings
            named = generator.model_for(asked) if isinstance(generator, Modelled) else ""
            _terms.require(uow, known(named or str(asked.get("model", ""))), "settings.model")
        missing = (
            generator.missing_for(asked) if isinstance(generator, Modelled) else generator.missing()
        )
        if missing:
            raise InvalidInput("generator", missing)

    def request(self, draft: BriefDraft, *, awaited: bool = True) -> Generation:
        """Store the brief and queue its generation; `awaited` by a person goes before batches.

        Raises InvalidInput or CapabilityError.
        """
        return self.queue(draft, JOB, awaited=awaited)

    def queue(self, draft: BriefDraft, job_name: str, *, awaited: bool = True) -> Generation:
        """As `request`, but carried out by another job, which calls `run` for it."""
        self.check(draft)
        affinity = self.affinity(draft)
        with self._context.store.write() as uow:
            generation = self.add(uow, draft)
            job = self._jobs.add(uow, job_name, generation.id, affinity=affinity, awaited=awaited)
        self._jobs.send(job)
        return generation

    def request_under(self, draft: BriefDraft, revision_ids: Sequence[str]) -> Sequence[Generation]:
        """The same brief and seed under several revisions, each as a job of its own.

        All are queued or none. Raises NotFound, InvalidInput or CapabilityError.
        """
        seed = seed_of(draft, self._persona(draft).profile.generation)
        drafts = [replace(draft, seed=seed, persona_revision_id=one) for one in revision_ids]
        return self.request_all(drafts, awaited=True)

    def request_all(
        self, drafts: Sequence[BriefDraft], *, awaited: bool = False
    ) -> Sequence[Generation]:
        """Several briefs as one batch, each a job of its own; all are queued or none.

        Raises NotFound, InvalidInput or CapabilityError for the first that will not work.
        """
        for each in drafts:
            self.check(each)
        affinities = [self.affinity(each) for each in drafts]
        with self._context.store.write() as uow:
            made = [self.add(uow, each) for each in drafts]
            jobs = [
                self._jobs.add(uow, JOB, generation.id, affinity=affinity, awaited=awaited)
                for generation, affinity in zip(made, affinities, strict=True)
            ]
        for job in jobs:
            self._jobs.send(job)
        return made

    def affinity(self, draft: BriefDraft) -> str:
        """What a worker does well to have loaded for a brief; "" for nothing."""
        generator = self._generator(draft.generator)
        if not isinstance(generator, Warming):
            return ""
        return generator.affinity(self._planned(draft, generator).settings)

    def add(self, uow: UnitOfWork, draft: BriefDraft) -> Generation:
        """Store a brief that passed `check`, and its generation, in the caller's transaction.

        Nothing runs it yet: the caller does, by a job or by `run`.
        """
        context = self._context
        persona = persona_of(uow, draft)
        seed = seed_of(draft, persona.profile.generation)
        brief = self._brief(draft, persona, seed)
        generation = Generation(
            id=context.ids.new(),
            brief_id=brief.id,
            persona_id=persona.id,
            status=GenerationStatus.QUEUED,
            generator=draft.generator,
            compiled=self._compile(uow, persona, draft),
            created_at=context.now(),
            seed=seed,
        )
        uow.generations.add_brief(brief)
        if past := past_prompt(brief):
            uow.prompts.remember(past)
        uow.generations.add(generation)
        if draft.idea_id:
            uow.ideas.mark_used(draft.idea_id, context.now())
        context.audit(uow, "request", "generation", generation.id, generator=draft.generator)
        return generation

    def again(self, generation_id: str) -> Generation:
        """The same brief with the same seed under the same revision, as a new generation."""
        with self._context.store.read() as uow:
            brief = uow.generations.brief(uow.generations.get(generation_id).brief_id)
        return self.request(brief.draft)

    def get(self, generation_id: str) -> Generation:
        """Raises NotFound."""
        with self._context.store.read() as uow:
            found = uow.generations.get(generation_id)
        return self._agreeing(found)

    def brief(self, brief_id: str) -> Brief:
        """Raises NotFound."""
        with self._context.store.read() as uow:
            return uow.generations.brief(brief_id)

    def list(self, persona_id: str | None = None, limit: int = 50) -> Sequence[Generation]:
        """Newest first."""
        with self._context.store.read() as uow:
            found = uow.generations.list(persona_id=persona_id, limit=limit)
        return [self._agreeing(generation) for generation in found]

    def _agreeing(self, generation: Generation) -> Generation:
        """The generation, settled if its job ended without a worker that could tell it.

        That is so when a waiting job is cancelled on the Jobs page, or given up after its workers
        died.
        """
        job = None if generation.status.final else self.job(generation.id)
        if job is None or job.state not in (JobState.FAILED, JobState.CANCELLED):
            return generation
        cancelled = job.state is JobState.CANCELLED
        status = GenerationStatus.CANCELLED if cancelled else GenerationStatus.FAILED
        self._producing.settle(generation.id, status, job.error or "Cancelled before it started.")
        with self._context.store.read() as uow:
            return uow.generations.get(generation.id)

    def job(self, generation_id: str) -> Job | None:
        """The newest job of a generation: its progress, preview and error."""
        jobs = self._jobs.for_subject(generation_id)
        return max(jobs, key=lambda job: job.id, default=None)

    def cancel(self, generation_id: str) -> None:
        """Stop it: at once when waiting, within one step when running."""
        job = self.job(generation_id)
        if job is None:
            raise NotFound("job of the generation", generation_id)
        after = self._jobs.cancel(job.id)
        if after.state.final:
            self._producing.settle(
                generation_id, GenerationStatus.CANCELLED, "Cancelled before it started."
            )

    # ------------------------------------------------------------------ the worker's side

    def run(self, generation_id: str, run: Run) -> None:
        """Make the pictures and keep them. Called by the worker; safe to repeat.

        One that failed or was cancelled is made again: its job is another try. Raises what the
        generator raises, after the generation's row says how it ended.
        """
        self._producing.run(generation_id, run)

    def partners(self, job: Job) -> Sequence[Job]:
        """Waiting jobs whose pictures can be made in one pass with this one's."""
        return self._together.partners(job)

    def run_together(self, members: Sequence[tuple[str, Run]], ended: Ended) -> None:
        """As `run` for each (generation id, its run); `ended` is told of each by its number."""
        self._together.run(members, ended)

    def load(self) -> WorkerLoad:
        """What generators have loaded in this process, and on which device."""
        warming = [g for g in self._generators().values() if isinstance(g, Warming)]
        loads = [generator.load() for generator in warming]
        return WorkerLoad(
            device=next((load.device for load in loads if load.device), ""),
            # Generators that share weights all name them.
            models=tuple(dict.fromkeys(model for load in loads for model in load.models)),
            device_mb=max((load.device_mb for load in loads), default=0),
            device_total_mb=max((load.device_total_mb for load in loads), default=0),
        )

    def _persona(self, draft: BriefDraft) -> Persona:
        with self._context.store.read() as uow:
            return persona_of(uow, draft)

    def _compile(self, uow: UnitOfWork, persona: Persona, draft: BriefDraft) -> CompiledPrompt:
        """In the dialect of the model of the way, without the words of LoRAs it does without."""
        generator = self._generators().get(draft.generator)
        if generator is None:
            return compile_draft(persona.profile, draft, None)
        found = planned(uow, persona.profile, draft, generator)
        meant = replace(draft, settings=found.settings)
        return compile_draft(found.profile, meant, generator.capabilities)

    def _generator(self, slug: str) -> Generator:
        try:
            return self._generators()[slug]
        except KeyError:
            allowed = ", ".join(sorted(self._generators()))
            raise InvalidInput("generator", f"{slug!r} is unknown", allowed) from None

    def _brief(self, draft: BriefDraft, persona: Persona, seed: int) -> Brief:
        given = {name: getattr(draft, name) for name in BriefDraft.__dataclass_fields__}
        return Brief(
            **{**given, "seed": seed, "persona_revision_id": persona.revision.id},
            id=self._context.ids.new(),
            created_at=self._context.now(),
            created_by=self._context.actor,
        )

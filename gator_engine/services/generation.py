"""Generation: from a brief to pictures in the library, as a background job."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gator_engine.domain.assets import Asset, Origin, Provenance
from gator_engine.domain.briefs import (
    Brief,
    BriefDraft,
    CompiledPrompt,
    Generation,
    GenerationStatus,
)
from gator_engine.domain.capabilities import GeneratorCapabilities, SizeFrom
from gator_engine.domain.generation_rules import LARGEST_SEED
from gator_engine.domain.personas import Persona
from gator_engine.domain.prompts import refuse_youthful_sexual
from gator_engine.domain.token_budget import TokenBudget, budget_of
from gator_engine.domain.triggers import merged, settings_for
from gator_engine.domain.work import Job, JobState
from gator_engine.errors import Cancelled, GatorError, InvalidInput, NotFound, StaleWrite
from gator_engine.ports import (
    Counting,
    GeneratedFile,
    GenerateRequest,
    GenerateResult,
    Generator,
    Run,
    UnitOfWork,
)
from gator_engine.services._briefing import check_draft, compile_draft, seed_of
from gator_engine.services._context import Context
from gator_engine.services._parts import PartOfRun
from gator_engine.services._scoring import Scoring
from gator_engine.services._sources import Sources, sources_of
from gator_engine.services.jobs import Jobs
from gator_engine.services.library import Library, NewAsset

SEED_LIMIT = LARGEST_SEED


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
        self._jobs, self._library, self._scoring = jobs, library, scoring

    def generators(self) -> Sequence[GeneratorInfo]:
        """Every generator, those that are ready first."""
        found = [GeneratorInfo(g.capabilities, g.missing()) for g in self._generators().values()]
        return sorted(found, key=lambda info: (bool(info.missing), info.capabilities.label))

    def compile(self, draft: BriefDraft) -> CompiledPrompt:
        """The prompt a draft gives, each piece with its source. Raises NotFound."""
        return self._compile(self._persona(draft), draft)

    def budget(self, draft: BriefDraft) -> TokenBudget:
        """Where each piece of the prompt falls in the windows of a CLIP encoder.

        Exact where the generator knows its tokenizer, else an estimate that says so.
        """
        generator = self._generators().get(draft.generator)
        count = generator.token_counter(draft.settings) if isinstance(generator, Counting) else None
        return budget_of(self.compile(draft), count)

    def notes(self, draft: BriefDraft) -> Sequence[str]:
        """What the persona prefers and this generator does not take. Raises InvalidInput."""
        can = self._generator(draft.generator).capabilities
        return settings_for(self._persona(draft).profile.generation, draft.prompt, can)[1]

    def check(self, draft: BriefDraft) -> None:
        """Raises InvalidInput or CapabilityError for the first thing that will not work."""
        generator = self._generator(draft.generator)
        check_draft(draft, generator.capabilities, self._persona(draft))
        sources_of(self._library, generator.capabilities, draft.settings)
        missing = generator.missing()
        if missing:
            raise InvalidInput("generator", missing)

    def request(self, draft: BriefDraft) -> Generation:
        """Store the brief and queue its generation. Raises InvalidInput or CapabilityError."""
        return self.queue(draft, "generate")

    def queue(self, draft: BriefDraft, job_name: str) -> Generation:
        """As `request`, but carried out by another job, which calls `run` for it."""
        self.check(draft)
        with self._context.store.write() as uow:
            generation = self.add(uow, draft)
            job = self._jobs.add(uow, job_name, generation.id)
        self._jobs.send(job)
        return generation

    def add(self, uow: UnitOfWork, draft: BriefDraft) -> Generation:
        """Store a brief that passed `check`, and its generation, in the caller's transaction.

        Nothing runs it yet: the caller does, by a job or by `run`.
        """
        context = self._context
        persona = uow.personas.get(draft.persona_id)
        seed = seed_of(draft, persona.profile.generation)
        brief = self._brief(draft, persona, seed)
        generation = Generation(
            id=context.ids.new(),
            brief_id=brief.id,
            persona_id=persona.id,
            status=GenerationStatus.QUEUED,
            generator=draft.generator,
            compiled=self._compile(persona, draft),
            created_at=context.now(),
            seed=seed,
        )
        uow.generations.add_brief(brief)
        uow.generations.add(generation)
        if draft.idea_id:
            uow.ideas.mark_used(draft.idea_id, context.now())
        context.audit(uow, "request", "generation", generation.id, generator=draft.generator)
        return generation

    def again(self, generation_id: str) -> Generation:
        """The same brief with the same seed, as a new generation."""
        with self._context.store.read() as uow:
            brief = uow.generations.brief(uow.generations.get(generation_id).brief_id)
        names = BriefDraft.__dataclass_fields__
        return self.request(BriefDraft(**{name: getattr(brief, name) for name in names}))

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
        self._settle(generation.id, status, job.error or "Cancelled before it started.")
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
            self._settle(generation_id, GenerationStatus.CANCELLED, "Cancelled before it started.")

    # ------------------------------------------------------------------ the worker's side

    def run(self, generation_id: str, run: Run) -> None:
        """Make the pictures and keep them. Called by the worker; safe to repeat.

        One that failed or was cancelled is made again: its job is another try. Raises what the
        generator raises, after the generation's row says how it ended.
        """
        started = self._begin(generation_id)
        if started is None:
            return
        status: GenerationStatus | None = GenerationStatus.FAILED
        text = "Unexpected fault; its job says more."
        try:
            self._produce(started, run)
            status = None
        except Cancelled:
            status, text = GenerationStatus.CANCELLED, "Cancelled."
            raise
        except StaleWrite:
            status = None  # another worker makes it now, and its word counts
            raise
        except GatorError as error:
            text = str(error)
            raise
        finally:
            if status is not None:
                self._settle(generation_id, status, text)

    def _begin(self, generation_id: str) -> Generation | None:
        """The generation as running, or None when it has already succeeded."""
        with self._context.store.write() as uow:
            generation = uow.generations.get(generation_id)
            if generation.status is GenerationStatus.SUCCEEDED:
                return None
            now = self._context.now()
            started = replace(generation, status=GenerationStatus.RUNNING, started_at=now, error="")
            uow.generations.save(started)
            return started

    def _produce(self, generation: Generation, run: Run) -> None:
        with self._context.store.read() as uow:
            brief = uow.generations.brief(generation.brief_id)
            profile = uow.personas.revision(brief.persona_revision_id).profile
        generator = self._generator(brief.generator)
        rating = profile.boundaries.rating
        refuse_youthful_sexual({"prompt": generation.compiled.text, **brief.texts}, rating)
        preferred, notes = settings_for(profile.generation, brief.prompt, generator.capabilities)
        settings = merged(preferred, brief.settings)
        sources = sources_of(self._library, generator.capabilities, settings)
        sizes = _sizes(generator.capabilities, brief, sources)
        begun = time.perf_counter()
        asset_ids: list[str] = []
        result: GenerateResult | None = None
        for number, size in enumerate(sizes):
            part = PartOfRun(run, number, len(sizes))
            request = GenerateRequest(
                kind=brief.kind,
                compiled=generation.compiled,
                profile=profile,
                size=size,
                count=brief.count,
                seed=generation.seed,
                texts=brief.texts,
                settings=settings,
                references=sources.references,
                pictures=sources.pictures,
            )
            result = generator.generate(request, part)
            for file in result.files:
                kept = self._keep(file, result, generator, generation, brief, sources)
                asset_ids.append(kept.id)
        if result is None:
            raise InvalidInput("formats", "name at least one format")
        run.check()
        timings = {**result.timings_s, "total_s": time.perf_counter() - begun}
        result = replace(result, notes=(*notes, *result.notes))
        self._succeed(generation.id, result, asset_ids, timings)

    def _keep(
        self,
        file: GeneratedFile,
        result: GenerateResult,
        generator: Generator,
        generation: Generation,
        brief: Brief,
        sources: Sources,
    ) -> Asset:
        capabilities = generator.capabilities
        provenance = Provenance(
            origin=Origin(capabilities.origin),
            label=capabilities.label,
            generator=capabilities.slug,
            model=result.model,
            seed=file.seed,
            prompt=generation.compiled.text if capabilities.uses_prompt else "",
            parameters={**file.parameters, **self._scores(capabilities, brief, file)},
            software=result.software,
        )
        return self._library.keep(
            NewAsset(
                data=file.data,
                provenance=provenance,
                title=(brief.texts.get("title") or brief.prompt)[:120],
                alt_text=file.alt_text,
                persona_id=brief.persona_id,
                persona_revision_id=brief.persona_revision_id,
                generation_id=generation.id,
                parents=sources.parents,
            )
        )

    def _scores(
        self, capabilities: GeneratorCapabilities, brief: Brief, file: GeneratedFile
    ) -> Mapping[str, object]:
        """A design is no likeness, so only pictures of the persona are measured."""
        if not capabilities.uses_prompt:
            return {}
        return self._scoring.parameters(brief.persona_id, file.data)

    def _succeed(
        self,
        generation_id: str,
        result: GenerateResult,
        asset_ids: Sequence[str],
        timings: Mapping[str, float],
    ) -> None:
        with self._context.store.write() as uow:
            generation = uow.generations.get(generation_id)
            uow.generations.save(
                replace(
                    generation,
                    status=GenerationStatus.SUCCEEDED,
                    model=result.model,
                    parameters={"notes": list(result.notes)},
                    timings_s=timings,
                    asset_ids=tuple(asset_ids),
                    error="",
                    finished_at=self._context.now(),
                )
            )

    def _settle(self, generation_id: str, status: GenerationStatus, error: str) -> None:
        with self._context.store.write() as uow:
            generation = uow.generations.get(generation_id)
            uow.generations.save(
                replace(generation, status=status, error=error, finished_at=self._context.now())
            )

    def _persona(self, draft: BriefDraft) -> Persona:
        with self._context.store.read() as uow:
            return uow.personas.get(draft.persona_id)

    def _compile(self, persona: Persona, draft: BriefDraft) -> CompiledPrompt:
        generator = self._generators().get(draft.generator)
        return compile_draft(persona, draft, generator.capabilities if generator else None)

    def _generator(self, slug: str) -> Generator:
        try:
            return self._generators()[slug]
        except KeyError:
            allowed = ", ".join(sorted(self._generators()))
            raise InvalidInput("generator", f"{slug!r} is unknown", allowed) from None

    def _brief(self, draft: BriefDraft, persona: Persona, seed: int) -> Brief:
        given = {name: getattr(draft, name) for name in BriefDraft.__dataclass_fields__}
        return Brief(
            **{**given, "seed": seed},
            id=self._context.ids.new(),
            persona_revision_id=persona.revision.id,
            created_at=self._context.now(),
            created_by=self._context.actor,
        )


def _sizes(
    capabilities: GeneratorCapabilities, brief: Brief, sources: Sources
) -> Sequence[tuple[int, int]]:
    """(width, height) of each run: that of the source, else of each format."""
    if capabilities.size_from is SizeFrom.SOURCE and sources.size:
        return [sources.size]
    return [ratio.size for ratio in brief.formats]

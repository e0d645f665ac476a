"""Making what a generation asks for: the request, the files kept, and how the row ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from gator_engine.domain.assets import Asset, Origin, Provenance
from gator_engine.domain.briefs import Brief, Generation, GenerationStatus
from gator_engine.domain.capabilities import REFERENCE, GeneratorCapabilities, SizeFrom
from gator_engine.domain.identity_routes import RECIPE_KEY, Route
from gator_engine.domain.personas import PersonaProfile
from gator_engine.domain.prompts import refuse_youthful_sexual
from gator_engine.errors import Cancelled, GatorError, InvalidInput, StaleWrite
from gator_engine.ports import (
    GeneratedFile,
    GenerateRequest,
    GenerateResult,
    Generator,
    Run,
)
from gator_engine.services._context import Context
from gator_engine.services._parts import PartOfRun
from gator_engine.services._scoring import Scoring
from gator_engine.services._sources import Sources, sources_of
from gator_engine.services._wanted import Wanted, wanted
from gator_engine.services.library import Library, NewAsset


@dataclass(frozen=True)
class Task:
    """A generation with all that its pictures depend on."""

    generation: Generation
    brief: Brief
    profile: PersonaProfile
    generator: Generator
    asked: Wanted
    sources: Sources

    @property
    def sizes(self) -> Sequence[tuple[int, int]]:
        """(width, height) of each run: that of the source, else of each format."""
        if self.generator.capabilities.size_from is SizeFrom.SOURCE and self.sources.size:
            return [self.sources.size]
        return [ratio.size for ratio in self.brief.formats]

    def parents(self, result: GenerateResult) -> tuple[tuple[str, str], ...]:
        """The lineage of what was made: without references that went into nothing."""
        if not result.references_unused:
            return self.sources.parents
        return tuple(one for one in self.sources.parents if one[1] != REFERENCE)

    def route(self, result: GenerateResult) -> Mapping[str, object]:
        """What is kept about the way to keep the face; it says so when it led nowhere."""
        if self.asked.plan is None:
            return {}
        record = dict(self.asked.plan.record)
        if result.references_unused:
            record |= {"route": Route.WORDS.value, "reason": " ".join(result.notes)}
        return {RECIPE_KEY: record}

    def request(self, size: tuple[int, int]) -> GenerateRequest:
        """The request for one of the sizes."""
        return GenerateRequest(
            kind=self.brief.kind,
            compiled=self.generation.compiled,
            profile=self.profile,
            size=size,
            count=self.brief.count,
            seed=self.generation.seed,
            texts=self.brief.texts,
            settings=self.asked.settings,
            references=self.sources.references,
            references_offered=self.asked.offered,
            pictures=self.sources.pictures,
        )


class Producing:
    """Makes generations; `generator` gives one by slug or raises InvalidInput."""

    def __init__(
        self,
        context: Context,
        generator: Callable[[str], Generator],
        library: Library,
        scoring: Scoring,
    ) -> None:
        self._context, self._generator = context, generator
        self._library, self._scoring = library, scoring

    def run(self, generation_id: str, run: Run) -> None:
        """Make the pictures and keep them; the row says how it ended before anything is raised."""
        started = self.begin(generation_id)
        if started is None:
            return
        with self.told(generation_id):
            self._produce(self.task(started), run)

    @contextmanager
    def told(self, generation_id: str) -> Iterator[None]:
        """Whatever is raised inside is written into the generation's row on its way out."""
        status: GenerationStatus | None = GenerationStatus.FAILED
        text = "Unexpected fault; its job says more."
        try:
            yield
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
                self.settle(generation_id, status, text)

    def begin(self, generation_id: str) -> Generation | None:
        """The generation as running, or None when it has already succeeded."""
        with self._context.store.write() as uow:
            generation = uow.generations.get(generation_id)
            if generation.status is GenerationStatus.SUCCEEDED:
                return None
            now = self._context.now()
            started = replace(generation, status=GenerationStatus.RUNNING, started_at=now, error="")
            uow.generations.save(started)
            return started

    def task(self, generation: Generation) -> Task:
        """What it takes to make it. Raises InvalidInput for what may not be made."""
        with self._context.store.read() as uow:
            brief = uow.generations.brief(generation.brief_id)
            profile = uow.personas.revision(brief.persona_revision_id).profile
            generator = self._generator(brief.generator)
            asked = wanted(uow, profile, brief, generator)
        rating = profile.boundaries.rating
        refuse_youthful_sexual({"prompt": generation.compiled.text, **brief.texts}, rating)
        sources = sources_of(self._library, generator.capabilities, asked.settings)
        return Task(generation, brief, profile, generator, asked, sources)

    def _produce(self, task: Task, run: Run) -> None:
        begun = time.perf_counter()
        asset_ids: list[str] = []
        result: GenerateResult | None = None
        for number, size in enumerate(task.sizes):
            part = PartOfRun(run, number, len(task.sizes))
            result = task.generator.generate(task.request(size), part)
            asset_ids += self.keep(task, result)
        if result is None:
            raise InvalidInput("formats", "name at least one format")
        run.check()
        self.succeed(task, result, asset_ids, time.perf_counter() - begun)

    def keep(self, task: Task, result: GenerateResult) -> list[str]:
        """Put the files of a result into the library; their ids."""
        return [self._keep(file, result, task).id for file in result.files]

    def _keep(self, file: GeneratedFile, result: GenerateResult, task: Task) -> Asset:
        capabilities, generation, brief = (
            task.generator.capabilities,
            task.generation,
            task.brief,
        )
        provenance = Provenance(
            origin=Origin(capabilities.origin),
            label=capabilities.label,
            generator=capabilities.slug,
            model=result.model,
            seed=file.seed,
            prompt=generation.compiled.text if capabilities.uses_prompt else "",
            parameters={
                **file.parameters,
                **task.route(result),
                **self._scores(capabilities, brief, file),
            },
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
                parents=task.parents(result),
                received=file.received,
            )
        )

    def _scores(
        self, capabilities: GeneratorCapabilities, brief: Brief, file: GeneratedFile
    ) -> Mapping[str, object]:
        """A design is no likeness, so only pictures of the persona are measured."""
        if not capabilities.uses_prompt:
            return {}
        return self._scoring.parameters(brief.persona_id, file.data)

    def succeed(
        self, task: Task, result: GenerateResult, asset_ids: Sequence[str], seconds: float
    ) -> None:
        """Write that the generation has made these."""
        with self._context.store.write() as uow:
            generation = uow.generations.get(task.generation.id)
            uow.generations.save(
                replace(
                    generation,
                    status=GenerationStatus.SUCCEEDED,
                    model=result.model,
                    parameters={
                        "notes": [*task.asked.notes, *result.notes],
                        **task.route(result),
                    },
                    timings_s={**result.timings_s, "total_s": seconds},
                    asset_ids=tuple(asset_ids),
                    error="",
                    finished_at=self._context.now(),
                )
            )

    def settle(self, generation_id: str, status: GenerationStatus, error: str) -> None:
        """Write how it ended without success."""
        with self._context.store.write() as uow:
            generation = uow.generations.get(generation_id)
            uow.generations.save(
                replace(generation, status=status, error=error, finished_at=self._context.now())
            )

"""Generations made in one pass: several waiting briefs that want the same of the same model."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gator_engine.domain.briefs import GenerationStatus
from gator_engine.domain.work import Job
from gator_engine.errors import GatorError
from gator_engine.ports import Batching, GenerateRequest, GenerateResult, Member, Run
from gator_engine.services._context import Context
from gator_engine.services._producing import Producing, Task

# So many of the waiting jobs are looked at for company.
LOOKED_AT = 50


class Ended(Protocol):
    """Told of each member, by its number, as soon as it has ended; None: well."""

    def __call__(self, number: int, error: Exception | None) -> None: ...


@dataclass(frozen=True)
class _Place:
    """A member that takes part, and its number among those that were asked for."""

    number: int
    task: Task
    member: Member


class Together:
    """Finds and makes generations that go together."""

    def __init__(self, context: Context, producing: Producing) -> None:
        self._context, self._producing = context, producing

    def partners(self, job: Job) -> Sequence[Job]:
        """Waiting jobs of the same sort that fit into one pass with this one, by turn."""
        own = self._request(job)
        if own is None:
            return ()
        generator, request = own
        key, room = generator.batch_key(request), generator.batch_room(request) - request.count
        if not key or room < 1:
            return ()
        now = self._context.now()
        with self._context.store.read() as uow:
            waiting = uow.jobs.claimable(
                now, names=[job.name], limit=LOOKED_AT, affinity=job.affinity
            )
        found: list[Job] = []
        for other in waiting:
            theirs = self._request(other) if other.id != job.id else None
            if theirs is None or theirs[1].count > room or generator.batch_key(theirs[1]) != key:
                continue
            room -= theirs[1].count
            found.append(other)
        return found

    def _request(self, job: Job) -> tuple[Batching, GenerateRequest] | None:
        """What the job's generation asks for; None when it has to be made alone."""
        with self._context.store.read() as uow:
            generation = uow.generations.get(job.subject_id)
        if generation.status is GenerationStatus.SUCCEEDED:
            return None
        try:
            task = self._producing.task(generation)
        except GatorError:
            return None  # Alone, it says what is wrong.
        if len(task.sizes) != 1 or not isinstance(task.generator, Batching):
            return None
        return task.generator, task.request(task.sizes[0])

    def run(self, members: Sequence[tuple[str, Run]], ended: Ended) -> None:
        """Make them; each is kept, or its error told, by itself."""
        begun = time.perf_counter()
        places = [
            place
            for number, (generation_id, run) in enumerate(members)
            if (place := self._place(number, generation_id, run, ended)) is not None
        ]
        if not places:
            return
        generator = places[0].task.generator
        if not isinstance(generator, Batching):
            raise TypeError(f"{generator.capabilities.slug} makes nothing together")

        def done(number: int, outcome: GenerateResult | GatorError) -> None:
            place = places[number]
            ended(place.number, self._outcome(place, outcome, time.perf_counter() - begun))

        generator.generate_together([place.member for place in places], done)

    def _place(self, number: int, generation_id: str, run: Run, ended: Ended) -> _Place | None:
        started = self._producing.begin(generation_id)
        if started is None:
            ended(number, None)
            return None
        try:
            with self._producing.told(generation_id):
                run.check()
                task = self._producing.task(started)
        except GatorError as error:
            ended(number, error)
            return None
        return _Place(number, task, Member(task.request(task.sizes[0]), run))

    def _outcome(
        self, place: _Place, outcome: GenerateResult | GatorError, seconds: float
    ) -> GatorError | None:
        """Keep what was made; the error that stood or stands in the way."""
        try:
            with self._producing.told(place.task.generation.id):
                if isinstance(outcome, GatorError):
                    raise outcome
                asset_ids = self._producing.keep(place.task, outcome)
                place.member.run.check()
                self._producing.succeed(place.task, outcome, asset_ids, seconds)
        except GatorError as error:
            return error
        return None

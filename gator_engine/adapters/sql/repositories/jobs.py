"""Jobs: claims, progress and results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select, update

from gator_engine.adapters.sql.claims import (
    awaited_since,
    change_if,
    enqueue_is_stale,
    lease_is_free,
)
from gator_engine.adapters.sql.rows import fields_of, insert_unless_taken
from gator_engine.adapters.sql.tables import jobs
from gator_engine.adapters.sql.tables.work import UNFINISHED_SQL
from gator_engine.domain.work import Job, JobState, Progress
from gator_engine.errors import NotFound, StaleWrite

S = JobState
BY_TURN = (func.coalesce(jobs.c.rank_at, jobs.c.due_at), jobs.c.id)
NEWEST_FIRST = (jobs.c.created_at.desc(), jobs.c.id.desc())
PROGRESS = tuple(field.name for field in fields(Progress))


class SqlJobs:
    """JobRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, job: Job) -> bool:
        """Store a job; False when its `unique_key` is already taken by an unfinished one."""
        values = {**fields_of(job, without=("progress",)), **_from_progress(job.progress)}
        return insert_unless_taken(
            self._connection, jobs, values, ["unique_key"], where=UNFINISHED_SQL
        )

    def get(self, job_id: str) -> Job:
        """Raises NotFound."""
        found = self._all(select(jobs).where(jobs.c.id == job_id))
        if not found:
            raise NotFound("job", job_id)
        return found[0]

    def for_subject(self, subject_id: str) -> Sequence[Job]:
        """Every job on one subject, newest first."""
        return self._all(
            select(jobs).where(jobs.c.subject_id == subject_id).order_by(*NEWEST_FIRST)
        )

    def list(self, *, states: Sequence[JobState] | None = None, limit: int = 100) -> Sequence[Job]:
        """Newest first."""
        query = select(jobs) if states is None else select(jobs).where(jobs.c.state.in_(states))
        return self._all(query.order_by(*NEWEST_FIRST).limit(limit))

    def due(self, now: datetime, *, limit: int, but_not: Collection[str] = ()) -> Sequence[Job]:
        """Jobs that want to be handed out, by turn.

        Due and not queued; queued without a recent enqueue; running with an expired lease (and not
        enqueued again since: that enqueue is trusted for ENQUEUE_TRUST).
        """
        query = select(jobs).where(UNFINISHED_SQL, _wants_enqueue(now))
        if but_not:
            query = query.where(jobs.c.name.not_in(but_not))
        return self._all(query.order_by(*BY_TURN).limit(limit))

    def claimable(
        self, now: datetime, *, names: Collection[str], limit: int, affinity: str | None = None
    ) -> Sequence[Job]:
        """What `claim` would give now, by turn, of these sorts; all or those of one affinity."""
        query = select(jobs).where(UNFINISHED_SQL, jobs.c.name.in_(names), _claimable(now))
        if affinity is not None:
            query = query.where(jobs.c.affinity == affinity)
        return self._all(query.order_by(*BY_TURN).limit(limit))

    def forget_enqueues(self, names: Collection[str]) -> int:
        """Have queued jobs of these sorts handed out again at once; returns how many."""
        queued = and_(jobs.c.state == S.QUEUED, jobs.c.name.in_(names))
        return self._connection.execute(
            jobs.update().where(queued).values(enqueued_at=None)
        ).rowcount

    def mark_enqueued(self, job_id: str, at: datetime) -> bool:
        """Record that the queue has it; False when it no longer wanted to be enqueued.

        DUE becomes QUEUED; an abandoned job stays RUNNING until it is claimed again, so that a
        worker that was only slow may still prove that it lives.
        """
        wanted = and_(jobs.c.id == job_id, _wants_enqueue(at))
        state = case((jobs.c.state == S.DUE, S.QUEUED), else_=jobs.c.state)
        return self._change(wanted, state=state, enqueued_at=at)

    def claim(
        self, job_id: str, *, worker: str, now: datetime, lease_until: datetime
    ) -> Job | None:
        """Start it if it is due and nobody holds it: RUNNING, attempt+1, fence+1; None if not."""
        claimed = self._change(
            and_(jobs.c.id == job_id, _claimable(now)),
            state=S.RUNNING,
            worker=worker,
            lease_until=lease_until,
            started_at=now,
            attempt=jobs.c.attempt + 1,
            fence=jobs.c.fence + 1,
            **_from_progress(Progress()),
        )
        return self.get(job_id) if claimed else None

    def heartbeat(self, job_id: str, fence: int, lease_until: datetime, progress: Progress) -> bool:
        """Extend the lease and store progress; returns whether a cancel was asked for.

        Raises StaleWrite when the fence moved on.
        """
        statement = (
            update(jobs)
            .where(_held(job_id, fence))
            .values(lease_until=lease_until, **_from_progress(progress))
            .returning(jobs.c.cancel_requested)
        )
        cancel: bool | None = self._connection.execute(statement).scalar_one_or_none()
        if cancel is None:
            raise _lost(job_id)
        return cancel

    def finish(
        self, job_id: str, fence: int, state: JobState, *, at: datetime, error: str = ""
    ) -> None:
        """End it. Raises StaleWrite when the fence moved on, ValueError for an unfinished state."""
        if not state.final:
            raise ValueError(f"{state} is not an end")
        self._let_go(job_id, fence, state=state, finished_at=at, error=error)

    def retry(self, job_id: str, fence: int, *, due_at: datetime, error: str) -> None:
        """Back to DUE at a later time. Raises StaleWrite when the fence moved on."""
        self._let_go(
            job_id, fence, state=S.DUE, due_at=due_at, error=error, worker="", enqueued_at=None
        )

    def bring_forward(self, job_id: str, at: datetime) -> bool:
        """DUE in the future → due at `at`; False when it is in another state."""
        waiting = and_(jobs.c.id == job_id, jobs.c.state == S.DUE, jobs.c.due_at > at)
        return self._change(waiting, due_at=at)

    def request_cancel(self, job_id: str, at: datetime) -> Job:
        """Cancel at once when not running, else ask the worker. Returns the job as it is then.

        One that has ended stays as it is. Raises NotFound.
        """
        this = jobs.c.id == job_id
        waiting = and_(this, jobs.c.state.in_((S.DUE, S.QUEUED)))
        if not self._change(waiting, state=S.CANCELLED, cancel_requested=True, finished_at=at):
            self._change(and_(this, jobs.c.state == S.RUNNING), cancel_requested=True)
        return self.get(job_id)

    def counts(self) -> Mapping[str, Mapping[JobState, int]]:
        """Job name → state → number."""
        query = select(jobs.c.name, jobs.c.state, func.count()).group_by(jobs.c.name, jobs.c.state)
        counted: defaultdict[str, dict[JobState, int]] = defaultdict(dict)
        for name, state, number in self._connection.execute(query):
            counted[name][S(state)] = number
        return dict(counted)

    def _let_go(self, job_id: str, fence: int, **values: Any) -> None:
        if not self._change(_held(job_id, fence), lease_until=None, **values):
            raise _lost(job_id)

    def _change(self, condition: ColumnElement[bool], **values: Any) -> bool:
        return change_if(self._connection, jobs, condition, **values)

    def _all(self, query: Select[Any]) -> Sequence[Job]:
        return [_to_job(row) for row in self._connection.execute(query)]


def _wants_enqueue(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(jobs.c.state == S.DUE, jobs.c.due_at <= now),
        and_(jobs.c.state == S.QUEUED, enqueue_is_stale(jobs, now)),
        and_(jobs.c.state == S.RUNNING, awaited_since(jobs, jobs.c.lease_until, now)),
    )


def _claimable(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(jobs.c.state.in_((S.DUE, S.QUEUED)), jobs.c.due_at <= now),
        and_(jobs.c.state == S.RUNNING, lease_is_free(jobs, now)),
    )


def _held(job_id: str, fence: int) -> ColumnElement[bool]:
    return and_(jobs.c.id == job_id, jobs.c.fence == fence, jobs.c.state == S.RUNNING)


def _lost(job_id: str) -> StaleWrite:
    return StaleWrite(f"Job {job_id} is in other hands now, or over.")


def _from_progress(progress: Progress) -> dict[str, Any]:
    return {f"progress_{name}": getattr(progress, name) for name in PROGRESS}


def _to_job(row: Row[Any]) -> Job:
    cells = dict(row._mapping)
    progress = Progress(**{name: cells.pop(f"progress_{name}") for name in PROGRESS})
    return Job(progress=progress, **cells)

"""Background jobs: ask for work, watch it, stop it; and what a worker needs to carry it out.

The row is the truth and the queue only carries its id: a job is committed before it is enqueued,
and one that never reached a worker (Redis down, worker killed) is handed out again by `dispatch`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from gator_engine.domain.backoff import backoff_s
from gator_engine.domain.work import HEAD_START, Job, JobState, Progress
from gator_engine.errors import (
    GatorError,
    IllegalTransition,
    InvalidInput,
    RateLimited,
    Transient,
    Unavailable,
)
from gator_engine.jobs import JOBS, PAUSABLE, JobSpec, names_of
from gator_engine.ports import JobQueue, UnitOfWork, WorkerInfo, WorkerLoad
from gator_engine.services._context import Context

log = structlog.get_logger(__name__)

# A job may lose its worker (kill -9, power cut, out of memory) this often on top of its own tries;
# beyond that it is more likely the killer than the victim.
CRASHES_FORGIVEN = 5
# So many of the waiting jobs a warm worker looks at when it chooses.
CHOICE = 50
PAUSED = "paused_queues"


class Jobs:
    """What one can do with background jobs; `lease_s` is how long a worker may be silent."""

    def __init__(self, context: Context, queue: JobQueue, *, lease_s: float = 60.0) -> None:
        self._context, self._queue, self._lease_s = context, queue, lease_s

    # Asking for work

    def submit(
        self,
        name: str,
        subject_id: str,
        *,
        due_at: datetime | None = None,
        unique_key: str | None = None,
    ) -> Job:
        """Store a job and hand it to a worker when it is due now.

        A `unique_key` that an unfinished job of the same subject holds returns that job instead.
        An unreachable queue loses nothing: the dispatcher hands the job over later.
        Raises InvalidInput for an unknown name or a key that another subject holds.
        """
        with self._context.store.write() as uow:
            job = self.add(uow, name, subject_id, due_at=due_at, unique_key=unique_key)
        self.send(job)
        return self.get(job.id)

    def add(
        self,
        uow: UnitOfWork,
        name: str,
        subject_id: str,
        *,
        due_at: datetime | None = None,
        unique_key: str | None = None,
        affinity: str = "",
        awaited: bool | None = None,
    ) -> Job:
        """Store a job in the caller's own transaction; `send` it once that has been committed.

        `awaited` says whether a person waits for it (None: as its sort usually is).
        """
        spec, now = spec_of(name), self._context.now()
        begins = due_at or now
        first = spec.awaited if awaited is None else awaited
        job = Job(
            id=self._context.ids.new(),
            name=name,
            subject_id=subject_id,
            state=JobState.DUE,
            due_at=begins,
            created_at=now,
            unique_key=unique_key,
            rank_at=begins - HEAD_START if first else begins,
            affinity=affinity,
        )
        if uow.jobs.add(job):
            return job
        for other in uow.jobs.for_subject(subject_id):
            if other.unique_key == unique_key and not other.state.final:
                return other
        raise InvalidInput("unique_key", f"{unique_key!r} belongs to a job on something else")

    def send(self, job: Job) -> bool:
        """Hand a due job to a worker now; False when it is not due or its queue cannot take it."""
        now = self._context.now()
        if job.state is not JobState.DUE or job.due_at > now:
            return False
        if spec_of(job.name).queue in self.paused():
            return False
        try:
            self._queue.enqueue(job.name, job.id, key=_key(job))
        except Unavailable as error:
            log.warning("job waits for the dispatcher", job=job.id, name=job.name, why=str(error))
            return False
        with self._context.store.write() as uow:
            return uow.jobs.mark_enqueued(job.id, now)

    def cancel(self, job_id: str) -> Job:
        """Stop a job: at once when nobody works on it, else at its next safe point.

        Raises NotFound, or IllegalTransition when it is already over.
        """
        with self._context.store.write() as uow:
            job = uow.jobs.get(job_id)
            if job.state.final:
                raise IllegalTransition("The job", job.state, JobState.CANCELLED)
            self._context.audit(uow, "cancel", "job", job_id, name=job.name)
            return uow.jobs.request_cancel(job_id, self._context.now())

    def retry_now(self, job_id: str) -> Job:
        """Try again without waiting: end a back-off, or repeat an ended job as a new one.

        Raises NotFound, or IllegalTransition when it is at work, in the queue or succeeded.
        """
        now = self._context.now()
        with self._context.store.write() as uow:
            job = uow.jobs.get(job_id)
            if job.state in (JobState.FAILED, JobState.CANCELLED):
                job = self.add(
                    uow,
                    job.name,
                    job.subject_id,
                    unique_key=job.unique_key,
                    affinity=job.affinity,
                )
            elif job.state is JobState.DUE:
                uow.jobs.bring_forward(job_id, now)
                job = uow.jobs.get(job_id)
            else:
                raise IllegalTransition("The job", job.state, JobState.DUE)
            self._context.audit(uow, "retry", "job", job_id, name=job.name)
        self.send(job)
        return self.get(job.id)

    def pause(self, queue: str) -> None:
        """Start nothing more of a queue; what runs goes on to its end. Raises InvalidInput."""
        self._set_paused(queue, True)

    def resume(self, queue: str) -> None:
        """Let a queue go on where it stopped. Raises InvalidInput."""
        self._set_paused(queue, False)

    def _set_paused(self, queue: str, paused: bool) -> None:
        if queue not in PAUSABLE:
            raise InvalidInput("queue", f"{queue!r} cannot be paused", ", ".join(PAUSABLE))
        with self._context.store.write() as uow:
            others = set(uow.settings.get(PAUSED) or ()) - {queue}
            uow.settings.put(PAUSED, sorted(others | ({queue} if paused else set())))
            self._context.audit(uow, "pause" if paused else "resume", "queue", queue)
            if not paused:
                # A worker that met the pause let its message go: hand them out again.
                uow.jobs.forget_enqueues(names_of([queue]))

    # Looking

    def paused(self) -> frozenset[str]:
        """Queues of which nothing is started at present."""
        with self._context.store.read() as uow:
            return _paused(uow)

    def get(self, job_id: str) -> Job:
        """Raises NotFound."""
        with self._context.store.read() as uow:
            return uow.jobs.get(job_id)

    def list(self, *, states: Sequence[JobState] | None = None, limit: int = 100) -> Sequence[Job]:
        """Newest first."""
        with self._context.store.read() as uow:
            return uow.jobs.list(states=states, limit=limit)

    def for_subject(self, subject_id: str) -> Sequence[Job]:
        """Every job on one generation, account …"""
        with self._context.store.read() as uow:
            return uow.jobs.for_subject(subject_id)

    def counts(self) -> Mapping[str, Mapping[JobState, int]]:
        """Job name → state → number."""
        with self._context.store.read() as uow:
            return uow.jobs.counts()

    def workers(self) -> Sequence[WorkerInfo]:
        """Who is alive now. Raises Unavailable."""
        return self._queue.workers()

    def depths(self) -> Mapping[str, int]:
        """Queue name → jobs waiting in the transport. Raises Unavailable."""
        return self._queue.depths()

    # For the dispatcher

    def dispatch(self, limit: int = 200) -> int:
        """Hand every due, lost or abandoned job to a worker; returns how many.

        A job whose worker died too often is failed instead. Safe with several dispatchers: a job
        enqueued twice is claimed once. Raises Unavailable when database or queue is unreachable.
        """
        now = self._context.now()
        with self._context.store.read() as uow:
            due = uow.jobs.due(now, limit=limit, but_not=names_of(_paused(uow)))
        handed = 0
        for job in due:
            if job.attempt >= spec_of(job.name).attempts + CRASHES_FORGIVEN:
                self._give_up(job)
                continue
            self._queue.enqueue(job.name, job.id, key=_key(job))
            with self._context.store.write() as uow:
                handed += uow.jobs.mark_enqueued(job.id, now)
        return handed

    def _give_up(self, job: Job) -> None:
        claimed = self.claim(job.id, "dispatcher")
        if claimed is None:
            return
        text = f"Its worker died {job.attempt} times while doing this; it is not tried again."
        log.error("job given up", job=job.id, name=job.name, attempts=job.attempt)
        self._finish(claimed, JobState.FAILED, text)

    # For the worker that carries a job out; each raises StaleWrite once somebody else holds it.

    def claim(self, job_id: str, worker: str) -> Job | None:
        """Take the job for one lease; None when somebody has it, it is over, paused or not due."""
        now = self._context.now()
        with self._context.store.write() as uow:
            if spec_of(uow.jobs.get(job_id).name).queue in _paused(uow):
                return None
            return uow.jobs.claim(job_id, worker=worker, now=now, lease_until=self._lease(now))

    def claim_next(
        self,
        queue: str,
        worker: str,
        *,
        warm: Collection[str] = (),
        elsewhere: Collection[str] = (),
    ) -> tuple[Job | None, bool]:
        """Take the job of a queue whose turn it is, and whether one was left to other workers.

        A message of a warm queue only says that something waits; who goes first is decided here,
        when a worker is free: people before batches, `warm` (what it has loaded) before the rest,
        and what is warm `elsewhere`, at idle workers, is left to them for a moment.
        """
        now, left = self._context.now(), False
        with self._context.store.read() as uow:
            waiting = uow.jobs.claimable(now, names=names_of([queue]), limit=CHOICE)
        for job in sorted(waiting, key=lambda job: job.turn(warm)):
            if job.left_to_others(now, warm, elsewhere):
                left = True
            elif (claimed := self.claim(job.id, worker)) is not None:
                return claimed, left
        return None, left

    def pass_on(self, job_id: str) -> None:
        """Put the message of a job that was left to another worker back into the queue."""
        job = self.get(job_id)
        if not job.state.final:
            self._queue.enqueue(job.name, job.id, key=_key(job))

    def report(self, worker: str, load: WorkerLoad) -> None:
        """Note what a worker has loaded. Raises Unavailable."""
        self._queue.report(worker, load)

    def heartbeat(self, job: Job, progress: Progress) -> bool:
        """Extend the lease and store progress; returns whether a person asked to stop."""
        until = self._lease(self._context.now())
        with self._context.store.write() as uow:
            return uow.jobs.heartbeat(job.id, job.fence, until, progress)

    def succeed(self, job: Job) -> None:
        """It is done."""
        self._finish(job, JobState.SUCCEEDED, "")

    def stopped(self, job: Job) -> None:
        """It stopped because a person asked for it."""
        self._finish(job, JobState.CANCELLED, "Stopped on request.")

    def fail(self, job: Job, error: Exception) -> JobState:
        """Put it back for later when waiting may help and tries are left, else end it as failed.

        Returns the state it is in now: DUE or FAILED.
        """
        wait = retry_wait_s(error, job.attempt)
        text = explain(error, job)
        if wait is None or job.attempt >= spec_of(job.name).attempts:
            self._finish(job, JobState.FAILED, text)
            return JobState.FAILED
        due_at = self._context.now() + timedelta(seconds=wait)
        with self._context.store.write() as uow:
            uow.jobs.retry(job.id, job.fence, due_at=due_at, error=text)
        return JobState.DUE

    def _finish(self, job: Job, state: JobState, text: str) -> None:
        with self._context.store.write() as uow:
            uow.jobs.finish(job.id, job.fence, state, at=self._context.now(), error=text)

    def _lease(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self._lease_s)


def retry_wait_s(error: Exception, attempt: int) -> float | None:
    """Seconds until another try makes sense; None when only a person or a new version can help."""
    if isinstance(error, RateLimited):
        return max(error.retry_after, backoff_s(attempt))
    if isinstance(error, Transient | Unavailable):
        return backoff_s(attempt)
    return None


def explain(error: Exception, job: Job) -> str:
    """What the job's row says: our own words, or that it is our fault and where to look.

    The text of foreign exceptions stays in the log: it may quote requests with credentials.
    """
    if isinstance(error, GatorError):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"It took longer than {spec_of(job.name).timeout_s} seconds and was stopped."
    return f"Unexpected {type(error).__name__}; the worker's log has the details (job {job.id})."


def spec_of(name: str) -> JobSpec:
    """How the job runs. Raises InvalidInput for a name that is not in the table."""
    try:
        return JOBS[name]
    except KeyError:
        raise InvalidInput("name", f"{name!r} is no job", ", ".join(JOBS)) from None


def _paused(uow: UnitOfWork) -> frozenset[str]:
    return frozenset(uow.settings.get(PAUSED) or ())


def _key(job: Job) -> str:
    # The fence rises with every claim, so each try has its own key and repeats of one try share it.
    return f"{job.id}-{job.fence}"

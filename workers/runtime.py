"""What surrounds every job: the claim, the heartbeat, the cancel, and what becomes of an error.

This is one of the two places that catch broadly (the other is pages/_ui/errors.py): whatever a job
raises becomes "tried again later", "failed" or "stopped" in its row, which is the truth. RQ only
carried the id and learns nothing of it; its own retries and results are not used.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, wraps
from typing import Protocol

import structlog
from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty

from gator_engine.config import load_settings
from gator_engine.domain.work import Job
from gator_engine.errors import Cancelled, IllegalTransition, StaleWrite
from gator_engine.jobs import JOBS, WARM_QUEUES
from gator_engine.services.jobs import Jobs
from gator_engine.studio import Studio
from workers.job_run import JobRun

log = structlog.get_logger(__name__)

EXIT_STUCK = 70
PASS_ON_AFTER_S = 0.05
# Idle workers show themselves every five seconds.
IDLE_WORKER_TRUST = timedelta(seconds=20)


class Work(Protocol):
    """The body of a job function: one service call on one subject."""

    def __call__(self, studio: Studio, subject_id: str, run: JobRun) -> object: ...


class Settle(Protocol):
    """Tell how one of several jobs ended; None: well. What comes later about it is ignored."""

    def __call__(self, number: int, error: Exception | None) -> None: ...


class SharedWork(Protocol):
    """Several subjects in one go; each is settled as soon as it has ended."""

    def __call__(
        self, studio: Studio, members: Sequence[tuple[str, JobRun]], settle: Settle
    ) -> object: ...


@dataclass(frozen=True)
class Company:
    """How one sort of job joins others of its sort: which waiting ones, and how they are done."""

    partners: Callable[[Studio, Job], Sequence[Job]]
    work: SharedWork


@dataclass(frozen=True)
class _Sort:
    work: Work
    company: Company | None


_sorts: dict[str, _Sort] = {}


def leave_the_process() -> None:
    """End this process at once: nothing else interrupts native code that ignores its time-out.

    The supervisor starts a fresh worker, and the job's lease runs out.
    """
    os._exit(EXIT_STUCK)


def background(name: str, company: Company | None = None) -> Callable[[Work], Callable[..., None]]:
    """Make a job function of `work`: it takes the id of the job's row, and a studio when inline.

    With `company`, a warm worker does compatible waiting jobs together with the one it took.
    """

    def decorate(work: Work) -> Callable[..., None]:
        sort = _sorts[name] = _Sort(work, company)

        @wraps(work)
        def entry(job_id: str, *, studio: Studio | None = None) -> None:
            if JOBS[name].queue in WARM_QUEUES:
                _take_turn(studio, name, job_id, sort)
                return
            on_stuck = leave_the_process if studio is None else _do_nothing
            with structlog.contextvars.bound_contextvars(job=job_id, name=name):
                studio = studio or process_studio()
                job = studio.jobs.claim(job_id, worker_name())
                if job is None:
                    log.info("nothing to do: somebody has it, or it is over")
                else:
                    _carry_out(studio, job, work, on_stuck)

        return entry

    return decorate


def _do_nothing() -> None:
    """Inline work is never ended by force."""


def _take_turn(given: Studio | None, name: str, job_id: str, own: _Sort) -> None:
    """Do the job of this queue whose turn it is; the message `job_id` only said that one waits."""
    studio, queue = given or process_studio(), JOBS[name].queue
    warm, elsewhere = _loaded(studio), frozenset[str]()
    if given is None:
        elsewhere = _loaded_elsewhere(studio, queue)
    job, left = studio.jobs.claim_next(queue, worker_name(), warm=warm, elsewhere=elsewhere)
    if job is None:
        if left:
            time.sleep(PASS_ON_AFTER_S)  # An idle worker that suits it better takes it meanwhile.
            studio.jobs.pass_on(job_id)
        return
    sort = own if job.name == name else _sorts[job.name]
    with structlog.contextvars.bound_contextvars(job=job.id, name=job.name):
        # The message's own time-out is that of the longest job of the queue.
        limit = JOBS[job.name].timeout_s
        with _time_limit(limit) if given is None else nullcontext():
            on_stuck = leave_the_process if given is None else _do_nothing
            jobs = [job, *_joining(studio, job, sort.company)]
            if len(jobs) == 1 or sort.company is None:
                _carry_out(studio, job, sort.work, on_stuck)
            else:
                _carry_out_together(studio, jobs, sort.company.work, on_stuck)


def _time_limit(seconds: int) -> AbstractContextManager[None]:
    """Raises JobTimeoutException in the body once the time is over."""
    penalty: AbstractContextManager[None] = UnixSignalDeathPenalty(  # type: ignore[no-untyped-call]
        seconds, JobTimeoutException
    )
    return penalty


def _loaded(studio: Studio) -> frozenset[str]:
    return frozenset(model.affinity for model in studio.generation.load().models)


def _loaded_elsewhere(studio: Studio, queue: str) -> frozenset[str]:
    """What idle workers of the same queue have loaded."""
    own = (socket.gethostname(), os.getpid())
    since = studio.clock.now() - IDLE_WORKER_TRUST
    return frozenset(
        model.affinity
        for worker in studio.jobs.workers()
        if queue in worker.queues and worker.state == "idle"
        if (worker.hostname, worker.pid) != own
        if worker.last_heartbeat and worker.last_heartbeat >= since
        for model in worker.load.models
    )


def _joining(studio: Studio, job: Job, company: Company | None) -> list[Job]:
    """Claims of the waiting jobs that can be done together with this one."""
    partners = company.partners(studio, job) if company else ()
    claims = (studio.jobs.claim(partner.id, worker_name()) for partner in partners)
    return [claim for claim in claims if claim is not None]


def _carry_out(studio: Studio, job: Job, work: Work, on_stuck: Callable[[], None]) -> None:
    run = JobRun(studio.jobs, job, on_stuck=on_stuck)
    run.start()
    try:
        run.check()
        work(studio, job.subject_id, run)
    except Exception as error:  # noqa: BLE001  see the module's docstring
        _end(studio.jobs, job, run, error)
    else:
        _end(studio.jobs, job, run, None)


def _carry_out_together(
    studio: Studio, jobs: Sequence[Job], work: SharedWork, on_stuck: Callable[[], None]
) -> None:
    """As `_carry_out`, but each is settled by itself and hurts no other."""
    runs = [JobRun(studio.jobs, job, on_stuck=on_stuck) for job in jobs]
    open_ones = set(range(len(jobs)))

    def settle(number: int, error: Exception | None) -> None:
        if number in open_ones:
            open_ones.discard(number)
            _end(studio.jobs, jobs[number], runs[number], error)

    for run in runs:
        run.start()
    log.info("done together", jobs=[job.id for job in jobs])
    fault: Exception | None = None
    try:
        work(studio, [(job.subject_id, run) for job, run in zip(jobs, runs, strict=True)], settle)
    except Exception as error:  # noqa: BLE001  see the module's docstring
        fault = error
    for number in sorted(open_ones):
        settle(number, fault)


def _end(jobs: Jobs, job: Job, run: JobRun, error: Exception | None) -> None:
    run.stop()
    if error is None:
        _settle_success(jobs, job, run)
    else:
        _settle(jobs, job, TimeoutError() if isinstance(error, JobTimeoutException) else error)


def _settle_success(jobs: Jobs, job: Job, run: JobRun) -> None:
    try:
        run.complete()
        jobs.succeed(job)
    except StaleWrite:
        log.warning("finished too late: another worker holds the job")
        return
    log.info("job done", attempt=job.attempt)


def _settle(jobs: Jobs, job: Job, error: Exception) -> None:
    """Write what an error means into the job's row; a row that moved on is left alone."""
    try:
        if isinstance(error, Cancelled):
            jobs.stopped(job)
            log.info("job stopped on request")
        elif isinstance(error, StaleWrite | IllegalTransition) and _moved_on(jobs, job):
            log.warning("let go: another worker holds the job", why=str(error))
        else:
            state = jobs.fail(job, error)
            log.error("job not done", state=state.value, attempt=job.attempt, exc_info=error)
    except StaleWrite:
        log.warning("let go: another worker holds the job", why=str(error))


def _moved_on(jobs: Jobs, job: Job) -> bool:
    now = jobs.get(job.id)
    return now.fence != job.fence or now.state.final


def deliver(delivery_id: str, studio: Studio) -> None:
    """Take a delivery one step further. Its own row holds the lease, tries and errors.

    An error that reaches this point leaves the delivery to its lease: once that has run out, the
    dispatcher has it looked up on the platform before anything is sent again.
    """
    with structlog.contextvars.bound_contextvars(delivery=delivery_id):
        try:
            after = studio.publishing.step(delivery_id, worker_name())
        except Exception as error:
            log.error("delivery step broke off", exc_info=error)
        else:
            log.info("delivery step", state=after.state.value if after else "not ours")


@cache
def process_studio() -> Studio:
    """The one studio of this process. The schema is taken as it is: `up` has brought it up to date.

    It may be opened before a fork: it connects to nothing until it is used.
    """
    return Studio(load_settings())


def worker_name() -> str:
    """Who this process is in rows and logs."""
    return f"{socket.gethostname()}-{os.getpid()}"

"""What surrounds every job: the claim, the heartbeat, the cancel, and what becomes of an error.

This is one of the two places that catch broadly (the other is pages/_ui/errors.py): whatever a job
raises becomes "tried again later", "failed" or "stopped" in its row, which is the truth. RQ only
carried the id and learns nothing of it; its own retries and results are not used.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache, wraps
from typing import Protocol

import structlog
from rq.timeouts import JobTimeoutException

from gator_engine.config import load_settings
from gator_engine.domain.work import Job, Progress
from gator_engine.errors import Cancelled, IllegalTransition, StaleWrite, Unavailable
from gator_engine.jobs import JOBS
from gator_engine.services.jobs import Jobs
from gator_engine.studio import Studio

log = structlog.get_logger(__name__)

WRITES_PER_S = 4.0
LONGEST_SILENCE_S = 1.0
OVERDUE_GRACE_S = 60.0
EXIT_STUCK = 70


class Work(Protocol):
    """The body of a job function: one service call on one subject."""

    def __call__(self, studio: Studio, subject_id: str, run: JobRun) -> object: ...


class JobRun:
    """ports.Run of a claimed job: a thread writes progress and keeps the lease of silent work.

    The thread matters: a single denoising step or a model load may take longer than a lease.
    """

    def __init__(
        self,
        jobs: Jobs,
        job: Job,
        *,
        silence_s: float = LONGEST_SILENCE_S,
        on_stuck: Callable[[], None] = lambda: None,
    ) -> None:
        self._jobs, self._job, self._silence_s = jobs, job, silence_s
        self._on_stuck = on_stuck
        self._latest = Progress()
        self._news, self._over, self._cancelled = (
            threading.Event(),
            threading.Event(),
            threading.Event(),
        )
        self._lost: StaleWrite | None = None
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._beat, name=f"beat-{job.id}", daemon=True)

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        """Note how far it is (0–1); written a few times a second at most.

        Raises Cancelled when a person asked to stop, StaleWrite when another worker took over.
        """
        self.check()
        fraction = min(1.0, max(0.0, fraction))
        kept = preview if preview is not None else self._latest.preview
        self._latest = Progress(fraction, stage, self._eta(fraction), kept)
        self._news.set()

    def check(self) -> None:
        """Raises Cancelled when a person asked to stop, StaleWrite when the job is not ours now."""
        if self._lost is not None:
            raise StaleWrite(str(self._lost)) from self._lost
        if self._cancelled.is_set():
            raise Cancelled("Stopped on request.")

    def start(self) -> None:
        """Begin the heartbeat."""
        self._thread.start()

    def stop(self) -> None:
        """End the heartbeat; after this nothing is written any more."""
        self._over.set()
        self._news.set()
        self._thread.join()

    def complete(self) -> None:
        """Store the last progress as whole, so that the row does not end at 93 %."""
        self._jobs.heartbeat(self._job, replace(self._latest, fraction=1.0, eta_s=0.0))

    def _eta(self, fraction: float) -> float | None:
        """Seconds left if it goes on as it went; None too early to tell."""
        if fraction < 0.05:
            return None
        return (time.monotonic() - self._began) * (1.0 - fraction) / fraction

    def _beat(self) -> None:
        while not self._over.is_set():
            self._news.wait(self._silence_s)
            self._news.clear()
            if not self._over.is_set():
                self._write()
                self._look_at_the_clock()
            self._over.wait(1.0 / WRITES_PER_S)

    def _write(self) -> None:
        try:
            if self._jobs.heartbeat(self._job, self._latest):
                self._cancelled.set()
        except StaleWrite as error:
            self._lost = error
            self._over.set()
        except Unavailable as error:
            # The lease may run out meanwhile; then the fence keeps this worker from writing.
            log.warning("heartbeat missed", why=str(error))

    def _look_at_the_clock(self) -> None:
        overdue = time.monotonic() - self._began - JOBS[self._job.name].timeout_s
        if overdue > OVERDUE_GRACE_S:
            log.critical("the job ignores its time-out", overdue_s=round(overdue))
            self._on_stuck()


def leave_the_process() -> None:
    """End this process at once: nothing else interrupts native code that ignores its time-out.

    The supervisor starts a fresh worker, and the job's lease runs out.
    """
    os._exit(EXIT_STUCK)


def background(name: str) -> Callable[[Work], Callable[..., None]]:
    """Make a job function of `work`: it takes the id of the job's row, and a studio when inline."""

    def decorate(work: Work) -> Callable[..., None]:
        @wraps(work)
        def entry(job_id: str, *, studio: Studio | None = None) -> None:
            with structlog.contextvars.bound_contextvars(job=job_id, name=name):
                if studio is None:
                    _carry_out(process_studio(), job_id, work, leave_the_process)
                else:
                    _carry_out(studio, job_id, work, lambda: None)

        return entry

    return decorate


def _carry_out(studio: Studio, job_id: str, work: Work, on_stuck: Callable[[], None]) -> None:
    job = studio.jobs.claim(job_id, worker_name())
    if job is None:
        log.info("nothing to do: somebody has it, or it is over")
        return
    run = JobRun(studio.jobs, job, on_stuck=on_stuck)
    run.start()
    try:
        run.check()
        work(studio, job.subject_id, run)
    except JobTimeoutException:
        run.stop()
        _settle(studio.jobs, job, TimeoutError())
    except Exception as error:  # noqa: BLE001  see the module's docstring
        run.stop()
        _settle(studio.jobs, job, error)
    else:
        run.stop()
        _settle_success(studio.jobs, job, run)


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

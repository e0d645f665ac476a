"""A claimed job as the work sees it: progress, the lease, and a person's wish to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from gator_engine.domain.work import Job, Progress
from gator_engine.errors import Cancelled, StaleWrite, Unavailable
from gator_engine.jobs import JOBS
from gator_engine.services.jobs import Jobs
from workers.pace import Pace

log = structlog.get_logger(__name__)

WRITES_PER_S = 4.0
LONGEST_SILENCE_S = 1.0
OVERDUE_GRACE_S = 60.0


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
        self._pace = Pace()
        self._thread = threading.Thread(target=self._beat, name=f"beat-{job.id}", daemon=True)

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        """Note how far it is (0–1); written a few times a second at most.

        Raises Cancelled when a person asked to stop, StaleWrite when another worker took over.
        """
        self.check()
        fraction = min(1.0, max(0.0, fraction))
        left = self._pace.left(fraction, time.monotonic())
        kept = preview if preview is not None else self._latest.preview
        self._latest = Progress(fraction, stage, left, kept)
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

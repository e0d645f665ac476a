"""One RQ worker: a forking one for everything, a warm one for models.

The time-to-live values bring the recovery after a kill -9 of everything from RQ's 7–17 minutes down
to about one (measured with RQ 3.0; 60 s of it are fixed there). Our own leases are what counts.
"""

from __future__ import annotations

import gc
import os
import secrets
import socket
import threading
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

import psutil
import redis
import structlog
from rq import Queue, SimpleWorker, Worker
from rq.executions import Execution
from rq.job import Job

from gator_engine.errors import ConfigError, Unavailable
from gator_engine.jobs import QUEUES, WARM_QUEUES
from gator_engine.ports import WorkerLoad
from workers.recycling import overgrown, tidy
from workers.runtime import process_studio

log = structlog.get_logger(__name__)

WORKER_TTL_S = 20
MAINTENANCE_S = 5
MONITORING_S = 2
BEAT_S = 5.0
LONGEST_RECONNECT_S = 2.0


class ForkWorker(Worker):
    """RQ's forking worker, except that it does not leave its work-horse when Redis goes away."""

    max_connection_wait_time = LONGEST_RECONNECT_S

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """Tell Redis that the job is alive; RQ itself would quit here and orphan the job."""
        try:
            super().maintain_heartbeats(job, execution)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            log.warning("Redis is away; the job goes on", job=job.id, why=type(error).__name__)


class WarmWorker(SimpleWorker):
    """RQ's worker that does not fork. It tells what it has loaded, and ends when memory creeps.

    `memory_mb` bounds the resident memory of the process (0: a share of the machine's). It is
    looked at between jobs: a worker above it ends with code 0, and the supervisor starts a fresh
    one in its place. Jobs that wait are in the database and lose nothing by it.
    """

    max_connection_wait_time = LONGEST_RECONNECT_S
    memory_mb = 0

    def register_birth(self) -> None:
        """Also say on which device it works."""
        super().register_birth()  # type: ignore[no-untyped-call]
        self._tell()

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """As for a forking worker: RQ would list a killed one until its job's time-out."""
        return WORKER_TTL_S + 60

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Do it, tell what is loaded since, and see whether it is time to end."""
        over = threading.Event()
        beat = threading.Thread(target=self._beat, args=(over,), name="beat-worker", daemon=True)
        beat.start()
        try:
            super().execute_job(job, queue)
        finally:
            over.set()
            beat.join()
        if self._overgrown(self._tell()):
            tidy()
            if what := self._overgrown(self._tell()):
                log.warning("a fresh worker takes over", grown=what)
                self._stop_requested = True

    def _overgrown(self, load: WorkerLoad) -> str:
        machine_mb = psutil.virtual_memory().total // 2**20
        return overgrown(load, limit_mb=self.memory_mb, machine_mb=machine_mb)

    def _beat(self, over: threading.Event) -> None:
        """Show Redis that the worker lives while a long job keeps it from doing so itself."""
        while not over.wait(BEAT_S):
            try:
                self.heartbeat(WORKER_TTL_S + 60)
            except redis.RedisError as error:
                log.warning("Redis is away; the job goes on", why=type(error).__name__)

    def _tell(self) -> WorkerLoad:
        studio = process_studio()
        resident = psutil.Process().memory_info().rss // 2**20
        load = replace(studio.generation.load(), memory_mb=resident)
        try:
            studio.jobs.report(self.name, load)
        except Unavailable as error:
            log.warning("could not tell what is loaded", why=str(error))
        return load


def run_worker(url: str, queues: Sequence[str], *, max_jobs: int | None = None) -> None:
    """Work on `queues` until told to stop (SIGTERM lets the running job end first).

    `gpu` runs without a fork, so that a loaded model stays warm. Raises ConfigError for an unknown
    queue, or one that needs its own worker, and redis.RedisError when Redis is out of reach.
    """
    _check(queues)
    worker_class: type[ForkWorker | WarmWorker] = (
        WarmWorker if WARM_QUEUES & set(queues) else ForkWorker
    )
    if worker_class is ForkWorker:
        prepare_forks()
    worker = worker_class(
        list(queues),
        name=unique_name(queues),
        connection=redis.Redis.from_url(url),
        serializer="json",
        worker_ttl=WORKER_TTL_S,
        maintenance_interval=MAINTENANCE_S,
        job_monitoring_interval=MONITORING_S,
        log_job_description=False,
    )
    worker.log_result_lifespan = False
    if isinstance(worker, WarmWorker):
        worker.memory_mb = process_studio().settings.worker_memory_mb
    worker.work(logging_level="WARNING", max_jobs=max_jobs)


def prepare_forks() -> None:
    """Import and build what jobs need, so that each fork starts with it; connects to nothing.

    Generators stay out: torch in the parent would leave CUDA unusable in its forks.
    """
    import_module("workers.jobs")
    studio = process_studio()
    for service in ("jobs", "publishing", "accounts"):
        getattr(studio, service)
    # Shared pages stay shared: the collector of a fork has no business with what is here already.
    gc.collect()
    gc.freeze()


def unique_name(queues: Sequence[str]) -> str:
    """A name no other worker has, also after a restart with the same process id."""
    return f"{'-'.join(queues)}-{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


def _check(queues: Sequence[str]) -> None:
    unknown = sorted(set(queues) - set(QUEUES))
    if unknown or not queues:
        raise ConfigError(
            "--queues",
            f"{', '.join(unknown) or 'none'} named.",
            f"Choose from {', '.join(QUEUES)}.",
        )
    if WARM_QUEUES & set(queues) and len(set(queues)) > 1:
        raise ConfigError("--queues", "gpu needs a worker of its own.", "Start one for gpu alone.")

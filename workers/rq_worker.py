"""One RQ worker: a forking one for everything, a warm one for models.

The time-to-live values bring the recovery after a kill -9 of everything from RQ's 7–17 minutes down
to about one (measured with RQ 3.0; 60 s of it are fixed there). Our own leases are what counts.
"""

from __future__ import annotations

import gc
import os
import secrets
import socket
from collections.abc import Sequence
from importlib import import_module

import redis
import structlog
from rq import SimpleWorker, Worker
from rq.executions import Execution
from rq.job import Job

from gator_engine.errors import ConfigError
from gator_engine.jobs import QUEUES
from workers.runtime import process_studio

log = structlog.get_logger(__name__)

WORKER_TTL_S = 20
MAINTENANCE_S = 5
MONITORING_S = 2
LONGEST_RECONNECT_S = 2.0
WARM_QUEUES = frozenset({"gpu"})


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
    """RQ's worker that does not fork."""

    max_connection_wait_time = LONGEST_RECONNECT_S


def run_worker(url: str, queues: Sequence[str], *, max_jobs: int | None = None) -> None:
    """Work on `queues` until told to stop (SIGTERM lets the running job end first).

    `gpu` runs without a fork, so that a loaded model stays warm. Raises ConfigError for an unknown
    queue, or one that needs its own worker, and redis.RedisError when Redis is out of reach.
    """
    _check(queues)
    worker_class = WarmWorker if WARM_QUEUES & set(queues) else ForkWorker
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

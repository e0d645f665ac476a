"""The job queue over RQ and Redis (or Valkey): it carries ids, and nothing is lost with it.

Measured with RQ 3.0: its scheduler truncates due times to whole seconds and stalls for a minute
when killed, its retry loses attempts, and it keeps the id of an abandoned job taken for minutes.
Hence neither is used: due times and tries are columns of our own rows.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue, Worker
from rq.exceptions import DuplicateJobError
from rq.worker import BaseWorker

from gator_engine.errors import InvalidInput, Unavailable
from gator_engine.jobs import JOBS, QUEUES, WARM_QUEUES, JobSpec
from gator_engine.ports.queue import WarmModel, WorkerInfo, WorkerLoad

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 5.0
FAILURE_TTL_S = 300
# Beside RQ's own fields of a worker, so that it is forgotten with the worker.
LOAD_FIELD = "gator_load"


def connect(url: str) -> redis.Redis:
    """A client for `redis://`, `rediss://` or `unix://` that gives up quickly.

    One immediate repeat covers a pooled connection that died while Redis was restarted.
    Raises InvalidInput for a URL of another sort.
    """
    try:
        return redis.Redis.from_url(
            url,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=ANSWER_TIMEOUT_S,
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError as error:
        raise InvalidInput("redis_url", "is no redis://, rediss:// or unix:// URL") from error


class RqQueue:
    """JobQueue over the Redis at `url`."""

    def __init__(self, url: str) -> None:
        self._redis = connect(url)
        self._where = _without_credentials(url)

    def enqueue(self, name: str, job_id: str, *, key: str) -> None:
        """Hand `job_id` to a worker; harmless while the same `key` still waits in the queue.

        Raises InvalidInput for an unknown job name, Unavailable.
        """
        if name not in JOBS:
            raise InvalidInput("name", f"{name!r} is no job", ", ".join(JOBS))
        queue, rq_id = self._queue(JOBS[name].queue), _rq_id(key)
        with self._reachable():
            try:
                self._push(queue, name, job_id, rq_id)
            except DuplicateJobError:
                # Still waiting: done. Otherwise a worker took it, maybe a dead one: RQ would keep
                # the id for minutes, so the repeat travels under another; claims are exclusive.
                if queue.get_job_position(rq_id) is None:
                    self._push(queue, name, job_id, f"{rq_id}-{secrets.token_hex(4)}")

    def ping(self) -> None:
        """Raises Unavailable when Redis does not answer."""
        with self._reachable():
            self._redis.ping()

    def workers(self) -> Sequence[WorkerInfo]:
        """Workers that RQ saw within their time-to-live, ordered by name."""
        with self._reachable():
            found = Worker.all(connection=self._redis)
            return sorted((self._info(one) for one in found), key=lambda w: w.name)

    def report(self, worker: str, load: WorkerLoad) -> None:
        """Note what a worker has loaded; forgotten with the worker. Raises Unavailable."""
        key = _worker_key(worker)
        with self._reachable():
            if self._redis.exists(key):
                self._redis.hset(key, LOAD_FIELD, json.dumps(asdict(load)))

    def _info(self, worker: BaseWorker) -> WorkerInfo:
        told = self._redis.hget(_worker_key(worker.name), LOAD_FIELD)
        return _to_info(worker, _to_load(json.loads(told)) if told else WorkerLoad())

    def depths(self) -> Mapping[str, int]:
        """Queue name → waiting jobs."""
        with self._reachable():
            return {name: self._queue(name).count for name in QUEUES}

    def _queue(self, name: str) -> Queue:
        return Queue(name, connection=self._redis, serializer="json")

    def _push(self, queue: Queue, name: str, job_id: str, rq_id: str) -> None:
        spec = JOBS[name]
        queue.enqueue(
            spec.path,
            args=(job_id,),
            job_id=rq_id,
            unique=True,
            job_timeout=_time_limit(spec),
            result_ttl=0,
            failure_ttl=FAILURE_TTL_S,
            description=f"{name} {job_id}",
        )

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except redis.RedisError as error:
            raise Unavailable(
                "Redis",
                f"{self._where} does not answer ({type(error).__name__}).",
                "Start it or correct GATOR_REDIS_URL; jobs wait in the database meanwhile.",
            ) from error


def _time_limit(spec: JobSpec) -> int:
    """In a warm queue a message may start any job of it, so it must outlast the longest."""
    if spec.queue not in WARM_QUEUES:
        return spec.timeout_s
    return max(one.timeout_s for one in JOBS.values() if one.queue == spec.queue)


def _worker_key(name: str) -> str:
    return f"{Worker.redis_worker_namespace_prefix}{name}"


def _to_load(told: dict[str, Any]) -> WorkerLoad:
    models = tuple(WarmModel(**model) for model in told.pop("models"))
    return WorkerLoad(**told, models=models)


def _rq_id(key: str) -> str:
    """RQ allows letters, digits, "_" and "-" in a job id."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", key)


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix:{parts.path}"
    return f"{parts.scheme}://{parts.hostname or 'localhost'}:{parts.port or 6379}"


def _to_info(worker: BaseWorker, load: WorkerLoad) -> WorkerInfo:
    return WorkerInfo(
        name=worker.name,
        queues=tuple(worker.queue_names()),
        state=str(worker.get_state()),
        current_job=worker.get_current_job_id(),
        pid=worker.pid or 0,
        hostname=worker.hostname or "",
        last_heartbeat=worker.last_heartbeat,
        load=load,
    )

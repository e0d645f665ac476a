"""A queue without Redis and without workers: jobs run here, when asked (notebooks, tests)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from gator_engine.errors import InvalidInput
from gator_engine.jobs import JOBS, QUEUES
from gator_engine.ports.queue import WorkerInfo, WorkerLoad


class InlineQueue:
    """JobQueue that keeps its jobs in memory until `drain` runs them in this very process."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[str, str]] = {}

    def enqueue(self, name: str, job_id: str, *, key: str) -> None:
        """Keep the job; harmless while the same `key` waits. Raises InvalidInput."""
        if name not in JOBS:
            raise InvalidInput("name", f"{name!r} is no job", ", ".join(JOBS))
        self._waiting.setdefault(key, (name, job_id))

    def drain(self, studio: Any, *, limit: int = 1000) -> int:
        """Run what waits, oldest first, with `studio`; returns how many ran.

        Jobs that enqueue further jobs see them run too, up to `limit` in all.
        """
        ran = 0
        while self._waiting and ran < limit:
            name, job_id = self._waiting.pop(next(iter(self._waiting)))
            # The functions live in a front end, which the engine may only name, as RQ does.
            module, function = JOBS[name].path.rsplit(".", 1)
            getattr(import_module(module), function)(job_id, studio=studio)
            ran += 1
        return ran

    def ping(self) -> None:
        """Memory always answers."""

    def workers(self) -> Sequence[WorkerInfo]:
        """Nobody works until `drain` is called."""
        return ()

    def report(self, worker: str, load: WorkerLoad) -> None:
        """There are no workers to tell of."""

    def depths(self) -> Mapping[str, int]:
        """Queue name → waiting jobs."""
        waiting = Counter(JOBS[name].queue for name, _ in self._waiting.values())
        return {queue: waiting[queue] for queue in QUEUES}

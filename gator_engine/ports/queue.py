"""Port of the job queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class JobQueue(Protocol):
    """The transport of job ids to workers. Losing it loses nothing: the rows are the truth."""

    def enqueue(self, name: str, job_id: str, *, key: str) -> None:
        """Hand `job_id` to a worker of the job `name`; `key` makes a repeated call harmless."""

    def ping(self) -> None:
        """Raises Unavailable when the queue does not answer."""

    def workers(self) -> Sequence[WorkerInfo]:
        """Who is alive now."""

    def report(self, worker: str, load: WorkerLoad) -> None:
        """Note what a worker has loaded; forgotten with the worker."""

    def depths(self) -> Mapping[str, int]:
        """Queue name → waiting jobs."""


@dataclass(frozen=True)
class WarmModel:
    """A model that a process has loaded. `affinity` is what jobs ask for; memory in MiB."""

    affinity: str
    label: str
    memory_mb: int = 0


@dataclass(frozen=True)
class WorkerLoad:
    """What a worker that stays warm holds: its device, its models, and its memory in MiB.

    `memory_mb` is of the process (resident); `device_mb` is what it holds of its device's
    `device_total_mb` (both 0 without one).
    """

    device: str = ""
    models: tuple[WarmModel, ...] = ()
    memory_mb: int = 0
    device_mb: int = 0
    device_total_mb: int = 0


@dataclass(frozen=True)
class WorkerInfo:
    """A live worker: its name, queues, what it is doing and where."""

    name: str
    queues: tuple[str, ...]
    state: str
    current_job: str | None
    pid: int
    hostname: str
    last_heartbeat: datetime | None
    load: WorkerLoad = WorkerLoad()

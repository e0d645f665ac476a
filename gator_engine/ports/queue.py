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

    def depths(self) -> Mapping[str, int]:
        """Queue name → waiting jobs."""


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

"""Jobs as the database knows them: the row is the truth, the queue only carries its id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobState(StrEnum):
    """Life of a job; the last three are final."""

    DUE = "due"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether nothing more will happen."""
        return self in (self.SUCCEEDED, self.FAILED, self.CANCELLED)


@dataclass(frozen=True)
class Progress:
    """How far a job is: fraction 0–1, the stage in plain words, perhaps a small preview (WebP)."""

    fraction: float = 0.0
    stage: str = ""
    eta_s: float | None = None
    preview: bytes | None = None


@dataclass(frozen=True)
class Job:
    """One unit of background work on one subject (a generation, a delivery, an account …).

    `fence` rises with every claim; a write that repeats an old fence is refused. `due_at` is when
    it may run (also the back-off after a failure); `lease_until` is how long its worker may be
    silent. A job in state DUE with `due_at` in the future is simply scheduled.
    """

    id: str
    name: str
    subject_id: str
    state: JobState
    due_at: datetime
    created_at: datetime
    attempt: int = 0
    fence: int = 0
    lease_until: datetime | None = None
    worker: str = ""
    cancel_requested: bool = False
    progress: Progress = Progress()
    error: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    unique_key: str | None = None
    enqueued_at: datetime | None = None

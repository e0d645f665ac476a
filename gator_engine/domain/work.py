"""Jobs as the database knows them: the row is the truth, the queue only carries its id."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

HEAD_START = timedelta(minutes=15)
"""How much earlier work that a person waits for counts as asked for. A batch that has waited longer
than this goes before a person's newest wish, so nothing starves."""

WARM_HEAD_START = timedelta(minutes=1)
"""The same for work whose model the asking worker has loaded: loading takes about that long."""

YIELD = timedelta(seconds=3)
"""How long work is left to an idle worker that has its model loaded."""


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
    silent. A job in state DUE with `due_at` in the future is simply scheduled. Among due jobs an
    earlier `rank_at` goes first (None counts as `due_at`). `affinity` names what a worker does well
    to have loaded for it ("" for nothing).
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
    rank_at: datetime | None = None
    affinity: str = ""

    def turn(self, warm: Collection[str] = ()) -> datetime:
        """When it is its turn for a worker that has `warm` loaded: the earliest goes first."""
        rank = self.rank_at or self.due_at
        return rank - WARM_HEAD_START if self.affinity in warm else rank

    def left_to_others(
        self, now: datetime, warm: Collection[str], elsewhere: Collection[str]
    ) -> bool:
        """Whether to leave it, for a moment, to an idle worker that has its model loaded."""
        if self.affinity in warm or self.affinity not in elsewhere:
            return False
        return now < max(self.due_at, self.created_at) + YIELD

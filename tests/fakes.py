"""Hand-written stand-ins at the ports, for tests that need no database, Redis or platform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from gator_engine.domain.users import AuditEvent
from gator_engine.domain.work import Job, JobState, Progress
from gator_engine.errors import NotFound, StaleWrite, Unavailable
from gator_engine.ports import RenderRequest, RenderResult, Run, WorkerInfo, WorkerLoad
from gator_engine.services._context import Context

MONDAY_MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LOST_AFTER = timedelta(seconds=60)


class FakeClock:
    """A clock that a test moves by hand."""

    def __init__(self, at: datetime = MONDAY_MORNING) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> datetime:
        """Let time pass, and tell what it is then."""
        self.at += timedelta(seconds=seconds)
        return self.at


class FakeIds:
    """Identifiers in the order they were asked for: id0001, id0002 …"""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self) -> str:
        return f"id{next(self._numbers):04d}"


class FakeQueue:
    """A queue that remembers what it was given; `down` makes it unreachable."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.down = False
        self.loads: dict[str, WorkerLoad] = {}

    def enqueue(self, name: str, job_id: str, *, key: str) -> None:
        self.ping()
        if key not in {known for _, _, known in self.sent}:
            self.sent.append((name, job_id, key))

    def ping(self) -> None:
        if self.down:
            raise Unavailable("Redis", "it does not answer.", "Start it.")

    def workers(self) -> Sequence[WorkerInfo]:
        self.ping()
        return ()

    def report(self, worker: str, load: WorkerLoad) -> None:
        self.ping()
        self.loads[worker] = load

    def depths(self) -> Mapping[str, int]:
        self.ping()
        return Counter(name for name, _, _ in self.sent)

    @property
    def ids(self) -> list[str]:
        """Ids in the order they were handed over."""
        return [job_id for _, job_id, _ in self.sent]


class FakeJobRepository:
    """ports.JobRepository over a dict."""

    def __init__(self, rows: dict[str, Job]) -> None:
        self._rows = rows

    def add(self, job: Job) -> bool:
        taken = {row.unique_key for row in self._rows.values() if not row.state.final} - {None}
        if job.unique_key in taken:
            return False
        self._rows[job.id] = job
        return True

    def get(self, job_id: str) -> Job:
        try:
            return self._rows[job_id]
        except KeyError:
            raise NotFound("job", job_id) from None

    def for_subject(self, subject_id: str) -> Sequence[Job]:
        return [row for row in self._rows.values() if row.subject_id == subject_id]

    def list(self, *, states: Sequence[JobState] | None = None, limit: int = 100) -> Sequence[Job]:
        rows = [row for row in self._rows.values() if states is None or row.state in states]
        return rows[::-1][:limit]

    def due(self, now: datetime, *, limit: int, but_not: Collection[str] = ()) -> Sequence[Job]:
        rows = (row for row in self._rows.values() if row.name not in but_not)
        return sorted((row for row in rows if self._is_due(row, now)), key=Job.turn)[:limit]

    def claimable(
        self, now: datetime, *, names: Collection[str], limit: int, affinity: str | None = None
    ) -> Sequence[Job]:
        rows = [row for row in self._rows.values() if row.name in names]
        rows = [row for row in rows if affinity in (None, row.affinity)]
        return sorted((row for row in rows if self._is_claimable(row, now)), key=Job.turn)[:limit]

    def forget_enqueues(self, names: Collection[str]) -> int:
        queued = [
            row for row in self._rows.values() if row.state is JobState.QUEUED and row.name in names
        ]
        for row in queued:
            self._rows[row.id] = replace(row, enqueued_at=None)
        return len(queued)

    @staticmethod
    def _is_claimable(row: Job, now: datetime) -> bool:
        held = row.state is JobState.RUNNING and (row.lease_until or now) > now
        return not (row.state.final or held or row.due_at > now)

    @staticmethod
    def _is_due(row: Job, now: datetime) -> bool:
        if row.state is JobState.DUE:
            return row.due_at <= now
        if row.state is JobState.QUEUED:
            return row.enqueued_at is None or row.enqueued_at + LOST_AFTER <= now
        return row.state is JobState.RUNNING and (row.lease_until or now) <= now

    def mark_enqueued(self, job_id: str, at: datetime) -> bool:
        row = self.get(job_id)
        if not self._is_due(row, at):
            return False
        state = JobState.QUEUED if row.state is JobState.DUE else row.state
        self._rows[job_id] = replace(row, state=state, enqueued_at=at)
        return True

    def claim(
        self, job_id: str, *, worker: str, now: datetime, lease_until: datetime
    ) -> Job | None:
        row = self.get(job_id)
        if not self._is_claimable(row, now):
            return None
        self._rows[job_id] = replace(
            row,
            state=JobState.RUNNING,
            attempt=row.attempt + 1,
            fence=row.fence + 1,
            worker=worker,
            lease_until=lease_until,
            started_at=now,
        )
        return self._rows[job_id]

    def heartbeat(self, job_id: str, fence: int, lease_until: datetime, progress: Progress) -> bool:
        row = self._held(job_id, fence)
        self._rows[job_id] = replace(row, lease_until=lease_until, progress=progress)
        return row.cancel_requested

    def finish(
        self, job_id: str, fence: int, state: JobState, *, at: datetime, error: str = ""
    ) -> None:
        row = self._held(job_id, fence)
        self._rows[job_id] = replace(row, state=state, finished_at=at, error=error)

    def retry(self, job_id: str, fence: int, *, due_at: datetime, error: str) -> None:
        row = self._held(job_id, fence)
        self._rows[job_id] = replace(row, state=JobState.DUE, due_at=due_at, error=error)

    def bring_forward(self, job_id: str, at: datetime) -> bool:
        row = self.get(job_id)
        if row.state is not JobState.DUE:
            return False
        self._rows[job_id] = replace(row, due_at=at)
        return True

    def request_cancel(self, job_id: str, at: datetime) -> Job:
        row = self.get(job_id)
        if row.state is JobState.RUNNING:
            self._rows[job_id] = replace(row, cancel_requested=True)
        else:
            self._rows[job_id] = replace(row, state=JobState.CANCELLED, finished_at=at)
        return self._rows[job_id]

    def counts(self) -> Mapping[str, Mapping[JobState, int]]:
        found: dict[str, Counter[JobState]] = {}
        for row in self._rows.values():
            found.setdefault(row.name, Counter())[row.state] += 1
        return found

    def _held(self, job_id: str, fence: int) -> Job:
        row = self.get(job_id)
        if row.fence != fence or row.state is not JobState.RUNNING:
            raise StaleWrite(f"Job {job_id} moved on.")
        return row


class FakeAudit:
    """ports.AuditRepository over a list."""

    def __init__(self, events: list[AuditEvent]) -> None:
        self._events = events

    def add(self, event: AuditEvent) -> None:
        self._events.append(event)

    def list(self, *, subject_id: str | None = None, limit: int = 200) -> Sequence[AuditEvent]:
        found = [e for e in self._events if subject_id is None or e.subject_id == subject_id]
        return found[::-1][:limit]


class FakeSettings:
    """ports.SettingRepository over a dict."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def get(self, key: str) -> Any | None:
        return self._values.get(key)

    def put(self, key: str, value: Any) -> None:
        self._values[key] = value

    def all(self) -> Mapping[str, Any]:
        return dict(self._values)


class FakeStore:
    """ports.Store with jobs and the audit trail in memory; a failed transaction leaves no trace."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.settings: dict[str, Any] = {}
        self.events: list[AuditEvent] = []
        self.down = False

    @contextmanager
    def write(self) -> Iterator[Any]:
        self.ping()
        before = dict(self.jobs), list(self.events)
        try:
            yield self._unit()
        except BaseException:
            self.jobs.clear()
            self.jobs.update(before[0])
            self.events[:] = before[1]
            raise

    @contextmanager
    def read(self) -> Iterator[Any]:
        self.ping()
        yield self._unit()

    def ping(self) -> None:
        if self.down:
            raise Unavailable("The database", "it does not answer.", "Start it.")

    def close(self) -> None:
        """Memory needs no closing."""

    def _unit(self) -> Any:
        return SimpleNamespace(
            jobs=FakeJobRepository(self.jobs),
            audit=FakeAudit(self.events),
            settings=FakeSettings(self.settings),
        )


def fake_context(clock: FakeClock | None = None, store: FakeStore | None = None) -> Context:
    """Surroundings of a service made of fakes."""
    return Context(store=store or FakeStore(), clock=clock or FakeClock(), ids=FakeIds())


class FakeRenderer:
    """ports.VideoRenderer that writes a ready file; each timeline gets bytes of its own.

    `fails` is raised in the middle, after half a file was written; `at_step` is called at each
    step of progress.
    """

    def __init__(self, film: bytes) -> None:
        self.film = film
        self.requests: list[RenderRequest] = []
        self.absent = ""
        self.fails: Exception | None = None
        self.at_step: Callable[[], None] = lambda: None

    def missing(self) -> str:
        return self.absent

    def render(self, request: RenderRequest, run: Run, folder: Path) -> RenderResult:
        self.requests.append(request)
        path = folder / "video.mp4"
        path.write_bytes(self.film[:100])
        for step in range(4):
            self.at_step()
            run.progress(step / 4, "Rendering")
        if self.fails is not None:
            raise self.fails
        told = sha256(repr((request.timeline, request.profile)).encode()).digest()
        path.write_bytes(self.film + (8 + len(told)).to_bytes(4, "big") + b"free" + told)
        timeline = request.timeline
        size = request.profile.size(timeline.size)
        return RenderResult(
            path, timeline.length, timeline.duration_s, size, 3, 1, "fake", -14.0, -1.2
        )

    def frame(self, request: RenderRequest, number: int) -> bytes:
        self.requests.append(request)
        return b"PNG %d" % number

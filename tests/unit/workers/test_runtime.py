"""What surrounds a job: claim, heartbeat, cancel, and what becomes of an error."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from rq.timeouts import JobTimeoutException
from structlog.testing import capture_logs

from gator_engine.domain.work import Job, JobState, Progress
from gator_engine.errors import Cancelled, IllegalTransition, Rejected, StaleWrite, Transient
from gator_engine.jobs import JOBS
from gator_engine.ports import WorkerLoad
from gator_engine.services.jobs import Jobs
from tests.fakes import FakeClock, FakeQueue, FakeStore, fake_context
from workers.job_run import OVERDUE_GRACE_S, JobRun
from workers.runtime import background, deliver

PATIENCE_S = 10.0


class CountingJobs(Jobs):
    """Jobs that count their heartbeats."""

    beats = 0

    def heartbeat(self, job: Job, progress: Progress) -> bool:
        self.beats += 1
        return super().heartbeat(job, progress)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def jobs(store: FakeStore, clock: FakeClock) -> CountingJobs:
    return CountingJobs(fake_context(clock, store), FakeQueue(), lease_s=60)


@pytest.fixture
def job(jobs: Jobs) -> Job:
    claimed = jobs.claim(jobs.submit("generate", "generation-1").id, "worker-1")
    assert claimed is not None
    return claimed


@pytest.fixture
def run(jobs: Jobs, job: Job) -> Iterator[JobRun]:
    run = JobRun(jobs, job, silence_s=0.02)
    run.start()
    yield run
    run.stop()


def eventually(condition: Callable[[], Any]) -> Any:
    """What `condition` returns once it is truthy."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.005)
    pytest.fail("it did not happen in time")


def raises(error: type[Exception], call: Callable[[], object]) -> bool:
    """Whether the call raises that error now."""
    try:
        call()
    except error:
        return True
    return False


def test_progress_reaches_the_row_while_the_job_runs(jobs: Jobs, job: Job, run: JobRun) -> None:
    run.progress(0.5, "painting", b"preview")
    row = eventually(lambda: jobs.get(job.id).progress.fraction and jobs.get(job.id))
    assert (row.progress.fraction, row.progress.stage) == (0.5, "painting")
    assert row.progress.preview == b"preview"
    assert row.progress.eta_s is None
    run.progress(0.6, "painting")
    eventually(lambda: jobs.get(job.id).progress.fraction == 0.6)
    assert jobs.get(job.id).progress.preview == b"preview"
    assert jobs.get(job.id).progress.eta_s is not None


def test_progress_is_cheap_to_call(jobs: CountingJobs, run: JobRun) -> None:
    began = time.monotonic()
    for step in range(20_000):
        run.progress(step / 20_000, "painting")
    seconds = time.monotonic() - began
    # Four writes a second, the first at once; the loop itself never waits for one.
    assert jobs.beats <= 4 * seconds + 2


def test_a_silent_job_keeps_its_lease(
    jobs: CountingJobs, job: Job, run: JobRun, clock: FakeClock
) -> None:
    before = jobs.get(job.id).lease_until
    clock.advance(50)
    eventually(lambda: jobs.get(job.id).lease_until != before)
    clock.advance(50)
    assert jobs.claim(job.id, "thief") is None


def test_a_cancel_reaches_the_running_job(jobs: Jobs, job: Job, run: JobRun) -> None:
    run.check()
    jobs.cancel(job.id)
    eventually(lambda: raises(Cancelled, run.check))
    with pytest.raises(Cancelled):
        run.progress(0.5, "painting")


def test_a_zombie_is_told_at_its_next_step(
    jobs: Jobs, job: Job, store: FakeStore, clock: FakeClock
) -> None:
    # Its process was paused for longer than the lease, and another worker took over.
    run = JobRun(jobs, job, silence_s=0.02)
    clock.advance(61)
    assert jobs.claim(job.id, "worker-2") is not None
    run.start()
    eventually(lambda: raises(StaleWrite, run.check))
    run.stop()


def test_an_outage_of_the_database_does_not_end_the_job(
    jobs: CountingJobs, job: Job, run: JobRun, store: FakeStore
) -> None:
    store.down = True
    beats = jobs.beats
    eventually(lambda: jobs.beats > beats + 1)
    run.check()
    store.down = False
    run.progress(0.7, "painting")
    eventually(lambda: jobs.get(job.id).progress.fraction == 0.7)


def test_nothing_is_written_after_the_stop(jobs: CountingJobs, job: Job) -> None:
    run = JobRun(jobs, job, silence_s=0.01)
    run.start()
    run.stop()
    beats = jobs.beats
    time.sleep(0.1)
    assert jobs.beats == beats


def test_a_job_deaf_to_its_time_out_is_noticed(
    jobs: Jobs, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = threading.Event()
    run = JobRun(jobs, job, silence_s=0.01, on_stuck=stuck.set)
    run._began -= JOBS["generate"].timeout_s + OVERDUE_GRACE_S + 1
    run.start()
    assert stuck.wait(PATIENCE_S)
    run.stop()


def inline(jobs: Jobs) -> Any:
    """A studio whose process has no model loaded."""
    return SimpleNamespace(jobs=jobs, generation=SimpleNamespace(load=WorkerLoad))


def carry_out(jobs: Jobs, work: Callable[[JobRun], object]) -> Job:
    """The row of a job after `work` was its body."""
    job = jobs.submit("generate", "generation-1")

    @background("generate")
    def body(studio: Any, subject_id: str, run: JobRun) -> object:
        assert subject_id == "generation-1"
        return work(run)

    body(job.id, studio=inline(jobs))
    return jobs.get(job.id)


def raiser(error: Exception) -> Callable[[JobRun], object]:
    def work(run: JobRun) -> object:
        raise error

    return work


def test_a_job_that_returns_has_succeeded_and_is_whole(jobs: Jobs) -> None:
    row = carry_out(jobs, lambda run: run.progress(0.93, "saving"))
    assert row.state is JobState.SUCCEEDED
    assert row.progress.fraction == 1.0


@pytest.mark.parametrize(
    ("error", "state", "text"),
    [
        (Transient("hub", "download", "connection refused"), JobState.DUE, "refused"),
        (Rejected("hub", "download", "no such model"), JobState.FAILED, "no such model"),
        (Cancelled("Stopped on request."), JobState.CANCELLED, "Stopped"),
        (JobTimeoutException("late"), JobState.FAILED, "longer than 3600 seconds"),
        (ZeroDivisionError("1/0"), JobState.FAILED, "Unexpected ZeroDivisionError"),
        (IllegalTransition("The thing", "a", "b"), JobState.FAILED, "cannot become"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_error_becomes_a_state_with_words(
    jobs: Jobs, error: Exception, state: JobState, text: str
) -> None:
    row = carry_out(jobs, raiser(error))
    assert row.state is state
    assert text in row.error


def test_a_job_that_lost_its_claim_leaves_the_row_alone(jobs: Jobs, clock: FakeClock) -> None:
    def lose(run: JobRun) -> None:
        clock.advance(61)
        (job,) = jobs.for_subject("generation-1")
        assert jobs.claim(job.id, "worker-2") is not None
        raise StaleWrite("somebody else")

    row = carry_out(jobs, lose)
    assert (row.state, row.worker, row.error) == (JobState.RUNNING, "worker-2", "")


def test_a_cancelled_job_in_the_queue_never_starts(jobs: Jobs) -> None:
    job = jobs.submit("generate", "generation-1")
    jobs.cancel(job.id)

    @background("generate")
    def body(studio: Any, subject_id: str, run: JobRun) -> object:
        pytest.fail("it ran")

    body(job.id, studio=inline(jobs))
    assert jobs.get(job.id).state is JobState.CANCELLED


def test_a_broken_delivery_step_is_left_to_its_lease() -> None:
    def step(delivery_id: str, worker: str) -> None:
        raise ZeroDivisionError

    with capture_logs() as logs:
        deliver("delivery-1", SimpleNamespace(publishing=SimpleNamespace(step=step)))
    assert [entry["event"] for entry in logs] == ["delivery step broke off"]

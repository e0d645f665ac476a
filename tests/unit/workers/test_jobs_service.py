"""The service that owns background jobs, over fakes at its ports."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gator_engine.domain.work import Job, JobState, Progress
from gator_engine.errors import (
    AuthExpired,
    CapabilityError,
    IllegalTransition,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    StaleWrite,
    Transient,
    Unavailable,
)
from gator_engine.jobs import JOBS
from gator_engine.services.jobs import CRASHES_FORGIVEN, Jobs
from tests.fakes import LOST_AFTER, FakeClock, FakeQueue, FakeStore, fake_context

LEASE_S = 60.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def jobs(clock: FakeClock, queue: FakeQueue, store: FakeStore) -> Jobs:
    return Jobs(fake_context(clock, store), queue, lease_s=LEASE_S)


def claimed(jobs: Jobs, name: str = "measure") -> Job:
    """A job somebody works on."""
    job = jobs.claim(jobs.submit(name, "subject").id, "worker-1")
    assert job is not None
    return job


def test_a_due_job_reaches_the_queue_once(jobs: Jobs, queue: FakeQueue) -> None:
    job = jobs.submit("measure", "account-1")
    assert job.state is JobState.QUEUED
    assert queue.ids == [job.id]
    assert jobs.dispatch() == 0


def test_a_job_for_later_waits_for_its_time(jobs: Jobs, queue: FakeQueue, clock: FakeClock) -> None:
    job = jobs.submit("measure", "account-1", due_at=clock.now() + timedelta(minutes=5))
    assert job.state is JobState.DUE
    assert jobs.dispatch() == 0
    clock.advance(301)
    assert jobs.dispatch() == 1
    assert queue.ids == [job.id]


def test_submitting_while_redis_is_down_loses_nothing(jobs: Jobs, queue: FakeQueue) -> None:
    queue.down = True
    job = jobs.submit("measure", "account-1")
    assert job.state is JobState.DUE
    queue.down = False
    assert jobs.dispatch() == 1
    assert queue.ids == [job.id]
    assert jobs.get(job.id).state is JobState.QUEUED


def test_dispatch_says_when_the_queue_is_unreachable(jobs: Jobs, queue: FakeQueue) -> None:
    queue.down = True
    job = jobs.submit("measure", "account-1")
    with pytest.raises(Unavailable):
        jobs.dispatch()
    assert jobs.get(job.id).state is JobState.DUE


def test_an_unknown_job_is_refused_before_anything_is_stored(jobs: Jobs, store: FakeStore) -> None:
    with pytest.raises(InvalidInput, match="'dance' is no job") as refused:
        jobs.submit("dance", "subject")
    assert refused.value.field == "name"
    assert not store.jobs


def test_a_unique_key_returns_the_unfinished_job(jobs: Jobs, queue: FakeQueue) -> None:
    first = jobs.submit("measure", "account-1", unique_key="measure-account-1")
    again = jobs.submit("measure", "account-1", unique_key="measure-account-1")
    assert again.id == first.id
    assert queue.ids == [first.id]
    running = jobs.claim(first.id, "worker-1")
    assert running is not None
    jobs.succeed(running)
    assert jobs.submit("measure", "account-1", unique_key="measure-account-1").id != first.id


def test_a_unique_key_of_another_subject_is_refused(jobs: Jobs) -> None:
    jobs.submit("measure", "account-1", unique_key="same")
    with pytest.raises(InvalidInput, match="something else"):
        jobs.submit("measure", "account-2", unique_key="same")


def test_a_job_added_in_a_transaction_that_fails_never_existed(
    jobs: Jobs, store: FakeStore, queue: FakeQueue
) -> None:
    with pytest.raises(RuntimeError), store.write() as uow:
        jobs.add(uow, "measure", "account-1")
        raise RuntimeError("the rest of the transaction failed")
    assert not store.jobs
    assert not queue.sent


def test_only_one_worker_gets_a_job(jobs: Jobs) -> None:
    job = jobs.submit("measure", "account-1")
    assert jobs.claim(job.id, "worker-1") is not None
    assert jobs.claim(job.id, "worker-2") is None


def test_a_silent_worker_loses_its_job_and_its_word(jobs: Jobs, clock: FakeClock) -> None:
    first = claimed(jobs)
    clock.advance(LEASE_S + 1)
    assert jobs.dispatch() == 1
    second = jobs.claim(first.id, "worker-2")
    assert second is not None
    assert (second.attempt, second.fence) == (2, first.fence + 1)
    with pytest.raises(StaleWrite):
        jobs.succeed(first)
    with pytest.raises(StaleWrite):
        jobs.heartbeat(first, Progress(0.9))
    jobs.succeed(second)
    assert jobs.get(first.id).state is JobState.SUCCEEDED


def test_a_heartbeat_keeps_the_job(jobs: Jobs, clock: FakeClock) -> None:
    job = claimed(jobs)
    for _ in range(5):
        clock.advance(LEASE_S * 0.9)
        jobs.heartbeat(job, Progress(0.5, "half"))
        assert jobs.dispatch() == 0
    assert jobs.get(job.id).progress == Progress(0.5, "half")


def test_a_lost_enqueue_is_repeated_under_the_same_key(
    jobs: Jobs, queue: FakeQueue, clock: FakeClock
) -> None:
    job = jobs.submit("measure", "account-1")
    queue.sent.clear()  # Redis lost everything
    clock.advance(LOST_AFTER.total_seconds() + 1)
    assert jobs.dispatch() == 1
    assert queue.ids == [job.id]


def test_each_try_has_a_key_of_its_own(jobs: Jobs, queue: FakeQueue, clock: FakeClock) -> None:
    job = claimed(jobs)
    jobs.fail(job, Transient("fedi", "metrics", "connection refused"))
    clock.advance(3600)
    jobs.dispatch()
    keys = [key for _, _, key in queue.sent]
    assert len(set(keys)) == len(keys) == 2


@pytest.mark.parametrize(
    "error",
    [
        Transient("fedi", "metrics", "connection refused"),
        Unavailable("The database", "it does not answer.", "Start it."),
        RateLimited("fedi", "metrics", "slow down", retry_after=30),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_waiting_may_help_is_tried_again_until_the_tries_are_used_up(
    jobs: Jobs, clock: FakeClock, error: Exception
) -> None:
    job = claimed(jobs)
    for _ in range(JOBS["measure"].attempts - 1):
        assert jobs.fail(job, error) is JobState.DUE
        waiting = jobs.get(job.id)
        assert waiting.due_at > clock.now()
        assert str(error) in waiting.error
        assert jobs.claim(job.id, "worker-1") is None
        clock.at = waiting.due_at
        job = jobs.claim(job.id, "worker-1") or pytest.fail("not claimable when due")
    assert jobs.fail(job, error) is JobState.FAILED


def test_a_rate_limit_is_respected(jobs: Jobs, clock: FakeClock) -> None:
    job = claimed(jobs)
    jobs.fail(job, RateLimited("fedi", "metrics", "slow down", retry_after=900))
    assert jobs.get(job.id).due_at >= clock.now() + timedelta(seconds=900)


@pytest.mark.parametrize(
    "error",
    [
        Rejected("fedi", "metrics", "no"),
        AuthExpired("fedi", "metrics", "revoked"),
        OutcomeUnknown("fedi", "metrics", "cut off"),
        InvalidInput("prompt", "is empty"),
        CapabilityError("cards", "seed", "none"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_only_a_person_can_change_fails_at_once_and_says_why(
    jobs: Jobs, error: Exception
) -> None:
    job = claimed(jobs)
    assert jobs.fail(job, error) is JobState.FAILED
    assert jobs.get(job.id).error == str(error)


def test_a_foreign_error_is_not_quoted(jobs: Jobs) -> None:
    job = claimed(jobs)
    jobs.fail(job, RuntimeError("GET https://example.com/?access_token=hunter2"))
    row = jobs.get(job.id)
    assert row.state is JobState.FAILED
    assert "hunter2" not in row.error
    assert "RuntimeError" in row.error
    assert job.id in row.error


def test_a_job_that_keeps_killing_its_worker_is_given_up(jobs: Jobs, clock: FakeClock) -> None:
    job = jobs.submit("generate", "generation-1")
    tries = JOBS["generate"].attempts + CRASHES_FORGIVEN
    for _ in range(tries):
        assert jobs.claim(job.id, "victim") is not None
        clock.advance(LEASE_S + 1)
        jobs.dispatch()
    row = jobs.get(job.id)
    assert row.state is JobState.FAILED
    assert f"died {tries} times" in row.error


def test_cancel_stops_a_waiting_job_at_once(jobs: Jobs) -> None:
    job = jobs.submit("generate", "generation-1")
    assert jobs.cancel(job.id).state is JobState.CANCELLED
    assert jobs.claim(job.id, "worker-1") is None
    with pytest.raises(IllegalTransition):
        jobs.cancel(job.id)


def test_cancel_asks_a_running_job(jobs: Jobs) -> None:
    job = claimed(jobs)
    assert jobs.heartbeat(job, Progress()) is False
    assert jobs.cancel(job.id).state is JobState.RUNNING
    assert jobs.heartbeat(job, Progress()) is True
    jobs.stopped(job)
    assert jobs.get(job.id).state is JobState.CANCELLED


def test_retry_now_ends_a_back_off(jobs: Jobs, queue: FakeQueue) -> None:
    job = claimed(jobs)
    jobs.fail(job, RateLimited("fedi", "metrics", "slow down", retry_after=900))
    assert jobs.retry_now(job.id).state is JobState.QUEUED
    assert queue.ids == [job.id, job.id]
    assert jobs.claim(job.id, "worker-1") is not None


def test_retry_now_repeats_a_failed_job_as_a_new_one(jobs: Jobs) -> None:
    job = claimed(jobs)
    jobs.fail(job, Rejected("fedi", "metrics", "no"))
    again = jobs.retry_now(job.id)
    assert again.id != job.id
    assert (again.name, again.subject_id, again.attempt) == ("measure", "subject", 0)
    assert jobs.get(job.id).state is JobState.FAILED


@pytest.mark.parametrize("end", ["running", "succeeded"])
def test_retry_now_is_refused_where_it_makes_no_sense(jobs: Jobs, end: str) -> None:
    job = claimed(jobs)
    if end == "succeeded":
        jobs.succeed(job)
    with pytest.raises(IllegalTransition):
        jobs.retry_now(job.id)


def test_who_stops_or_repeats_a_job_is_recorded(jobs: Jobs, store: FakeStore) -> None:
    job = jobs.submit("generate", "generation-1")
    jobs.cancel(job.id)
    jobs.retry_now(job.id)
    assert [(e.verb, e.subject_id) for e in store.events] == [("cancel", job.id), ("retry", job.id)]


def test_looking_at_jobs(jobs: Jobs) -> None:
    one = claimed(jobs)
    two = jobs.submit("generate", "generation-1")
    assert [job.id for job in jobs.list()] == [two.id, one.id]
    assert [job.id for job in jobs.list(states=[JobState.RUNNING])] == [one.id]
    assert [job.id for job in jobs.for_subject("generation-1")] == [two.id]
    assert jobs.counts()["generate"][JobState.QUEUED] == 1
    with pytest.raises(NotFound):
        jobs.get("nothing")

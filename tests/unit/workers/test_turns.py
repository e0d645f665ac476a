"""Whose turn it is: people before batches, warm models before cold ones, and nobody starves."""

from __future__ import annotations

import pytest

from gator_engine.domain.work import HEAD_START, WARM_HEAD_START, YIELD, JobState
from gator_engine.errors import InvalidInput
from gator_engine.services.jobs import Jobs
from tests.fakes import FakeClock, FakeQueue, FakeStore, fake_context


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
    return Jobs(fake_context(clock, store), queue, lease_s=60)


def ask(jobs: Jobs, store: FakeStore, subject: str, *, awaited: bool, affinity: str = "") -> None:
    with store.write() as uow:
        job = jobs.add(uow, "generate", subject, awaited=awaited, affinity=affinity)
    jobs.send(job)


def order(jobs: Jobs, *warm: str) -> list[str]:
    """Subjects in the order in which one worker gets them."""
    found = []
    while (job := jobs.claim_next("gpu", "worker", warm=warm)[0]) is not None:
        found.append(job.subject_id)
    return found


def test_a_person_goes_before_a_batch(jobs: Jobs, store: FakeStore, clock: FakeClock) -> None:
    for number in range(3):
        ask(jobs, store, f"batch-{number}", awaited=False)
        clock.advance(1)
    ask(jobs, store, "person", awaited=True)
    assert order(jobs) == ["person", "batch-0", "batch-1", "batch-2"]


def test_a_batch_that_has_waited_long_enough_goes_first(
    jobs: Jobs, store: FakeStore, clock: FakeClock
) -> None:
    ask(jobs, store, "batch", awaited=False)
    clock.advance(HEAD_START.total_seconds() + 1)
    ask(jobs, store, "person", awaited=True)
    assert order(jobs) == ["batch", "person"]


def test_a_sort_of_job_knows_whether_people_wait_for_it(jobs: Jobs, store: FakeStore) -> None:
    with store.write() as uow:
        training = jobs.add(uow, "train_lora", "training")
        picture = jobs.add(uow, "generate", "picture")
    assert training.rank_at == training.due_at
    assert picture.rank_at == picture.due_at - HEAD_START


def test_what_is_loaded_is_preferred_but_not_for_ever(
    jobs: Jobs, store: FakeStore, clock: FakeClock
) -> None:
    ask(jobs, store, "cold", awaited=True, affinity="model-b")
    clock.advance(1)
    ask(jobs, store, "warm", awaited=True, affinity="model-a")
    clock.advance(WARM_HEAD_START.total_seconds())
    ask(jobs, store, "late", awaited=True, affinity="model-a")
    assert order(jobs, "model-a") == ["warm", "cold", "late"]


def test_work_is_left_for_a_moment_to_the_idle_worker_that_suits_it(
    jobs: Jobs, store: FakeStore, clock: FakeClock, queue: FakeQueue
) -> None:
    ask(jobs, store, "picture", awaited=True, affinity="model-a")
    assert jobs.claim_next("gpu", "cold worker", elsewhere={"model-a"}) == (None, True)
    clock.advance(YIELD.total_seconds())
    job, _ = jobs.claim_next("gpu", "cold worker", elsewhere={"model-a"})
    assert job is not None and job.worker == "cold worker"


def test_work_that_suits_both_is_not_left_to_the_other(jobs: Jobs, store: FakeStore) -> None:
    ask(jobs, store, "picture", awaited=True, affinity="model-a")
    job, left = jobs.claim_next("gpu", "w", warm={"model-a"}, elsewhere={"model-a"})
    assert job is not None and not left


def test_a_paused_queue_starts_nothing_and_forgets_nothing(
    jobs: Jobs, store: FakeStore, queue: FakeQueue
) -> None:
    ask(jobs, store, "before", awaited=True)
    jobs.pause("gpu")
    ask(jobs, store, "meanwhile", awaited=True)
    assert jobs.paused() == {"gpu"}
    assert order(jobs) == []
    assert jobs.dispatch() == 0
    states = {job.subject_id: job.state for job in jobs.list()}
    assert states == {"before": JobState.QUEUED, "meanwhile": JobState.DUE}
    other = jobs.submit("measure", "account")
    assert jobs.claim(other.id, "worker") is not None
    jobs.resume("gpu")
    assert jobs.dispatch() == 2
    assert order(jobs) == ["before", "meanwhile"]


def test_deliveries_are_not_paused_here(jobs: Jobs) -> None:
    with pytest.raises(InvalidInput, match="'publish' cannot be paused"):
        jobs.pause("publish")


def test_a_message_is_passed_on_only_while_there_is_work(
    jobs: Jobs, store: FakeStore, queue: FakeQueue
) -> None:
    ask(jobs, store, "picture", awaited=True)
    queue.sent.clear()
    [job] = jobs.list()
    jobs.pass_on(job.id)
    assert queue.ids == [job.id]
    jobs.cancel(job.id)
    queue.sent.clear()
    jobs.pass_on(job.id)
    assert queue.ids == []

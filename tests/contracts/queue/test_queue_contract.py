"""What every job queue must do, whichever way it carries ids."""

from __future__ import annotations

import pytest

from gator_engine.adapters.queue.inline_queue import InlineQueue
from gator_engine.adapters.queue.rq_queue import RqQueue
from gator_engine.errors import InvalidInput
from gator_engine.jobs import JOBS, QUEUES
from gator_engine.ports import JobQueue


@pytest.fixture(params=["rq", "inline"])
def queue(request: pytest.FixtureRequest) -> JobQueue:
    if request.param == "inline":
        return InlineQueue()
    return RqQueue(request.getfixturevalue("redis_url"))


def test_answers_and_starts_empty(queue: JobQueue) -> None:
    queue.ping()
    assert dict(queue.depths()) == dict.fromkeys(QUEUES, 0)
    assert list(queue.workers()) == []


@pytest.mark.parametrize("name", JOBS)
def test_each_job_waits_in_the_queue_of_its_table(queue: JobQueue, name: str) -> None:
    queue.enqueue(name, "01ABC", key="01ABC-0")
    assert {q: n for q, n in queue.depths().items() if n} == {JOBS[name].queue: 1}


def test_the_same_key_waits_only_once(queue: JobQueue) -> None:
    for _ in range(3):
        queue.enqueue("measure", "01ABC", key="01ABC-0")
    assert queue.depths()[JOBS["measure"].queue] == 1
    queue.enqueue("measure", "01ABC", key="01ABC-1")
    assert queue.depths()[JOBS["measure"].queue] == 2


def test_any_key_will_do(queue: JobQueue) -> None:
    queue.enqueue("measure", "01ABC", key="measure:account/7 äö")
    assert queue.depths()[JOBS["measure"].queue] == 1


def test_an_unknown_job_is_refused(queue: JobQueue) -> None:
    with pytest.raises(InvalidInput, match="'dance' is no job"):
        queue.enqueue("dance", "01ABC", key="01ABC-0")

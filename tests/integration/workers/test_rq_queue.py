"""The RQ queue over a real Redis: what it leaves there, and how it fails."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import redis
from rq import Queue, SimpleWorker
from rq.job import Job as RqJob

from gator_engine.adapters.queue.rq_queue import RqQueue, connect
from gator_engine.errors import InvalidInput, Unavailable
from gator_engine.jobs import JOBS


def waiting(redis_url: str, queue: str) -> list[RqJob]:
    return Queue(queue, connection=redis.Redis.from_url(redis_url), serializer="json").jobs


def test_a_job_is_a_dotted_path_and_one_id_in_json(redis_url: str) -> None:
    RqQueue(redis_url).enqueue("publish", "01ABC", key="01ABC-7")
    (job,) = waiting(redis_url, "publish")
    assert (job.id, job.func_name, job.args) == ("01ABC-7", "workers.jobs.publish", ["01ABC"])
    assert job.timeout == JOBS["publish"].timeout_s
    assert (job.result_ttl, job.retries_left) == (0, None)
    assert job.data.startswith(b'["workers.jobs.publish"')


def test_a_key_whose_worker_died_does_not_block_its_repeat(redis_url: str) -> None:
    queue = RqQueue(redis_url)
    queue.enqueue("publish", "01ABC", key="01ABC-7")
    # A worker takes it off the queue and is killed before it does anything else.
    assert redis.Redis.from_url(redis_url).lpop("rq:queue:publish") == b"01ABC-7"
    queue.enqueue("publish", "01ABC", key="01ABC-7")
    (job,) = waiting(redis_url, "publish")
    assert job.args == ["01ABC"]


def test_a_flushed_redis_takes_jobs_again(redis_url: str) -> None:
    queue = RqQueue(redis_url)
    queue.enqueue("publish", "01ABC", key="01ABC-7")
    redis.Redis.from_url(redis_url).flushall()
    queue.enqueue("publish", "01ABC", key="01ABC-7")
    assert queue.depths()["publish"] == 1


def test_live_workers_are_listed(redis_url: str) -> None:
    worker = SimpleWorker(["gpu"], name="gpu-1", connection=redis.Redis.from_url(redis_url))
    worker.register_birth()
    (info,) = RqQueue(redis_url).workers()
    assert (info.name, info.queues, info.current_job) == ("gpu-1", ("gpu",), None)
    assert info.pid > 0
    assert info.last_heartbeat is not None
    worker.register_death()
    assert list(RqQueue(redis_url).workers()) == []


@pytest.mark.parametrize("scheme", ["tcp", "unix"])
def test_an_unreachable_redis_is_said_quickly_and_without_secrets(
    scheme: str, free_port: int, tmp_path: Path
) -> None:
    url = f"redis://:hunter2@127.0.0.1:{free_port}/0"
    if scheme == "unix":
        url = f"unix://:hunter2@{tmp_path / 'nobody.sock'}"
    queue = RqQueue(url)
    began = time.monotonic()
    with pytest.raises(Unavailable) as refused:
        queue.enqueue("publish", "01ABC", key="01ABC-7")
    assert time.monotonic() - began < 5
    assert "hunter2" not in str(refused.value)
    assert "GATOR_REDIS_URL" in str(refused.value)
    for ask in (queue.ping, queue.depths, queue.workers):
        with pytest.raises(Unavailable):
            ask()


def test_a_url_of_another_sort_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        connect("http://127.0.0.1:6379")
    assert refused.value.field == "redis_url"

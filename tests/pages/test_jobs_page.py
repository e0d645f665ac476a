"""The jobs page: queues that pause and resume, and the devices that keep models loaded."""

from __future__ import annotations

import pytest
import redis
from rq import SimpleWorker

from gator_engine import Studio
from gator_engine.adapters.queue.rq_queue import RqQueue
from gator_engine.ports import WarmModel, WorkerLoad
from tests.pages.conftest import Open
from tests.pages.reading import assert_calm, button, words


@pytest.fixture
def warm_worker(redis_url: str) -> str:
    """A worker that Redis knows, with a model loaded on its GPU."""
    worker = SimpleWorker(["gpu"], name="gpu-host-1", connection=redis.Redis.from_url(redis_url))
    worker.register_birth()
    model = WarmModel("diffusers:/m/sdxl:auto", "sdxl <base>", 6_800)
    load = WorkerLoad("cuda:0", (model,), memory_mb=900, device_mb=7_168, device_total_mb=24_576)
    RqQueue(redis_url).report(worker.name, load)
    return worker.name


def test_a_queue_is_paused_and_goes_on(studio: Studio, open_page: Open) -> None:
    page = open_page("jobs")
    button(page, "Pause").click().run()
    assert_calm(page)
    (paused,) = studio.jobs.paused()
    assert "Nothing more is started until you resume" in words(page)
    resume = button(page, "Resume")
    assert resume.key == f"resume-{paused}"
    resume.click().run()
    assert_calm(page)
    assert studio.jobs.paused() == frozenset()
    assert "Resume" not in [one.label for one in page.button]


def test_a_device_says_what_it_has_loaded(warm_worker: str, open_page: Open) -> None:
    page = open_page("jobs")
    assert_calm(page)
    told = words(page)
    assert "CUDA:0" in told and "7.0 GB of its memory, 900 MB of main memory" in told
    assert "Ready to draw: sdxl &lt;base&gt; (6.6 GB)" in told
    assert "waiting · 1 worker<" in told

"""A job in a real worker: what others see of it while it runs, and how it is stopped."""

from __future__ import annotations

import pytest

from gator_engine.domain.work import JobState
from tests.integration.workers.conftest import Plant, eventually

FORKING = pytest.param("trial", "default", id="forking")
WARM = pytest.param("warm_trial", "gpu", id="warm")


@pytest.mark.parametrize(("name", "queue"), [FORKING, WARM])
def test_progress_is_visible_while_it_runs(plant: Plant, name: str, queue: str) -> None:
    plant.start_worker(queue)
    job = plant.studio.jobs.submit(name, "a")
    seen = eventually(lambda: plant.studio.jobs.get(job.id).progress.fraction)
    row = plant.studio.jobs.get(job.id)
    assert (row.state, row.progress.stage) == (JobState.RUNNING, "waiting")
    eventually(lambda: plant.studio.jobs.get(job.id).progress.fraction > seen)
    plant.notes("a").open_gate()
    assert plant.finished(job).progress.fraction == 1.0


@pytest.mark.parametrize(("name", "queue"), [FORKING, WARM])
def test_cancel_stops_it_at_its_next_step(plant: Plant, name: str, queue: str) -> None:
    plant.start_worker(queue)
    job = plant.studio.jobs.submit(name, "a")
    plant.started("a")
    plant.studio.jobs.cancel(job.id)
    row = plant.finished(job)
    assert row.state is JobState.CANCELLED
    assert [what for what, _ in plant.notes("a").read()] == ["start", "cancelled"]
    # The worker is none the worse for it.
    after = plant.studio.jobs.submit(name, "b")
    plant.notes("b").open_gate()
    assert plant.finished(after).state is JobState.SUCCEEDED


def test_a_passing_fault_is_tried_again_after_a_wait(plant: Plant) -> None:
    plant.start_worker()
    plant.start_dispatcher()
    plant.notes("shaky").open_gate()
    job = plant.studio.jobs.submit("trial", "shaky")
    waiting = eventually(
        lambda: (row := plant.studio.jobs.get(job.id)).state is JobState.DUE and row.error and row
    )
    assert "the first try never works" in waiting.error
    assert waiting.due_at > waiting.created_at
    row = plant.finished(job)
    assert (row.state, row.attempt) == (JobState.SUCCEEDED, 2)
    assert row.started_at is not None
    assert row.started_at >= waiting.due_at


def test_the_worker_knows_no_torch(plant: Plant) -> None:
    # Checked in the parent: a fork of a process that has touched CUDA cannot use it.
    import psutil

    worker = plant.start_worker()
    maps = [region.path for region in psutil.Process(worker.pid).memory_maps()]
    assert any("sqlite" in path for path in maps)
    assert not [path for path in maps if "libtorch" in path]

"""Warm workers over a real Redis: work goes where its model is, and grown memory is given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from gator_engine.domain.work import Job, JobState
from tests.integration.workers.conftest import Plant, eventually, running_plant


@pytest.fixture
def small_plant() -> Iterator[Plant]:
    """A plant whose warm workers may hold less than a greedy trial takes."""
    with running_plant(worker_memory_mb=400) as plant:
        yield plant


Submit = Callable[..., Job]


@pytest.fixture
def submit(plant: Plant) -> Submit:
    """Hand in a trial that wants a model; its gate is open unless told otherwise."""

    def hand_in(subject: str, model: str, *, gate: bool = True) -> Job:
        if gate:
            plant.notes(subject).open_gate()
        with plant.studio.store.write() as uow:
            job = plant.studio.jobs.add(uow, "warm_trial", subject, affinity=model)
        plant.studio.jobs.send(job)
        return job

    return hand_in


def test_a_worker_that_outgrew_its_memory_is_replaced_and_no_job_is_lost(
    small_plant: Plant,
) -> None:
    plant = small_plant
    names = ("modest-a", "greedy-b", "modest-c", "modest-d")
    for name in names:
        plant.notes(name).open_gate()
    jobs = [plant.studio.jobs.submit("warm_trial", name) for name in names]
    supervisor = plant.start_supervised()
    plant.start_dispatcher()
    try:
        rows = [plant.finished(job) for job in jobs]
        assert [(row.state, row.attempt) for row in rows] == [(JobState.SUCCEEDED, 1)] * 4
        first, greedy, third, fourth = (plant.started(name) for name in names)
        assert first == greedy
        assert third == fourth != greedy
        assert "ended to be started afresh" in plant.log("supervised")
    finally:
        supervisor.terminate()
        supervisor.wait(30)


def test_work_goes_to_the_worker_that_has_its_model_and_waits_for_no_busy_one(
    plant: Plant, submit: Submit
) -> None:
    plant.start_dispatcher()
    plant.start_worker("gpu")
    plant.start_worker("gpu")

    def all_idle() -> bool:
        workers = plant.studio.jobs.workers()
        return all(worker.state == "idle" and worker.load.models for worker in workers)

    # One is busy with the first, so that the other takes the second.
    submit("first", "red", gate=False)
    homes = {"red": plant.started("first")}
    submit("second", "blue")
    homes["blue"] = plant.started("second")
    assert homes["red"] != homes["blue"]
    # Red is warm at a busy worker only: the other one does not leave it lying.
    plant.finished(submit("hurried", "red"))
    assert plant.started("hurried") == homes["blue"]
    plant.finished(submit("back", "blue"))
    plant.notes("first").open_gate()
    went_home = []
    for number, model in enumerate(["red", "blue", "blue", "red", "red", "blue", "red", "blue"]):
        eventually(all_idle)
        plant.finished(submit(f"job-{number}", model))
        went_home.append(plant.started(f"job-{number}") == homes[model])
    # A worker held up for seconds may lose one; by chance half of them would go astray.
    assert sum(went_home) >= 7
    # A model that nobody has is loaded by somebody.
    plant.finished(submit("new", "green"))

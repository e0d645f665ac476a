"""kill -9 of every sort of process: nothing is lost, and nothing takes effect twice."""

from __future__ import annotations

import os
import signal
import sqlite3

import redis

from gator_engine.domain.work import JobState
from gator_engine.studio import Studio
from tests.integration.workers.conftest import Plant, eventually, kill, kill_session


def test_a_killed_work_horse_is_replaced(plant: Plant) -> None:
    plant.start_worker()
    plant.start_dispatcher()
    job = plant.studio.jobs.submit("trial", "a")
    os.kill(plant.started("a"), signal.SIGKILL)
    plant.started("a", times=2)
    plant.notes("a").open_gate()
    row = plant.finished(job)
    assert (row.state, row.attempt) == (JobState.SUCCEEDED, 2)
    assert (plant.notes("a").count("start"), plant.notes("a").count("end")) == (2, 1)


def test_the_work_horse_of_a_killed_worker_finishes_alone(plant: Plant) -> None:
    worker = plant.start_worker()
    plant.start_dispatcher()
    job = plant.studio.jobs.submit("trial", "a")
    plant.started("a")
    kill(worker)
    plant.start_worker()
    # Its heartbeat goes on, so that the new worker gets nothing to do for several leases.
    fence = plant.studio.jobs.get(job.id).fence
    lease = plant.studio.jobs.get(job.id).lease_until
    eventually(lambda: plant.studio.jobs.get(job.id).lease_until != lease)
    other = plant.studio.jobs.submit("trial", "b")
    plant.notes("b").open_gate()
    plant.finished(other)
    assert plant.studio.jobs.get(job.id).fence == fence
    plant.notes("a").open_gate()
    row = plant.finished(job)
    assert (row.state, row.attempt) == (JobState.SUCCEEDED, 1)
    assert [what for what, _ in plant.notes("a").read()] == ["start", "end"]


def test_a_worker_killed_with_all_it_started_is_replaced(plant: Plant) -> None:
    worker = plant.start_worker()
    plant.start_dispatcher()
    job = plant.studio.jobs.submit("trial", "a")
    plant.started("a")
    kill_session(worker)
    plant.start_worker()
    plant.started("a", times=2)
    plant.notes("a").open_gate()
    assert plant.finished(job).state is JobState.SUCCEEDED
    assert plant.notes("a").count("end") == 1


def test_a_warm_worker_killed_in_the_middle_is_replaced(plant: Plant) -> None:
    worker = plant.start_worker("gpu")
    plant.start_dispatcher()
    job = plant.studio.jobs.submit("warm_trial", "a")
    assert plant.started("a") == worker.pid
    kill(worker)
    second = plant.start_worker("gpu")
    assert plant.started("a", times=2) == second.pid
    plant.notes("a").open_gate()
    row = plant.finished(job)
    assert (row.state, row.attempt) == (JobState.SUCCEEDED, 2)
    assert plant.notes("a").count("end") == 1


def test_a_worker_that_wakes_up_late_lets_go(plant: Plant) -> None:
    zombie = plant.start_worker("gpu")
    plant.start_dispatcher()
    job = plant.studio.jobs.submit("warm_trial", "a")
    plant.started("a")
    plant.freeze(zombie.pid)
    successor = plant.start_worker("gpu")
    assert plant.started("a", times=2) == successor.pid
    zombie.send_signal(signal.SIGCONT)
    eventually(lambda: ("lost", zombie.pid) in plant.notes("a").read())
    plant.notes("a").open_gate()
    row = plant.finished(job)
    assert (row.state, row.attempt) == (JobState.SUCCEEDED, 2)
    assert [pid for what, pid in plant.notes("a").read() if what == "end"] == [successor.pid]


def test_killing_redis_disturbs_neither_running_nor_waiting_jobs(plant: Plant) -> None:
    worker = plant.start_worker()
    plant.start_dispatcher()
    running = plant.studio.jobs.submit("trial", "running")
    waiting = plant.studio.jobs.submit("trial", "waiting")
    plant.started("running")
    kill(plant.redis)
    homeless = plant.studio.jobs.submit("trial", "homeless")
    assert homeless.state is JobState.DUE
    for name in ("running", "waiting", "homeless"):
        plant.notes(name).open_gate()
    assert plant.finished(running).state is JobState.SUCCEEDED
    eventually(lambda: "waiting for a part of Gator" in plant.log("dispatcher"))
    plant.start_redis()
    kill_session(worker)  # its supervisor would start it afresh
    plant.start_worker()
    for job in (waiting, homeless):
        assert plant.finished(job).state is JobState.SUCCEEDED
    for name in ("running", "waiting", "homeless"):
        assert [what for what, _ in plant.notes(name).read()] == ["start", "end"]
    outage = plant.log("dispatcher")
    assert outage.count("waiting for a part of Gator") == 1
    assert outage.count("it is back") == 1
    assert "Traceback" not in outage


def test_a_redis_that_forgot_everything_is_filled_again(plant: Plant) -> None:
    jobs = [plant.studio.jobs.submit("trial", f"s{number}") for number in range(5)]
    redis.Redis.from_url(plant.settings.redis_url).flushall()
    # As if the half minute had passed for which an enqueue is trusted to arrive.
    with sqlite3.connect(plant.home / "gator.db") as database:
        database.execute("UPDATE jobs SET enqueued_at = NULL")
    for number in range(5):
        plant.notes(f"s{number}").open_gate()
    plant.start_dispatcher()
    plant.start_worker()
    for number, job in enumerate(jobs):
        assert plant.finished(job).state is JobState.SUCCEEDED
        assert [what for what, _ in plant.notes(f"s{number}").read()] == ["start", "end"]


def test_dispatchers_may_be_killed_and_may_be_many(plant: Plant) -> None:
    plant.start_worker()
    doomed, *_ = [plant.start_dispatcher() for _ in range(3)]
    jobs = []
    for number in range(12):
        plant.notes(f"s{number}").open_gate()
        with plant.studio.store.write() as uow:  # stored, but never sent
            jobs.append(plant.studio.jobs.add(uow, "trial", f"s{number}"))
        if number == 5:
            kill(doomed)
    for number, job in enumerate(jobs):
        row = plant.finished(job)
        assert (row.state, row.attempt) == (JobState.SUCCEEDED, 1)
        assert [what for what, _ in plant.notes(f"s{number}").read()] == ["start", "end"]


def test_a_job_submitted_while_redis_is_down_runs_when_it_is_back(plant: Plant) -> None:
    kill(plant.redis)
    with Studio(plant.settings) as studio:
        job = studio.jobs.submit("trial", "a")
    assert job.state is JobState.DUE
    plant.notes("a").open_gate()
    plant.start_dispatcher()
    plant.start_redis()
    plant.start_worker()
    assert plant.finished(job).state is JobState.SUCCEEDED

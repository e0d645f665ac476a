"""Jobs: what is due, who runs it, progress, cancel, retry; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from gator_engine.adapters.sql import SqlStore
from gator_engine.adapters.sql.claims import ENQUEUE_TRUST
from gator_engine.domain.work import Job, JobState, Progress
from gator_engine.errors import NotFound, StaleWrite
from tests.contracts.persistence.samples import MINUTE, NOW, job

S = JobState
SECOND = timedelta(seconds=1)
LEASE = NOW + MINUTE


def add(store: SqlStore, *jobs: Job) -> None:
    """Store jobs."""
    with store.write() as uow:
        for one in jobs:
            assert uow.jobs.add(one)


def claim(store: SqlStore, now: datetime = NOW, worker: str = "w1") -> Job | None:
    """Claim j1 for a minute."""
    with store.write() as uow:
        return uow.jobs.claim("j1", worker=worker, now=now, lease_until=now + MINUTE)


def test_a_job_comes_back_equal(store: SqlStore) -> None:
    full = job(
        state=S.RUNNING,
        attempt=1,
        fence=2,
        lease_until=LEASE,
        worker="w",
        cancel_requested=True,
        progress=Progress(0.5, "drawing", 2.5, b"RIFF\x00\xff"),
        error="e",
        started_at=NOW,
        finished_at=NOW,
        unique_key="k",
        enqueued_at=NOW,
    )
    add(store, full)
    with store.read() as uow:
        assert uow.jobs.get("j1") == full
        with pytest.raises(NotFound):
            uow.jobs.get("nope")


def test_a_unique_key_is_held_by_one_unfinished_job(store: SqlStore) -> None:
    add(store, job("j1", unique_key="k"), job("j2"), job("j3"))
    with store.write() as uow:
        assert not uow.jobs.add(job("j4", unique_key="k"))
        uow.jobs.request_cancel("j1", NOW)
        assert uow.jobs.add(job("j4", unique_key="k"))
        assert not uow.jobs.add(job("j5", unique_key="k"))
        assert uow.jobs.add(job("j6", unique_key="k", state=S.FAILED))
        assert len(uow.jobs.list()) == 5


DUE: dict[str, tuple[bool, dict[str, Any]]] = {
    "due now": (True, {}),
    "due in a second": (False, {"due_at": NOW + SECOND}),
    "queued long ago": (True, {"state": S.QUEUED, "enqueued_at": NOW - ENQUEUE_TRUST}),
    "queued, never enqueued": (True, {"state": S.QUEUED}),
    "queued, on its way": (False, {"state": S.QUEUED, "enqueued_at": NOW - SECOND}),
    "running": (False, {"state": S.RUNNING, "lease_until": NOW + SECOND}),
    "abandoned": (
        True,
        {"state": S.RUNNING, "lease_until": NOW - SECOND, "enqueued_at": NOW - MINUTE},
    ),
    "abandoned, handed out again": (
        False,
        {"state": S.RUNNING, "lease_until": NOW - SECOND, "enqueued_at": NOW},
    ),
    "succeeded": (False, {"state": S.SUCCEEDED}),
    "failed": (False, {"state": S.FAILED}),
    "cancelled": (False, {"state": S.CANCELLED}),
}


def test_due_is_what_wants_a_worker(store: SqlStore) -> None:
    add(store, *(job(name, **changes) for name, (_, changes) in DUE.items()))
    wanted = sorted(name for name, (is_due, _) in DUE.items() if is_due)
    with store.write() as uow:
        assert sorted(one.id for one in uow.jobs.due(NOW, limit=100)) == wanted
        assert sorted(name for name in DUE if uow.jobs.mark_enqueued(name, NOW)) == wanted
        assert uow.jobs.due(NOW, limit=100) == []
        assert [one.id for one in uow.jobs.due(NOW + MINUTE, limit=2)] == [
            "abandoned",
            "abandoned, handed out again",
        ]
        assert uow.jobs.get("due now").state is S.QUEUED
        assert uow.jobs.get("abandoned").state is S.RUNNING


def test_due_comes_by_due_time(store: SqlStore) -> None:
    add(store, job("j2", due_at=NOW - SECOND), job("j1"), job("j3", due_at=NOW - MINUTE))
    with store.read() as uow:
        assert [one.id for one in uow.jobs.due(NOW, limit=2)] == ["j3", "j2"]


def test_of_two_dispatchers_one_marks_the_enqueue(store: SqlStore) -> None:
    add(store, job())
    with store.write() as uow:
        assert uow.jobs.mark_enqueued("j1", NOW)
        assert not uow.jobs.mark_enqueued("j1", NOW)
        assert not uow.jobs.mark_enqueued("nope", NOW)
        assert uow.jobs.mark_enqueued("j1", NOW + ENQUEUE_TRUST)


@pytest.mark.parametrize("state", [S.DUE, S.QUEUED])
def test_a_claim_starts_it_afresh(store: SqlStore, state: JobState) -> None:
    before = job(state=state, attempt=1, fence=4, progress=Progress(0.9, "old"), error="before")
    add(store, before)
    claimed = claim(store)
    assert claimed == replace(
        before,
        state=S.RUNNING,
        attempt=2,
        fence=5,
        worker="w1",
        lease_until=LEASE,
        started_at=NOW,
        progress=Progress(),
    )
    assert claim(store, worker="w2") is None


def test_what_is_not_due_or_over_cannot_be_claimed(store: SqlStore) -> None:
    add(store, job(due_at=NOW + SECOND))
    assert claim(store) is None
    with store.write() as uow:
        assert uow.jobs.bring_forward("j1", NOW)
        assert not uow.jobs.bring_forward("j1", NOW)
        uow.jobs.request_cancel("j1", NOW)
    assert claim(store) is None
    with store.write() as uow:
        assert uow.jobs.claim("nope", worker="w", now=NOW, lease_until=LEASE) is None


def test_a_heartbeat_extends_the_lease_and_stores_progress(store: SqlStore) -> None:
    add(store, job())
    held = claim(store)
    assert held is not None
    progress = Progress(0.25, "drawing", 3.0, b"WEBP")
    with store.write() as uow:
        assert uow.jobs.heartbeat("j1", held.fence, LEASE + MINUTE, progress) is False
        assert uow.jobs.get("j1") == replace(held, lease_until=LEASE + MINUTE, progress=progress)
        assert uow.jobs.request_cancel("j1", NOW).state is S.RUNNING
        assert uow.jobs.heartbeat("j1", held.fence, LEASE, Progress()) is True


def test_a_zombie_can_neither_beat_nor_finish_nor_retry(store: SqlStore) -> None:
    add(store, job())
    zombie = claim(store)
    successor = claim(store, LEASE, "w2")
    assert zombie is not None and successor is not None
    assert (successor.attempt, successor.fence) == (2, 2)
    for write in (
        lambda jobs: jobs.heartbeat("j1", zombie.fence, LEASE, Progress()),
        lambda jobs: jobs.finish("j1", zombie.fence, S.SUCCEEDED, at=NOW),
        lambda jobs: jobs.retry("j1", zombie.fence, due_at=NOW, error=""),
    ):
        with pytest.raises(StaleWrite), store.write() as uow:
            write(uow.jobs)
    with store.read() as uow:
        assert uow.jobs.get("j1") == successor


def test_finishing_ends_it_once(store: SqlStore) -> None:
    add(store, job())
    held = claim(store)
    assert held is not None
    with store.write() as uow:
        with pytest.raises(ValueError, match="not an end"):
            uow.jobs.finish("j1", held.fence, S.DUE, at=LEASE)
        uow.jobs.finish("j1", held.fence, S.FAILED, at=LEASE, error="no memory")
        ended = uow.jobs.get("j1")
        assert (ended.state, ended.error, ended.finished_at) == (S.FAILED, "no memory", LEASE)
        assert ended.lease_until is None
        for fence in (held.fence, held.fence + 1):
            with pytest.raises(StaleWrite):
                uow.jobs.finish("j1", fence, S.SUCCEEDED, at=LEASE)


def test_a_retry_waits_for_its_time(store: SqlStore) -> None:
    add(store, job(unique_key="k"))
    held = claim(store)
    assert held is not None
    with store.write() as uow:
        uow.jobs.retry("j1", held.fence, due_at=LEASE, error="busy")
        waiting = uow.jobs.get("j1")
        assert (waiting.state, waiting.due_at, waiting.error) == (S.DUE, LEASE, "busy")
        assert (waiting.worker, waiting.lease_until, waiting.attempt) == ("", None, 1)
        assert uow.jobs.due(NOW, limit=9) == []
    assert claim(store) is None
    again = claim(store, LEASE)
    assert again is not None and again.attempt == 2


@pytest.mark.parametrize("state", [S.DUE, S.QUEUED])
def test_a_waiting_job_is_cancelled_at_once(store: SqlStore, state: JobState) -> None:
    add(store, job(state=state))
    with store.write() as uow:
        cancelled = uow.jobs.request_cancel("j1", LEASE)
        assert (cancelled.state, cancelled.finished_at) == (S.CANCELLED, LEASE)
        assert uow.jobs.request_cancel("j1", NOW) == cancelled
        with pytest.raises(NotFound):
            uow.jobs.request_cancel("nope", NOW)


def test_jobs_are_listed_newest_first_by_state_and_subject_and_counted(store: SqlStore) -> None:
    add(
        store,
        job("j1", state=S.FAILED, created_at=NOW),
        job("j2", created_at=NOW + SECOND, subject_id="other"),
        job("j3", created_at=NOW + SECOND, name="publish"),
        job("j4", created_at=NOW - SECOND),
    )
    with store.read() as uow:
        assert [one.id for one in uow.jobs.list()] == ["j3", "j2", "j1", "j4"]
        assert [one.id for one in uow.jobs.list(states=[S.DUE], limit=2)] == ["j3", "j2"]
        assert uow.jobs.list(states=[]) == []
        assert [one.id for one in uow.jobs.for_subject("g1")] == ["j3", "j1", "j4"]
        assert uow.jobs.counts() == {
            "generate": {S.DUE: 2, S.FAILED: 1},
            "publish": {S.DUE: 1},
        }


def test_jobs_go_by_turn_and_some_sorts_stay_out(store: SqlStore) -> None:
    add(
        store,
        job("j1"),
        job("j2", rank_at=NOW - MINUTE, affinity="a"),
        job("j3", name="train_lora", rank_at=NOW - 2 * MINUTE),
        job("j4", due_at=NOW + SECOND, rank_at=NOW - 9 * MINUTE),
        job("j5", state=S.RUNNING, lease_until=NOW + SECOND, affinity="a"),
        job("j6", state=S.RUNNING, lease_until=NOW - SECOND, affinity="b"),
    )
    with store.read() as uow:
        assert [one.id for one in uow.jobs.due(NOW, limit=9)][:2] == ["j3", "j2"]
        assert "j3" not in {one.id for one in uow.jobs.due(NOW, limit=9, but_not=["train_lora"])}
        found = uow.jobs.claimable(NOW, names=["generate"], limit=9)
        assert [one.id for one in found] == ["j2", "j1", "j6"]
        assert [
            one.id for one in uow.jobs.claimable(NOW, names=["generate"], limit=9, affinity="a")
        ] == ["j2"]


def test_forgotten_enqueues_are_handed_out_again(store: SqlStore) -> None:
    add(
        store,
        job("j1", state=S.QUEUED, enqueued_at=NOW),
        job("j2", name="measure", state=S.QUEUED, enqueued_at=NOW),
    )
    with store.write() as uow:
        assert uow.jobs.forget_enqueues(["generate"]) == 1
        assert [one.id for one in uow.jobs.due(NOW, limit=9)] == ["j1"]

"""Deliveries and attempts: what is due, who has it, what a zombie may not do; both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from gator_engine.adapters.sql import SqlStore
from gator_engine.adapters.sql.claims import ENQUEUE_TRUST
from gator_engine.domain.deliveries import Attempt, Delivery, DeliveryQuery, DeliveryState, Phase
from gator_engine.errors import InvalidInput, NotFound, StaleWrite
from tests.contracts.persistence.samples import MINUTE, NOW, delivery, persona, post, with_post

S = DeliveryState
SECOND = timedelta(seconds=1)
LEASE = NOW + MINUTE
Claim = Callable[..., Delivery | None]


@pytest.fixture
def posts(store: SqlStore) -> SqlStore:
    """A store with a post and two accounts to deliver it to."""
    with_post(store)
    return store


def add(store: SqlStore, **changes: Any) -> Delivery:
    """Store delivery d1 with these fields."""
    made = delivery(**changes)
    with store.write() as uow:
        uow.deliveries.add(made)
    return made


def claim(store: SqlStore, now: datetime = NOW, worker: str = "w1") -> Delivery | None:
    """Claim d1 out of the queue for a minute."""
    with store.write() as uow:
        return uow.deliveries.claim(
            "d1",
            from_states=(S.QUEUED,),
            to=S.STARTING,
            worker=worker,
            now=now,
            lease_until=now + MINUTE,
        )


def due_ids(store: SqlStore, now: datetime = NOW) -> list[str]:
    """Ids of what is due."""
    with store.read() as uow:
        return [one.id for one in uow.deliveries.due(now, limit=100)]


def test_a_delivery_comes_back_equal(posts: SqlStore) -> None:
    full = add(
        posts,
        state=S.PUBLISHED,
        attempt=2,
        fence=7,
        lease_until=LEASE,
        worker="w",
        next_attempt_at=NOW,
        enqueued_at=NOW,
        remote={"id": "42", "ü": ""},
        remote_url="https://x.example/42",
        published_at=NOW,
        reason="r",
        disclosure_used="native",
    )
    with posts.read() as uow:
        assert uow.deliveries.get("d1") == full
        with pytest.raises(NotFound):
            uow.deliveries.get("nope")


def test_a_post_goes_to_an_account_once_at_a_time_unless_that_was_cancelled(
    posts: SqlStore,
) -> None:
    add(posts)
    with posts.write() as uow:
        with pytest.raises(InvalidInput) as refused:
            uow.deliveries.add(delivery("d2"))
        assert refused.value.field == "due_at"
        uow.deliveries.add(delivery("d3", account_id="c2"))
        uow.deliveries.add(delivery("d4", due_at=NOW + MINUTE))
        moved = uow.deliveries.move("d1", from_states=(S.SCHEDULED,), to=S.CANCELLED, now=NOW)
        assert moved is not None
        uow.deliveries.add(delivery("d5"))
        with pytest.raises(InvalidInput):
            uow.deliveries.move(
                "d4", from_states=(S.SCHEDULED,), to=S.SCHEDULED, now=NOW, due_at=NOW
            )
        with pytest.raises(InvalidInput):
            uow.deliveries.save(delivery("d4", due_at=NOW))
        assert uow.deliveries.get("d4").due_at == NOW + MINUTE


def test_the_calendar_filters_and_orders_by_due_time(posts: SqlStore) -> None:
    with posts.write() as uow:
        uow.personas.add(persona("p2", "two"))
        uow.posts.add(post("o2"))
        uow.deliveries.add(delivery("d3", due_at=NOW + 2 * MINUTE, account_id="c2"))
        uow.deliveries.add(delivery("d2", due_at=NOW + MINUTE, persona_id="p2", post_id="o2"))
        uow.deliveries.add(delivery("d1", state=S.PUBLISHED))

    def listed(**filters: Any) -> list[str]:
        with posts.read() as uow:
            return [one.id for one in uow.deliveries.list(DeliveryQuery(**filters))]

    assert listed() == ["d1", "d2", "d3"]
    assert listed(limit=2) == ["d1", "d2"]
    assert listed(since=NOW + MINUTE, until=NOW + 2 * MINUTE) == ["d2"]
    assert listed(persona_id="p2") == ["d2"]
    assert listed(account_id="c2") == ["d3"]
    assert listed(post_id="o1") == ["d1", "d3"]
    assert listed(states=(S.PUBLISHED, S.CANCELLED)) == ["d1"]
    assert listed(states=()) == []


OLD, RECENT = NOW - ENQUEUE_TRUST, NOW - ENQUEUE_TRUST + SECOND
DUE: dict[str, tuple[bool, dict[str, Any]]] = {
    "scheduled, due now": (True, {}),
    "scheduled, due in a second": (False, {"due_at": NOW + SECOND}),
    "queued, enqueued long ago": (True, {"state": S.QUEUED, "enqueued_at": OLD}),
    "queued, never enqueued": (True, {"state": S.QUEUED}),
    "queued, on its way": (False, {"state": S.QUEUED, "enqueued_at": RECENT}),
    "retry, its time has come": (True, {"state": S.RETRY_WAIT, "next_attempt_at": NOW}),
    "retry, not yet": (False, {"state": S.RETRY_WAIT, "next_attempt_at": NOW + SECOND}),
    "retry without a time": (True, {"state": S.RETRY_WAIT}),
    "uncertain, its time has come": (True, {"state": S.UNCERTAIN, "next_attempt_at": NOW}),
    "uncertain, on its way": (
        False,
        {"state": S.UNCERTAIN, "next_attempt_at": RECENT - SECOND, "enqueued_at": RECENT},
    ),
    "uncertain, enqueued before its time came": (
        True,
        {"state": S.UNCERTAIN, "next_attempt_at": NOW, "enqueued_at": RECENT},
    ),
    "uncertain, its enqueue was lost": (
        True,
        {"state": S.UNCERTAIN, "next_attempt_at": OLD - SECOND, "enqueued_at": OLD},
    ),
    "processing, poll now": (True, {"state": S.PROCESSING, "next_attempt_at": NOW}),
    "processing, poll later": (False, {"state": S.PROCESSING, "next_attempt_at": NOW + SECOND}),
    "processing, being polled": (
        False,
        {"state": S.PROCESSING, "next_attempt_at": NOW, "lease_until": LEASE},
    ),
    "processing, its poller died": (True, {"state": S.PROCESSING, "lease_until": NOW}),
    "starting, at work": (False, {"state": S.STARTING, "lease_until": NOW + SECOND}),
    "starting, worker died": (True, {"state": S.STARTING, "lease_until": NOW}),
    "finalizing, worker died": (True, {"state": S.FINALIZING, "lease_until": NOW}),
    "reconciling, worker died": (True, {"state": S.RECONCILING, "lease_until": NOW}),
    "dead worker, already handed out again": (
        False,
        {"state": S.STARTING, "lease_until": RECENT - SECOND, "enqueued_at": RECENT},
    ),
    "published": (False, {"state": S.PUBLISHED}),
    "cancelled": (False, {"state": S.CANCELLED}),
    "rejected": (False, {"state": S.REJECTED}),
    "missed": (False, {"state": S.MISSED}),
    "needs a login": (False, {"state": S.NEEDS_AUTH}),
    "needs a decision": (False, {"state": S.NEEDS_HUMAN, "next_attempt_at": NOW}),
}


def test_due_is_what_has_something_to_do_now(posts: SqlStore) -> None:
    with posts.write() as uow:
        for number, (name, (_, changes)) in enumerate(DUE.items()):
            uow.posts.add(post(f"post {number}"))
            uow.deliveries.add(delivery(name, post_id=f"post {number}", **changes))
    assert sorted(due_ids(posts)) == sorted(name for name, (is_due, _) in DUE.items() if is_due)


def test_due_comes_by_due_time_and_up_to_a_limit(posts: SqlStore) -> None:
    with posts.write() as uow:
        for number in (2, 0, 1):
            uow.deliveries.add(delivery(f"d{number}", due_at=NOW - (3 - number) * MINUTE))
        assert [one.id for one in uow.deliveries.due(NOW, limit=2)] == ["d0", "d1"]


def test_a_claim_takes_the_lease_and_raises_the_fence(posts: SqlStore) -> None:
    before = add(posts, state=S.QUEUED, enqueued_at=NOW)
    claimed = claim(posts)
    assert claimed == replace(before, state=S.STARTING, worker="w1", lease_until=LEASE, fence=1)
    assert claim(posts, worker="w2") is None
    with posts.read() as uow:
        assert uow.deliveries.get("d1") == claimed


def test_only_the_named_states_can_be_claimed(posts: SqlStore) -> None:
    add(posts, state=S.FINALIZING, lease_until=NOW - MINUTE)
    assert claim(posts) is None
    with posts.write() as uow:
        assert (
            uow.deliveries.claim(
                "nope", from_states=list(S), to=S.STARTING, worker="w", now=NOW, lease_until=LEASE
            )
            is None
        )


def test_an_expired_lease_can_be_claimed_in_the_same_state(posts: SqlStore) -> None:
    add(posts, state=S.PROCESSING, lease_until=LEASE, fence=3)

    def poll(now: datetime) -> Delivery | None:
        with posts.write() as uow:
            return uow.deliveries.claim(
                "d1",
                from_states=(S.PROCESSING,),
                to=S.PROCESSING,
                worker="w2",
                now=now,
                lease_until=now + MINUTE,
            )

    assert poll(LEASE - SECOND) is None
    taken = poll(LEASE)
    assert taken is not None and taken.fence == 4


def test_a_zombie_with_an_old_fence_cannot_write(posts: SqlStore) -> None:
    add(posts, state=S.QUEUED)
    zombie = claim(posts)
    assert zombie is not None
    with posts.write() as uow:
        uow.deliveries.move("d1", from_states=(S.STARTING,), to=S.QUEUED, now=LEASE)
    with pytest.raises(StaleWrite), posts.write() as uow:
        uow.deliveries.save(replace(zombie, state=S.PUBLISHED))
    successor = claim(posts, LEASE, "w2")
    assert successor is not None
    with pytest.raises(StaleWrite), posts.write() as uow:
        uow.deliveries.save(replace(zombie, state=S.PUBLISHED))
    with posts.write() as uow:
        uow.deliveries.save(replace(successor, state=S.FINALIZING))
        assert uow.deliveries.get("d1").state is S.FINALIZING


def test_save_writes_every_mutable_field_and_no_other(posts: SqlStore) -> None:
    add(posts, state=S.QUEUED)
    held = claim(posts)
    assert held is not None
    changed = replace(
        held,
        state=S.PUBLISHED,
        due_at=NOW + MINUTE,
        attempt=5,
        lease_until=None,
        worker="",
        next_attempt_at=NOW,
        remote={"id": "1"},
        remote_url="u",
        published_at=NOW,
        reason="ok",
        disclosure_used="caption",
    )
    with posts.write() as uow:
        uow.deliveries.save(replace(changed, idempotency_key="other", account_id="c2"))
        assert uow.deliveries.get("d1") == changed


def test_a_move_ends_an_expired_lease_and_the_enqueue(posts: SqlStore) -> None:
    add(posts, state=S.STARTING, lease_until=LEASE, worker="w1", fence=1, enqueued_at=NOW)

    def move(now: datetime) -> Delivery | None:
        with posts.write() as uow:
            return uow.deliveries.move(
                "d1", from_states=(S.STARTING,), to=S.UNCERTAIN, now=now, reason="lost"
            )

    assert move(LEASE - SECOND) is None
    moved = move(LEASE)
    assert moved is not None
    assert (moved.state, moved.reason, moved.fence) == (S.UNCERTAIN, "lost", 2)
    assert (moved.lease_until, moved.worker, moved.enqueued_at) == (None, "", None)
    assert move(LEASE) is None


def test_a_move_cannot_touch_what_is_fixed(posts: SqlStore) -> None:
    add(posts)
    for name in ("fence", "idempotency_key", "state", "nonsense"):
        with pytest.raises(ValueError, match=name), posts.write() as uow:
            uow.deliveries.move(
                "d1", from_states=(S.SCHEDULED,), to=S.QUEUED, now=NOW, **{name: "x"}
            )


def test_an_enqueued_delivery_is_left_alone_until_its_enqueue_must_be_lost(
    posts: SqlStore,
) -> None:
    add(posts, state=S.QUEUED)
    with posts.write() as uow:
        uow.deliveries.mark_enqueued("d1", NOW)
        with pytest.raises(NotFound):
            uow.deliveries.mark_enqueued("nope", NOW)
    assert due_ids(posts, NOW + ENQUEUE_TRUST - SECOND) == []
    assert due_ids(posts, NOW + ENQUEUE_TRUST) == ["d1"]


def test_every_attempt_is_a_row(posts: SqlStore) -> None:
    add(posts)
    first = Attempt("t1", "d1", 1, Phase.START, NOW)
    second = Attempt("t2", "d1", 1, Phase.FINALIZE, NOW + SECOND)
    done = replace(
        second, finished_at=LEASE, request="POST", response="200", outcome="ok", message="m"
    )
    with posts.write() as uow:
        uow.deliveries.add_attempt(second)
        uow.deliveries.add_attempt(first)
        uow.deliveries.finish_attempt(replace(done, number=9, started_at=LEASE))
        assert uow.deliveries.attempts("d1") == [first, done]
        assert uow.deliveries.attempts("nope") == []
        with pytest.raises(NotFound):
            uow.deliveries.finish_attempt(replace(done, id="nope"))

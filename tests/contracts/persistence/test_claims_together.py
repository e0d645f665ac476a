"""Many claimers at once, in processes of their own, on both databases."""

from __future__ import annotations

import multiprocessing
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gator_engine.adapters.sql import SqlStore, open_store
from gator_engine.domain.deliveries import DeliveryState
from gator_engine.domain.personas import Persona
from gator_engine.errors import GatorError, InvalidInput, StaleWrite
from gator_engine.ports import UnitOfWork
from tests.contracts.persistence.samples import (
    NOW,
    delivery,
    job,
    persona,
    post,
    revision,
    with_post,
)

CLAIMERS = 8
LATER = NOW + timedelta(minutes=1)


def claim_delivery(uow: UnitOfWork, delivery_id: str, worker: str) -> object:
    """Take one delivery out of the queue."""
    return uow.deliveries.claim(
        delivery_id,
        from_states=(DeliveryState.QUEUED,),
        to=DeliveryState.STARTING,
        worker=worker,
        now=NOW,
        lease_until=LATER,
    )


def claim_job(uow: UnitOfWork, job_id: str, worker: str) -> object:
    """Start one job."""
    return uow.jobs.claim(job_id, worker=worker, now=NOW, lease_until=LATER)


CLAIMS: dict[str, Callable[[UnitOfWork, str, str], object]] = {
    "deliveries": claim_delivery,
    "jobs": claim_job,
}


def claim_everything(url: str, kind: str, worker: str) -> list[str]:
    """A process of its own: try all that is due, in everybody's order; what it got."""
    with closing(open_store(url)) as store:
        with store.read() as uow:
            due = [one.id for one in getattr(uow, kind).due(NOW, limit=1000)]
        mine = []
        for identifier in due:
            with store.write() as uow:
                if CLAIMS[kind](uow, identifier, worker):
                    mine.append(identifier)
    return mine


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.parametrize(("kind", "rows"), [("deliveries", 200), ("jobs", 50)])
def test_eight_processes_claim_every_row_exactly_once(
    store: SqlStore, store_url: str, kind: str, rows: int
) -> None:
    with_post(store)
    with store.write() as uow:
        for number in range(rows):
            due_at = NOW - timedelta(seconds=number)
            uow.deliveries.add(delivery(f"d{number}", due_at=due_at, state=DeliveryState.QUEUED))
            uow.jobs.add(job(f"j{number}", due_at=due_at))
    with multiprocessing.get_context("fork").Pool(CLAIMERS) as pool:
        got = pool.starmap(claim_everything, [(store_url, kind, f"w{n}") for n in range(CLAIMERS)])
    claimed = Counter(identifier for mine in got for identifier in mine)
    assert len(claimed) == rows
    assert set(claimed.values()) == {1}
    with store.read() as uow:
        assert {getattr(uow, kind).get(identifier).fence for identifier in claimed} == {1}


def race(attempt: Any, runs: int = 8) -> list[Any]:
    """What each of several simultaneous attempts gave: its result or its GatorError."""

    def outcome(number: int) -> Any:
        try:
            return attempt(number)
        except GatorError as error:
            return type(error)

    with ThreadPoolExecutor(runs) as pool:
        return list(pool.map(outcome, range(runs)))


def test_one_of_many_jobs_with_a_unique_key_is_stored(store: SqlStore) -> None:
    def add(number: int) -> bool:
        with store.write() as uow:
            return uow.jobs.add(job(f"j{number}", unique_key="k"))

    assert sorted(race(add)) == [False] * 7 + [True]


def test_one_of_many_saves_of_a_post_wins(store: SqlStore, store_url: str) -> None:
    with_post(store)

    def save(number: int) -> int:
        with store.write() as uow:
            uow.posts.save(post(text=f"text {number}"), expected_version=1)
        return number

    outcomes = race(save)
    assert outcomes.count(StaleWrite) == 7
    winner = next(one for one in outcomes if one is not StaleWrite)
    with closing(open_store(store_url)) as other, other.read() as uow:
        assert uow.posts.get("o1") == post(text=f"text {winner}", version=2)


def test_one_of_many_revisions_wins(store: SqlStore) -> None:
    with store.write() as uow:
        uow.personas.add(persona())

    def revise(number: int) -> Persona:
        with store.write() as uow:
            uow.personas.add_revision(revision(2, id=f"r{number}"), expected_version=1)
            return uow.personas.get("p1")

    outcomes = race(revise)
    assert outcomes.count(StaleWrite) == 7
    with store.read() as uow:
        assert len(uow.personas.revisions("p1")) == 2


def test_one_of_many_same_deliveries_is_stored(store: SqlStore) -> None:
    with_post(store)

    def add(number: int) -> str:
        with store.write() as uow:
            uow.deliveries.add(delivery(f"d{number}"))
        return "stored"

    outcomes = race(add)
    assert (outcomes.count("stored"), outcomes.count(InvalidInput)) == (1, 7)


def test_one_of_many_takes_the_right_to_refresh(store: SqlStore) -> None:
    with_post(store)

    def take(_: int) -> bool:
        with store.write() as uow:
            return uow.accounts.try_refresh_lease("c1", NOW, LATER)

    assert sorted(race(take)) == [False] * 7 + [True]


def test_a_claim_and_the_end_of_its_lease_do_not_both_win(store: SqlStore) -> None:
    with_post(store)
    with store.write() as uow:
        uow.deliveries.add(
            delivery(state=DeliveryState.STARTING, lease_until=NOW, worker="w", fence=1)
        )
        held = uow.deliveries.get("d1")

    def write(number: int) -> str:
        with store.write() as uow:
            if number % 2:
                uow.deliveries.save(replace(held, reason="the worker"))
                return "worker"
            moved = uow.deliveries.move(
                "d1", from_states=(held.state,), to=DeliveryState.UNCERTAIN, now=LATER
            )
            return "dispatcher" if moved else "nobody"

    outcomes = race(write)
    assert outcomes.count("dispatcher") == 1
    with store.read() as uow:
        found = uow.deliveries.get("d1")
    assert (found.state, found.fence) == (DeliveryState.UNCERTAIN, 2)

"""Monthly caps hold whoever calls at the same time, and costs add up to what providers counted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from multiprocessing import get_context

import pytest

from gator_engine.adapters.sql import SqlStore, open_store
from gator_engine.adapters.system import SortableIds
from gator_engine.domain.providers import Price, micros, money
from gator_engine.domain.spending import CallPurpose, Outcome, PlannedCall, Usage
from gator_engine.errors import InvalidInput, Rejected, Transient
from gator_engine.services._context import Context
from gator_engine.services.spending import LEASE, Spending
from tests.contracts.persistence.samples import persona
from tests.fakes import FakeClock

PRICE = Price(1_000_000, 2_000_000)  # 1 and 2 for a million tokens, so a token is one micro-unit


def spending(store: SqlStore, clock: FakeClock | None = None) -> Spending:
    return Spending(Context(store, clock or FakeClock(), SortableIds()))


def planned(
    price: Price | None = PRICE, persona_id: str = "", most: tuple[int, int] = (100, 50)
) -> PlannedCall:
    purpose = CallPurpose("caption", persona_id, "job1")
    return PlannedCall("e1", "models.example", "tiny", purpose, *most, price)


def spend(books: Spending, usage: Usage, call: PlannedCall | None = None) -> None:
    with books.call(call or planned()) as receipt:
        receipt.usage = usage


def test_the_real_cost_takes_the_place_of_the_reservation(store: SqlStore) -> None:
    books = spending(store)
    books.set_cap(500)
    with books.call(planned()) as receipt:
        during = books.month()
        receipt.usage = Usage(30, 12)
    assert (during.reserved, during.spent, during.left) == (200, 0, 300)
    after = books.month()
    assert (after.reserved, after.spent, after.left, after.calls) == (0, 54, 446, 1)
    assert (after.input_tokens, after.output_tokens) == (30, 12)
    [entry] = books.entries()
    assert (entry.cost_micros, entry.provider, entry.kind) == (54, "models.example", "caption")
    assert (entry.job_id, entry.outcome, entry.currency) == ("job1", Outcome.ANSWERED, "USD")


def test_a_call_that_might_not_fit_is_refused_before_it_is_made(store: SqlStore) -> None:
    books = spending(store)
    books.set_cap(199)
    with pytest.raises(InvalidInput, match=r"may cost up to 0\.0002 USD") as caught:
        spend(books, Usage(1, 1))
    assert caught.value.field == "budget"
    assert books.month().calls == 0


def test_a_personas_cap_stands_beside_that_of_the_workspace(store: SqlStore) -> None:
    who = persona()
    with store.write() as uow:
        uow.personas.add(who)
    books = spending(store)
    books.set_cap(10_000)
    books.set_cap(250, who.id)
    spend(books, Usage(40, 30), planned(persona_id=who.id))
    with pytest.raises(InvalidInput, match="persona"):
        spend(books, Usage(1, 1), planned(persona_id=who.id))
    spend(books, Usage(1, 1), planned())
    assert books.month(who.id).spent == 100
    assert (books.month().spent, books.month().reserved) == (103, 0)


def test_use_that_nobody_counted_is_booked_at_its_bound_and_said(store: SqlStore) -> None:
    books = spending(store)
    spend(books, Usage())
    with pytest.raises(Transient), books.call(planned()):
        raise Transient("models.example", "write", "cut off")
    view = books.month()
    assert (view.spent, view.uncounted, view.uncounted_calls) == (0, 400, 2)


def test_a_call_that_was_turned_away_costs_nothing(store: SqlStore) -> None:
    books = spending(store)
    with pytest.raises(Rejected), books.call(planned()):
        raise Rejected("models.example", "write", "no", code="400")
    view = books.month()
    assert (view.spent, view.uncounted, view.reserved, view.calls) == (0, 0, 0, 1)


def test_without_a_price_a_cap_cannot_hold_so_the_call_is_refused(store: SqlStore) -> None:
    books = spending(store)
    spend(books, Usage(3, 4), planned(price=None))
    assert books.month().unpriced_calls == 1
    books.set_cap(10)
    with pytest.raises(InvalidInput) as caught:
        spend(books, Usage(3, 4), planned(price=None))
    assert caught.value.field == "price"
    books.set_cap(None)
    spend(books, Usage(3, 4), planned(price=None))


def test_whoever_dies_gives_back_what_was_reserved(store: SqlStore) -> None:
    clock = FakeClock()
    books = spending(store, clock)
    books.set_cap(200)
    slow = books.call(planned())
    receipt = slow.__enter__()
    clock.advance(LEASE.total_seconds() + 1)
    assert books.release_expired() == 1
    assert books.month().reserved == 0
    assert [entry.outcome for entry in books.entries()] == [Outcome.LOST]
    # It lived after all: what it cost is booked all the same.
    receipt.usage = Usage(30, 12)
    slow.__exit__(None, None, None)
    assert books.month().spent == 54
    assert (books.month().left, books.release_expired()) == (146, 0)


def test_a_new_month_starts_afresh(store: SqlStore) -> None:
    clock = FakeClock()
    books = spending(store, clock)
    books.set_cap(200)
    spend(books, Usage(100, 50))
    with pytest.raises(InvalidInput):
        spend(books, Usage(1, 1))
    clock.at += timedelta(days=31)
    spend(books, Usage(1, 1))


def many_calls(url: str, seed: int, count: int = 12) -> tuple[int, int]:
    """Calls of one process; returns how many were made and what they cost."""
    opened = open_store(url, busy_timeout_s=60)
    books, made, cost = spending(opened), 0, 0
    for number in range(count):
        usage = Usage(20 + (seed + number) % 30, 5 + number % 20)
        try:
            spend(books, usage)
        except InvalidInput:
            continue
        made, cost = made + 1, cost + (usage.cost(PRICE) or 0)
    opened.close()
    return made, cost


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    """Two processes of their own, started once for both databases."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        yield workers


@pytest.mark.parametrize("sort", ["threads", "processes"])
def test_a_cap_holds_under_concurrency(
    request: pytest.FixtureRequest, store: SqlStore, store_url: str, sort: str
) -> None:
    cap = 900
    spending(store).set_cap(cap)
    if sort == "threads":
        with ThreadPoolExecutor(6) as pool:
            done = list(pool.map(partial(many_calls, store_url), range(6)))
    else:
        workers = request.getfixturevalue("processes")
        done = list(workers.map(partial(many_calls, store_url), range(2)))
    view = spending(store).month()
    assert 0 < view.spent <= cap
    assert view.spent == sum(cost for _, cost in done)
    assert view.calls == sum(made for made, _ in done)
    assert view.reserved == 0
    # Whatever was refused was refused for want of room: a whole bound no longer fits.
    assert cap - view.spent < 200


def test_no_more_is_reserved_than_fits_while_calls_are_under_way(
    store: SqlStore, store_url: str
) -> None:
    spending(store).set_cap(700)
    together, release = threading.Barrier(6), threading.Event()
    decided: list[int] = []

    def known(number: int) -> None:
        decided.append(number)
        if len(decided) == 6:
            release.set()

    def hold(number: int) -> bool:
        opened = open_store(store_url, busy_timeout_s=60)
        together.wait()
        try:
            with spending(opened).call(planned()) as receipt:
                known(number)
                release.wait(30)
                receipt.usage = Usage(100, 50)
        except InvalidInput:
            known(number)
            return False
        finally:
            opened.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(hold, range(6)))
    assert sum(outcomes) == 3
    assert spending(store).month().spent == 600


@pytest.mark.parametrize(("typed", "amount"), [("0.15", 150_000), ("3", 3_000_000), ("0", 0)])
def test_money_is_read_and_shown(typed: str, amount: int) -> None:
    assert micros(typed, "price") == amount
    assert money(150_000, "USD") == "0.15 USD"


@pytest.mark.parametrize("typed", ["", "x", "-1", "nan", "1e30"])
def test_what_is_no_money_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        micros(typed, "price")
    assert caught.value.field == "price"

"""Spending: what language models cost, and monthly caps that hold with any number of workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from gator_engine.domain.providers import DEAREST, money
from gator_engine.domain.spending import (
    WORKSPACE,
    LedgerEntry,
    MonthView,
    Outcome,
    PlannedCall,
    Reservation,
    Usage,
    month_of,
    scopes_of,
)
from gator_engine.errors import AuthExpired, ExternalError, InvalidInput, RateLimited
from gator_engine.ports import Receipt, UnitOfWork
from gator_engine.services._context import Context

# Longer than any single call may take (the stream's own bound is five minutes).
LEASE = timedelta(minutes=15)
CURRENCY_KEY = "writing.currency"
DEFAULT_CURRENCY = "USD"


class Spending:
    """What one can know and decide about cost. Also the meter of every call (ports.Meter)."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ------------------------------------------------------------------ knowing and deciding

    def currency(self) -> str:
        """The currency that prices and caps are said in."""
        with self._context.store.read() as uow:
            return str(uow.settings.get(CURRENCY_KEY) or DEFAULT_CURRENCY)

    def set_currency(self, code: str) -> None:
        """Name the currency; figures are not converted. Raises InvalidInput."""
        code = code.strip().upper()
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise InvalidInput("currency", f"{code!r} is no currency", "three letters such as USD")
        with self._context.store.write() as uow:
            uow.settings.put(CURRENCY_KEY, code)
            self._context.audit(uow, "set currency", "budget", WORKSPACE, currency=code)

    def set_cap(self, cap_micros: int | None, persona_id: str = "") -> None:
        """Cap a calendar month (UTC) of the workspace or of one persona; None lifts the cap.

        Raises InvalidInput or NotFound.
        """
        if cap_micros is not None and not 0 <= cap_micros <= DEAREST:
            raise InvalidInput("cap", "cannot be", f"0–{DEAREST // 1_000_000}")
        with self._context.store.write() as uow:
            if persona_id:
                uow.personas.get(persona_id)
            scope = persona_id or WORKSPACE
            uow.spending.set_cap(scope, cap_micros)
            self._context.audit(uow, "set cap", "budget", scope, micros=cap_micros)

    def month(self, persona_id: str = "", month: str = "") -> MonthView:
        """Spent, reserved and cap of a month ("2026-11"; "" is this one)."""
        with self._context.store.read() as uow:
            return uow.spending.month(persona_id or WORKSPACE, month or self._this_month())

    def entries(self, month: str = "", limit: int = 200) -> Sequence[LedgerEntry]:
        """The ledger of a month, newest first."""
        with self._context.store.read() as uow:
            return uow.spending.entries(month=month or self._this_month(), limit=limit)

    def release_expired(self) -> int:
        """Give back what callers that died had reserved; returns how many."""
        with self._context.store.write() as uow:
            return self._release(uow)

    # ------------------------------------------------------------------ the meter

    @contextmanager
    def call(self, planned: PlannedCall) -> Iterator[Receipt]:
        """Reserve the most the call can cost, let it happen, then book what it did cost.

        Raises InvalidInput naming `budget` (no room) or `price` (a cap, but nobody said the price).
        """
        reservation, receipt = self._reserve(planned), Receipt()
        outcome = Outcome.UNCOUNTED
        try:
            yield receipt
            outcome = Outcome.ANSWERED if receipt.usage.known else Outcome.UNCOUNTED
        except ExternalError as error:
            outcome = _outcome(error, receipt.usage)
            raise
        finally:
            self._settle(reservation, receipt.usage, outcome)

    def _reserve(self, planned: PlannedCall) -> Reservation:
        now, scopes = self._context.now(), scopes_of(planned.purpose)
        price = planned.price
        amount = price.of(planned.most_input, planned.most_output) if price else 0
        reservation = Reservation(
            self._context.ids.new(), month_of(now), amount, now + LEASE, planned
        )
        with self._context.store.write() as uow:
            self._release(uow)
            if price is None and any(uow.spending.cap(scope) is not None for scope in scopes):
                raise InvalidInput(
                    "price",
                    f"a monthly cap is set, but nobody said what {planned.model} costs;"
                    " enter its price in Settings (0 for a model of your own), or lift the cap",
                )
            full = uow.spending.reserve(reservation, scopes)
            if full:
                raise self._no_room(uow, full, amount)
        return reservation

    def _no_room(self, uow: UnitOfWork, scope: str, amount: int) -> InvalidInput:
        month = uow.spending.month(scope, self._this_month())
        code = str(uow.settings.get(CURRENCY_KEY) or DEFAULT_CURRENCY)
        whose = "This month's budget" if scope == WORKSPACE else "This persona's budget"
        return InvalidInput(
            "budget",
            f"{whose} has {money(month.left or 0, code)} left, and the call may cost up to"
            f" {money(amount, code)}",
            money(month.cap or 0, code),
        )

    def _settle(self, reservation: Reservation, usage: Usage, outcome: Outcome) -> None:
        cost = usage.cost(reservation.call.price) if outcome is Outcome.ANSWERED else None
        booked = cost or 0
        if outcome is Outcome.UNCOUNTED:
            booked = reservation.amount_micros  # It may have cost as much; nobody can say.
        with self._context.store.write() as uow:
            entry = self._entry(uow, reservation, usage, outcome, cost, booked)
            uow.spending.settle(entry, reservation, scopes_of(reservation.call.purpose))

    def _release(self, uow: UnitOfWork) -> int:
        released = 0
        for lost in uow.spending.expired(self._context.now()):
            if uow.spending.take_back(lost.id):
                entry = self._entry(uow, lost, Usage(), Outcome.LOST, None, 0)
                uow.spending.settle(entry, lost, ())
                released += 1
        return released

    def _entry(
        self,
        uow: UnitOfWork,
        reservation: Reservation,
        usage: Usage,
        outcome: Outcome,
        cost: int | None,
        booked: int,
    ) -> LedgerEntry:
        call = reservation.call
        return LedgerEntry(
            id=self._context.ids.new(),
            at=self._context.now(),
            month=reservation.month,
            endpoint_id=call.endpoint_id,
            provider=call.provider,
            model=call.model,
            kind=call.purpose.kind,
            persona_id=call.purpose.persona_id,
            job_id=call.purpose.job_id,
            outcome=outcome,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cost_micros=cost,
            booked_micros=booked,
            currency=str(uow.settings.get(CURRENCY_KEY) or DEFAULT_CURRENCY),
        )

    def _this_month(self) -> str:
        return month_of(self._context.now())


def _outcome(error: ExternalError, usage: Usage) -> Outcome:
    """How a failed call counts: one that was turned away took nothing, a cut one may have.

    A code is an HTTP status other than 200: the provider answered before any work.
    """
    if usage.known:
        return Outcome.ANSWERED
    turned_away = error.code is not None or isinstance(error, AuthExpired | RateLimited)
    return Outcome.REFUSED if turned_away else Outcome.UNCOUNTED

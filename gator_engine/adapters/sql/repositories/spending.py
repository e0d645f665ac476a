"""What language models cost: reservations under a cap, and the ledger.

A reservation is one conditional UPDATE per scope: two callers are put in order by the database, and
the second finds the room already taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, literal, or_, select, update

from gator_engine.adapters.sql.rows import Rows, insert_unless_taken
from gator_engine.adapters.sql.tables import (
    text_calls,
    text_caps,
    text_months,
    text_reservations,
)
from gator_engine.domain.spending import (
    WORKSPACE,
    LedgerEntry,
    MonthView,
    Outcome,
    Reservation,
    scopes_of,
)


class SqlSpending:
    """SpendingRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._calls = Rows(connection, text_calls, LedgerEntry, "call")
        self._reservations = Rows(connection, text_reservations, Reservation, "reservation")

    def reserve(self, reservation: Reservation, scopes: Sequence[str]) -> str:
        """Book the amount in every scope; "" or the first scope whose cap has no room."""
        for scope in scopes:
            if not self._book_within_cap(scope, reservation.month, reservation.amount_micros):
                return scope
        self._reservations.add(reservation, persona_id=reservation.call.purpose.persona_id)
        return ""

    def settle(self, entry: LedgerEntry, reservation: Reservation, scopes: Sequence[str]) -> None:
        """Put what was booked for real in the reservation's place, and add to the ledger."""
        held = reservation.amount_micros if self._remove(reservation.id) else 0
        for scope in scopes:
            self._book(scope, reservation.month, entry.booked_micros - held)
        self._calls.add(entry)

    def expired(self, now: datetime, *, limit: int = 100) -> Sequence[Reservation]:
        """Reservations whose holder has been silent for too long."""
        query = self._reservations.select.where(text_reservations.c.lease_until <= now)
        return self._reservations.all(query.order_by(text_reservations.c.id).limit(limit))

    def take_back(self, reservation_id: str) -> bool:
        """Remove a reservation and what it booked; False when somebody else did."""
        found = self._reservations.first(
            self._reservations.select.where(text_reservations.c.id == reservation_id)
        )
        if found is None or not self._remove(reservation_id):
            return False
        for scope in scopes_of(found.call.purpose):
            self._book(scope, found.month, -found.amount_micros)
        return True

    def cap(self, scope: str) -> int | None:
        """The cap of a scope, or None."""
        query = select(text_caps.c.cap_micros).where(text_caps.c.scope == scope)
        return self._connection.execute(query).scalar_one_or_none()

    def set_cap(self, scope: str, cap_micros: int | None) -> None:
        """Set or lift a cap; what is already booked stays booked."""
        self._connection.execute(delete(text_caps).where(text_caps.c.scope == scope))
        if cap_micros is not None:
            values = {"scope": scope, "cap_micros": cap_micros}
            self._connection.execute(text_caps.insert().values(**values))

    def month(self, scope: str, month: str) -> MonthView:
        """What a month came to."""
        calls, outcome = text_calls.c, text_calls.c.outcome
        mine = calls.month == month
        open_ones = text_reservations.c.month == month
        if scope != WORKSPACE:
            mine = and_(mine, calls.persona_id == scope)
            open_ones = and_(open_ones, text_reservations.c.persona_id == scope)
        query = select(
            func.coalesce(func.sum(calls.cost_micros), 0).label("spent"),
            func.coalesce(
                func.sum(calls.booked_micros).filter(outcome == Outcome.UNCOUNTED), 0
            ).label("uncounted"),
            func.count().label("calls"),
            func.count().filter(outcome == Outcome.UNCOUNTED).label("uncounted_calls"),
            func.count()
            .filter(outcome == Outcome.ANSWERED, calls.cost_micros.is_(None))
            .label("unpriced_calls"),
            func.coalesce(func.sum(calls.input_tokens), 0).label("input_tokens"),
            func.coalesce(func.sum(calls.output_tokens), 0).label("output_tokens"),
            func.max(calls.currency).label("currency"),
        ).where(mine)
        row = self._connection.execute(query).one()._mapping
        held = select(func.coalesce(func.sum(text_reservations.c.amount_micros), 0))
        reserved = self._connection.execute(held.where(open_ones)).scalar_one()
        numbers = {name: int(value) for name, value in row.items() if name != "currency"}
        return MonthView(
            scope=scope,
            month=month,
            currency=row["currency"] or "",
            cap=self.cap(scope),
            reserved=int(reserved),
            **numbers,
        )

    def entries(self, *, month: str, limit: int = 200) -> Sequence[LedgerEntry]:
        """Newest first."""
        newest_first = (text_calls.c.at.desc(), text_calls.c.id.desc())
        query = self._calls.select.where(text_calls.c.month == month)
        return self._calls.all(query.order_by(*newest_first).limit(limit))

    def _book_within_cap(self, scope: str, month: str, amount: int) -> bool:
        """One conditional update: there is room below the cap, or no cap."""
        self._open_month(scope, month)
        booked = text_months.c.booked_micros
        cap = select(text_caps.c.cap_micros).where(text_caps.c.scope == scope).scalar_subquery()
        room = or_(cap.is_(None), booked + literal(amount) <= cap)
        this = and_(text_months.c.scope == scope, text_months.c.month == month, room)
        statement = update(text_months).where(this).values(booked_micros=booked + amount)
        return self._connection.execute(statement).rowcount == 1

    def _book(self, scope: str, month: str, amount: int) -> None:
        self._open_month(scope, month)
        this = and_(text_months.c.scope == scope, text_months.c.month == month)
        booked = text_months.c.booked_micros + amount
        self._connection.execute(update(text_months).where(this).values(booked_micros=booked))

    def _open_month(self, scope: str, month: str) -> None:
        values = {"scope": scope, "month": month, "booked_micros": 0}
        insert_unless_taken(self._connection, text_months, values, ["scope", "month"])

    def _remove(self, reservation_id: str) -> bool:
        this = text_reservations.c.id == reservation_id
        return self._connection.execute(delete(text_reservations).where(this)).rowcount == 1

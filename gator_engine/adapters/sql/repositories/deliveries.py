"""Deliveries and their attempts: what is due, who has it, and every try."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_
from sqlalchemy.exc import IntegrityError

from gator_engine.adapters.sql.claims import (
    awaited_since,
    change_if,
    enqueue_is_stale,
    lease_is_free,
)
from gator_engine.adapters.sql.rows import Rows, fields_of, insert_unless_taken
from gator_engine.adapters.sql.tables import attempts, deliveries
from gator_engine.adapters.sql.tables.deliveries import NOT_CANCELLED_SQL, TO_DO_SQL
from gator_engine.domain.deliveries import (
    IN_HAND,
    Attempt,
    Delivery,
    DeliveryQuery,
    DeliveryState,
)
from gator_engine.errors import InvalidInput, StaleWrite

S = DeliveryState
FIXED = (
    "id",
    "post_id",
    "account_id",
    "platform",
    "persona_id",
    "idempotency_key",
    "created_at",
    "fence",
)
MOVABLE = {field.name for field in fields(Delivery)} - {*FIXED, "state"}
BY_DUE_TIME = (deliveries.c.due_at, deliveries.c.id)


class SqlDeliveries:
    """DeliveryRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._deliveries = Rows(connection, deliveries, Delivery, "delivery")
        self._attempts = Rows(connection, attempts, Attempt, "attempt")

    def add(self, delivery: Delivery) -> None:
        """Raises InvalidInput when the post already goes to that account at that time."""
        values, unique = fields_of(delivery), ["post_id", "account_id", "due_at"]
        if not insert_unless_taken(
            self._connection, deliveries, values, unique, where=NOT_CANCELLED_SQL
        ):
            raise _already_there()

    def get(self, delivery_id: str) -> Delivery:
        """Raises NotFound."""
        return self._deliveries.get(delivery_id)

    def list(self, query: DeliveryQuery) -> Sequence[Delivery]:
        """Ordered by due time."""
        matching = self._deliveries.select.where(*_conditions(query))
        return self._deliveries.all(matching.order_by(*BY_DUE_TIME).limit(query.limit))

    def due(
        self, now: datetime, *, limit: int, without_accounts: Sequence[str] = ()
    ) -> Sequence[Delivery]:
        """Deliveries with something to do now, by due time.

        Scheduled and due; retry_wait, uncertain or processing whose next_attempt_at has come (or
        is not set); queued without a recent enqueue; in hand with an expired lease. What was
        enqueued since it became ready is left alone for ENQUEUE_TRUST.
        """
        query = self._deliveries.select.where(TO_DO_SQL, _has_work(now))
        if without_accounts:
            query = query.where(deliveries.c.account_id.not_in(without_accounts))
        return self._deliveries.all(query.order_by(*BY_DUE_TIME).limit(limit))

    def claim(
        self,
        delivery_id: str,
        *,
        from_states: Sequence[DeliveryState],
        to: DeliveryState,
        worker: str,
        now: datetime,
        lease_until: datetime,
    ) -> Delivery | None:
        """Take a delivery that is in one of `from_states` and that nobody holds; None if not."""
        return self._change_if_free(
            delivery_id,
            from_states,
            now,
            {"state": to, "worker": worker, "lease_until": lease_until},
        )

    def move(
        self,
        delivery_id: str,
        *,
        from_states: Sequence[DeliveryState],
        to: DeliveryState,
        now: datetime,
        **changes: Any,
    ) -> Delivery | None:
        """Change a delivery that nobody holds; None when it is held or in another state.

        A lease that has expired ends here, and the fence rises: its holder can no longer write.
        Raises ValueError for a change of a field that is fixed for life.
        """
        fixed = set(changes) - MOVABLE
        if fixed:
            raise ValueError(f"a move cannot change {', '.join(sorted(fixed))}")
        values = {"state": to, "worker": "", "lease_until": None, "enqueued_at": None, **changes}
        return self._change_if_free(delivery_id, from_states, now, values)

    def save(self, delivery: Delivery) -> None:
        """Write every mutable field where id and fence match. Raises StaleWrite otherwise."""
        mine = and_(deliveries.c.id == delivery.id, deliveries.c.fence == delivery.fence)
        if not self._change(mine, fields_of(delivery, without=FIXED)):
            raise StaleWrite(f"Delivery {delivery.id} is in other hands now.")

    def mark_enqueued(self, delivery_id: str, at: datetime) -> None:
        """Record that the queue has it. Raises NotFound."""
        self._deliveries.change(delivery_id, enqueued_at=at)

    def add_attempt(self, attempt: Attempt) -> None:
        """Store the start of a try."""
        self._attempts.add(attempt)

    def finish_attempt(self, attempt: Attempt) -> None:
        """Store how a try went. Raises NotFound."""
        origin = ("id", "delivery_id", "number", "phase", "started_at")
        self._attempts.change(attempt.id, **fields_of(attempt, without=origin))

    def attempts(self, delivery_id: str) -> Sequence[Attempt]:
        """Every try, oldest first."""
        query = self._attempts.select.where(attempts.c.delivery_id == delivery_id)
        return self._attempts.all(query.order_by(attempts.c.started_at, attempts.c.id))

    def _change_if_free(
        self,
        delivery_id: str,
        from_states: Sequence[DeliveryState],
        now: datetime,
        values: dict[str, Any],
    ) -> Delivery | None:
        free = and_(
            deliveries.c.id == delivery_id,
            deliveries.c.state.in_(from_states),
            lease_is_free(deliveries, now),
        )
        values["fence"] = deliveries.c.fence + 1
        return self.get(delivery_id) if self._change(free, values) else None

    def _change(self, condition: ColumnElement[bool], values: dict[str, Any]) -> bool:
        """Conditional update. Raises InvalidInput when a new time is already taken."""
        try:
            with self._connection.begin_nested():
                return change_if(self._connection, deliveries, condition, **values)
        except IntegrityError as error:
            raise _already_there() from error


def _has_work(now: datetime) -> ColumnElement[bool]:
    """See `SqlDeliveries.due`."""
    table = deliveries
    state, free = table.c.state, lease_is_free(table, now)
    next_step_at = func.coalesce(table.c.next_attempt_at, table.c.due_at)
    return or_(
        and_(state == S.SCHEDULED, awaited_since(table, table.c.due_at, now)),
        and_(state == S.QUEUED, free, enqueue_is_stale(table, now)),
        and_(
            state.in_((S.RETRY_WAIT, S.UNCERTAIN, S.PROCESSING)),
            free,
            awaited_since(table, next_step_at, now),
        ),
        and_(state.in_(sorted(IN_HAND)), awaited_since(table, table.c.lease_until, now)),
    )


def _conditions(query: DeliveryQuery) -> Iterator[ColumnElement[bool]]:
    table = deliveries.c
    if query.since is not None:
        yield table.due_at >= query.since
    if query.until is not None:
        yield table.due_at < query.until
    for column, wanted in (
        (table.persona_id, query.persona_id),
        (table.account_id, query.account_id),
        (table.post_id, query.post_id),
    ):
        if wanted is not None:
            yield column == wanted
    if query.states is not None:
        yield table.state.in_(query.states)


def _already_there() -> InvalidInput:
    return InvalidInput("due_at", "the post already goes to that account at that time")

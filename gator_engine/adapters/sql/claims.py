"""Claims: how a worker takes a row so that no second one can, on both databases.

A claim is one conditional UPDATE that raises the row's fence. Two claimers of one row are put in
order by the database (SQLite: one writer at a time; PostgreSQL: the row lock, after which the
second re-reads the row and its condition no longer holds). FOR UPDATE SKIP LOCKED is deliberately
not used when claiming one known row: a short lock by the dispatcher would look like "taken", and
the row would wait half a minute to be enqueued again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, or_

ENQUEUE_TRUST = timedelta(seconds=30)
"""How long an enqueued id may stay unclaimed before the queue is taken to have lost it."""


def lease_is_free(table: Table, now: datetime) -> ColumnElement[bool]:
    """Nobody holds the row, or whoever did has been silent for too long."""
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= now)


def enqueue_is_stale(table: Table, now: datetime) -> ColumnElement[bool]:
    """Never enqueued, or so long ago that the queue must have lost it."""
    return or_(table.c.enqueued_at.is_(None), table.c.enqueued_at <= now - ENQUEUE_TRUST)


def awaited_since(table: Table, since: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    """Ready since `since`, and no enqueue after that is still trusted to arrive."""
    return and_(since <= now, or_(enqueue_is_stale(table, now), table.c.enqueued_at <= since))


def change_if(
    connection: Connection, table: Table, condition: ColumnElement[bool], **values: Any
) -> bool:
    """Update the row that meets the condition; whether there was one."""
    return connection.execute(table.update().where(condition).values(**values)).rowcount == 1

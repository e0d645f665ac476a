"""The audit trail."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from gator_engine.adapters.sql.rows import Rows
from gator_engine.adapters.sql.tables import audit_events
from gator_engine.domain.users import AuditEvent


class SqlAudit:
    """AuditRepository over SQL: events are appended and never changed."""

    def __init__(self, connection: Connection) -> None:
        self._events = Rows(connection, audit_events, AuditEvent, "audit event")

    def add(self, event: AuditEvent) -> None:
        """Append an event."""
        self._events.add(event)

    def list(self, *, subject_id: str | None = None, limit: int = 200) -> Sequence[AuditEvent]:
        """Newest first."""
        newest_first = (audit_events.c.at.desc(), audit_events.c.id.desc())
        query = self._events.select.order_by(*newest_first).limit(limit)
        if subject_id is not None:
            query = query.where(audit_events.c.subject_id == subject_id)
        return self._events.all(query)

"""What every service shares: the database, the clock, ids, and who is acting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gator_engine.domain.users import AuditEvent
from gator_engine.ports import Clock, Ids, Store, UnitOfWork


@dataclass(frozen=True)
class Context:
    """The surroundings of a service call; `actor` is the user's name in the audit trail."""

    store: Store
    clock: Clock
    ids: Ids
    actor: str = "local"

    def now(self) -> datetime:
        """The current UTC instant."""
        return self.clock.now()

    def audit(
        self, uow: UnitOfWork, verb: str, subject_kind: str, subject_id: str, **details: Any
    ) -> None:
        """Append to the audit trail in the same transaction as the change itself."""
        uow.audit.add(
            AuditEvent(
                id=self.ids.new(),
                at=self.now(),
                actor=self.actor,
                verb=verb,
                subject_kind=subject_kind,
                subject_id=subject_id,
                details=details,
            )
        )

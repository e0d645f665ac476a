"""The guard of a locked look, called in the transaction that would change it."""

from __future__ import annotations

from gator_engine.domain.identity import locked_changes
from gator_engine.domain.personas import PersonaProfile
from gator_engine.errors import FieldProblem, InvalidInput
from gator_engine.ports import UnitOfWork


def guard_look(uow: UnitOfWork, persona_id: str, old: PersonaProfile, new: PersonaProfile) -> None:
    """Raises InvalidInput naming every locked field that would change while a lock is in force."""
    changed = locked_changes(old, new)
    lock = uow.looks.lock(persona_id) if changed else None
    if lock is None:
        return
    since = f"the look is locked since {lock.locked_at:%d %B %Y} by {lock.locked_by}"
    limit = "open the lock with a reason first"
    raise InvalidInput.collect([FieldProblem(name, since, limit) for name in changed])

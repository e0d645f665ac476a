"""Personas and their revisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select, update
from sqlalchemy.exc import IntegrityError

from gator_engine.adapters.sql.rows import Rows, insert_unless_taken
from gator_engine.adapters.sql.tables import persona_revisions, personas
from gator_engine.domain.personas import Persona, PersonaRevision
from gator_engine.errors import InvalidInput, NotFound, StaleWrite


class SqlPersonas:
    """PersonaRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._revisions = Rows(connection, persona_revisions, PersonaRevision, "revision")

    def add(self, persona: Persona) -> None:
        """Store a persona with its first revision. Raises InvalidInput for a taken handle."""
        values = {
            "id": persona.id,
            "handle": persona.handle,
            "revision_number": persona.revision.number,
            "version": persona.version,
            "created_at": persona.created_at,
            "archived_at": persona.archived_at,
        }
        if not insert_unless_taken(self._connection, personas, values, ["handle"]):
            raise _taken(persona.handle)
        self._revisions.add(persona.revision)

    def add_revision(self, revision: PersonaRevision, expected_version: int) -> None:
        """Store a revision and make it current, its handle included.

        Raises StaleWrite when the version moved on, InvalidInput for a taken handle, NotFound.
        """
        handle = revision.profile.identity.handle
        statement = (
            update(personas)
            .where(personas.c.id == revision.persona_id, personas.c.version == expected_version)
            .values(handle=handle, revision_number=revision.number, version=expected_version + 1)
        )
        try:
            with self._connection.begin_nested():
                changed = self._connection.execute(statement).rowcount
        except IntegrityError as error:
            raise _taken(handle) from error
        if changed == 0:
            current = self.get(revision.persona_id).version
            raise StaleWrite(
                f"The persona was saved in between (version {current}, not {expected_version})."
            )
        self._revisions.add(revision)

    def get(self, persona_id: str) -> Persona:
        """Raises NotFound."""
        found = self._first(personas.c.id == persona_id)
        if found is None:
            raise NotFound("persona", persona_id)
        return found

    def by_handle(self, handle: str) -> Persona | None:
        """Archived ones included: a handle is taken for good."""
        return self._first(personas.c.handle == handle)

    def list(self, *, archived: bool = False) -> Sequence[Persona]:
        """Those in use, or those put away; by name."""
        put_away = personas.c.archived_at.is_not(None)
        rows = self._connection.execute(_SELECT.where(put_away if archived else ~put_away))
        return sorted(
            map(_to_persona, rows), key=lambda persona: (persona.name.casefold(), persona.id)
        )

    def revision(self, revision_id: str) -> PersonaRevision:
        """Raises NotFound."""
        return self._revisions.get(revision_id)

    def revisions(self, persona_id: str) -> Sequence[PersonaRevision]:
        """Every revision, oldest first."""
        query = self._revisions.select.where(persona_revisions.c.persona_id == persona_id)
        return self._revisions.all(query.order_by(persona_revisions.c.number))

    def set_archived(self, persona_id: str, at: datetime | None) -> None:
        """Put away or bring back. Raises NotFound."""
        statement = update(personas).where(personas.c.id == persona_id).values(archived_at=at)
        if self._connection.execute(statement).rowcount == 0:
            raise NotFound("persona", persona_id)

    def _first(self, condition: ColumnElement[bool]) -> Persona | None:
        row = self._connection.execute(_SELECT.where(condition)).one_or_none()
        return None if row is None else _to_persona(row)


_SELECT: Select[Any] = select(
    personas,
    *(column.label(f"revision_{column.name}_") for column in persona_revisions.c),
).join(
    persona_revisions,
    (persona_revisions.c.persona_id == personas.c.id)
    & (persona_revisions.c.number == personas.c.revision_number),
)


def _to_persona(row: Row[Any]) -> Persona:
    cells = row._mapping
    return Persona(
        id=cells["id"],
        handle=cells["handle"],
        revision=PersonaRevision(
            **{column.name: cells[f"revision_{column.name}_"] for column in persona_revisions.c}
        ),
        created_at=cells["created_at"],
        archived_at=cells["archived_at"],
        version=cells["version"],
    )


def _taken(handle: str) -> InvalidInput:
    return InvalidInput("identity.handle", f"@{handle} is taken")

"""Ideas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from gator_engine.adapters.sql.rows import Rows
from gator_engine.adapters.sql.tables import ideas
from gator_engine.domain.ideas import Idea


class SqlIdeas:
    """IdeaRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._ideas = Rows(connection, ideas, Idea, "idea")

    def add(self, idea: Idea) -> None:
        """Store an idea."""
        self._ideas.add(idea)

    def get(self, idea_id: str) -> Idea:
        """Raises NotFound."""
        return self._ideas.get(idea_id)

    def list(self, persona_id: str | None = None, *, unused_only: bool = False) -> Sequence[Idea]:
        """Newest first; of one persona when given."""
        query = self._ideas.select.order_by(ideas.c.created_at.desc(), ideas.c.id.desc())
        if persona_id is not None:
            query = query.where(ideas.c.persona_id == persona_id)
        if unused_only:
            query = query.where(ideas.c.used_at.is_(None))
        return self._ideas.all(query)

    def mark_used(self, idea_id: str, at: datetime) -> None:
        """Raises NotFound."""
        self._ideas.change(idea_id, used_at=at)

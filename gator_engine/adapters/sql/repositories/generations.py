"""Briefs and generations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from gator_engine.adapters.sql.rows import Rows, fields_of
from gator_engine.adapters.sql.tables import briefs, generations
from gator_engine.domain.briefs import Brief, Generation

FIXED = ("id", "brief_id", "persona_id", "created_at")


class SqlGenerations:
    """GenerationRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._briefs = Rows(connection, briefs, Brief, "brief")
        self._generations = Rows(connection, generations, Generation, "generation")

    def add_brief(self, brief: Brief) -> None:
        """Store a brief; it never changes."""
        self._briefs.add(brief)

    def brief(self, brief_id: str) -> Brief:
        """Raises NotFound."""
        return self._briefs.get(brief_id)

    def briefs(self, brief_ids: Sequence[str]) -> Sequence[Brief]:
        """Those that exist, in any order."""
        return self._briefs.all(self._briefs.select.where(briefs.c.id.in_(brief_ids)))

    def add(self, generation: Generation) -> None:
        """Store a generation."""
        self._generations.add(generation)

    def get(self, generation_id: str) -> Generation:
        """Raises NotFound."""
        return self._generations.get(generation_id)

    def save(self, generation: Generation) -> None:
        """Store everything but its origin (brief, persona, creation). Raises NotFound."""
        self._generations.change(generation.id, **fields_of(generation, without=FIXED))

    def list(self, *, persona_id: str | None = None, limit: int = 50) -> Sequence[Generation]:
        """Newest first."""
        newest_first = (generations.c.created_at.desc(), generations.c.id.desc())
        query = self._generations.select.order_by(*newest_first).limit(limit)
        if persona_id is not None:
            query = query.where(generations.c.persona_id == persona_id)
        return self._generations.all(query)

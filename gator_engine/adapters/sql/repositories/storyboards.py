"""Storyboards: videos in the making, a row per version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from gator_engine.adapters.sql.rows import insert_unless_taken
from gator_engine.adapters.sql.tables import storyboards
from gator_engine.domain.storyboard import Storyboard
from gator_engine.errors import NotFound, StaleWrite


class SqlStoryboards:
    """StoryboardRepository over SQL; versions are never changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, board: Storyboard) -> None:
        """Store a version. Raises StaleWrite when that version exists already."""
        values = {
            "id": board.id,
            "version": board.version,
            "persona_id": board.persona_id,
            "created_at": board.created_at,
            "document": board,
        }
        if not insert_unless_taken(self._connection, storyboards, values, ["id", "version"]):
            raise StaleWrite(f"Version {board.version} of this storyboard was saved by another.")

    def get(self, storyboard_id: str) -> Storyboard:
        """The newest version. Raises NotFound."""
        found = self._all(_versions_of(storyboard_id).limit(1))
        if not found:
            raise NotFound("storyboard", storyboard_id)
        return found[0]

    def versions(self, storyboard_id: str, *, limit: int = 100) -> Sequence[Storyboard]:
        """Newest first."""
        return self._all(_versions_of(storyboard_id).limit(limit))

    def list(self, persona_id: str | None = None, *, limit: int = 50) -> Sequence[Storyboard]:
        """The newest version of each, newest first."""
        newest = select(storyboards.c.id, func.max(storyboards.c.version).label("version"))
        if persona_id is not None:
            newest = newest.where(storyboards.c.persona_id == persona_id)
        last = newest.group_by(storyboards.c.id).subquery()
        this = and_(storyboards.c.id == last.c.id, storyboards.c.version == last.c.version)
        query = select(storyboards.c.document).join(last, this)
        newest_first = (storyboards.c.created_at.desc(), storyboards.c.id.desc())
        return self._all(query.order_by(*newest_first).limit(limit))

    def _all(self, query: Select[Any]) -> Sequence[Storyboard]:
        found: Sequence[Storyboard] = self._connection.execute(query).scalars().all()
        return found


def _versions_of(storyboard_id: str) -> Select[Any]:
    query = select(storyboards.c.document).where(storyboards.c.id == storyboard_id)
    return query.order_by(storyboards.c.version.desc())

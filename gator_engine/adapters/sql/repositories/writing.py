"""Endpoints of language models, requests for text, and outlines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from gator_engine.adapters.sql.rows import Rows, fields_of, insert_unless_taken
from gator_engine.adapters.sql.tables import outlines, text_endpoints, writings
from gator_engine.domain.carousels import Outline
from gator_engine.domain.providers import Endpoint
from gator_engine.domain.writing import Writing
from gator_engine.errors import NotFound, StaleWrite


class SqlEndpoints:
    """EndpointRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = Rows(connection, text_endpoints, Endpoint, "endpoint")

    def put(self, endpoint: Endpoint) -> None:
        """Store or replace; the key stays as it is."""
        values = fields_of(endpoint)
        if not insert_unless_taken(self._connection, text_endpoints, values, ["id"]):
            self._rows.change(endpoint.id, **fields_of(endpoint, without=("id", "created_at")))

    def get(self, endpoint_id: str) -> Endpoint:
        """Raises NotFound."""
        return self._rows.get(endpoint_id)

    def list(self) -> Sequence[Endpoint]:
        """Those that are not removed, oldest first."""
        query = self._rows.select.where(text_endpoints.c.removed_at.is_(None))
        return self._rows.all(query.order_by(text_endpoints.c.created_at, text_endpoints.c.id))

    def put_key(self, endpoint_id: str, sealed: bytes | None) -> None:
        """Raises NotFound."""
        self._rows.change(endpoint_id, sealed_key=sealed, has_key=sealed is not None)

    def key(self, endpoint_id: str) -> bytes | None:
        """The sealed key, or None."""
        query = select(text_endpoints.c.sealed_key).where(text_endpoints.c.id == endpoint_id)
        return self._connection.execute(query).scalar_one_or_none()


class SqlWritings:
    """WritingRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._rows = Rows(connection, writings, Writing, "writing")

    def add(self, writing: Writing) -> None:
        """Store a request."""
        self._rows.add(writing)

    def get(self, writing_id: str) -> Writing:
        """Raises NotFound."""
        return self._rows.get(writing_id)

    def save(self, writing: Writing) -> None:
        """Store what has come of it. Raises NotFound."""
        self._rows.change(
            writing.id,
            status=writing.status,
            variants=writing.variants,
            error=writing.error,
            finished_at=writing.finished_at,
        )

    def list(self, persona_id: str | None = None, *, limit: int = 20) -> Sequence[Writing]:
        """Newest first."""
        query = self._rows.select
        if persona_id is not None:
            query = query.where(writings.c.persona_id == persona_id)
        newest_first = (writings.c.created_at.desc(), writings.c.id.desc())
        return self._rows.all(query.order_by(*newest_first).limit(limit))


class SqlOutlines:
    """OutlineRepository over SQL: one row per version, never changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, outline: Outline) -> None:
        """Store a version. Raises StaleWrite when that version exists already."""
        values = {
            "id": outline.id,
            "version": outline.version,
            "persona_id": outline.persona_id,
            "kind": outline.kind,
            "created_at": outline.created_at,
            "document": outline,
        }
        if not insert_unless_taken(self._connection, outlines, values, ["id", "version"]):
            raise StaleWrite(f"Version {outline.version} of this outline was saved by another.")

    def get(self, outline_id: str) -> Outline:
        """The newest version. Raises NotFound."""
        found = self._all(_documents().where(outlines.c.id == outline_id).limit(1))
        if not found:
            raise NotFound("outline", outline_id)
        return found[0]

    def versions(self, outline_id: str) -> Sequence[Outline]:
        """Newest first."""
        return self._all(_documents().where(outlines.c.id == outline_id))

    def list(self, persona_id: str | None = None, *, limit: int = 50) -> Sequence[Outline]:
        """The newest version of each, newest first."""
        newest = select(outlines.c.id, func.max(outlines.c.version).label("version"))
        if persona_id is not None:
            newest = newest.where(outlines.c.persona_id == persona_id)
        last = newest.group_by(outlines.c.id).subquery()
        this = and_(outlines.c.id == last.c.id, outlines.c.version == last.c.version)
        query = select(outlines.c.document).join(last, this)
        newest_first = (outlines.c.created_at.desc(), outlines.c.id.desc())
        return self._all(query.order_by(*newest_first).limit(limit))

    def _all(self, query: Select[Any]) -> Sequence[Outline]:
        found: Sequence[Outline] = self._connection.execute(query).scalars().all()
        return found


def _documents() -> Select[Any]:
    return select(outlines.c.document).order_by(outlines.c.version.desc())

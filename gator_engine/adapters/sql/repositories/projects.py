"""Video projects, the files they use, and what was rendered of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, literal, select, update

from gator_engine.adapters.sql.rows import Rows, insert_unless_taken
from gator_engine.adapters.sql.tables import assets, project_assets, projects, renderings
from gator_engine.domain.projects import Project, Rendering
from gator_engine.errors import NotFound, StaleWrite

MOST_IDS = 500


class SqlProjects:
    """ProjectRepository over SQL: one row per version; only `deleted_at` ever changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._renderings = Rows(connection, renderings, Rendering, "rendering")

    def add(self, project: Project) -> None:
        """Store a version. Raises StaleWrite when that version exists already."""
        values = {
            "id": project.id,
            "version": project.version,
            "persona_id": project.persona_id,
            "created_at": project.created_at,
            "saved_at": project.saved_at,
            "deleted_at": project.deleted_at,
            "document": replace(project, deleted_at=None),
        }
        if not insert_unless_taken(self._connection, projects, values, ["id", "version"]):
            raise StaleWrite(f"Version {project.version} of this project was saved by another.")
        self._put_uses(project)

    def get(self, project_id: str) -> Project:
        """The newest version. Raises NotFound."""
        return self._one(_versions_of(project_id), project_id)

    def at_version(self, project_id: str, version: int) -> Project:
        """Raises NotFound."""
        this = _versions_of(project_id).where(projects.c.version == version)
        return self._one(this, f"{project_id} at version {version}")

    def versions(self, project_id: str, *, limit: int = 200) -> Sequence[Project]:
        """Newest first."""
        return self._all(_versions_of(project_id).limit(limit))

    def list(
        self, persona_id: str | None = None, *, deleted: bool = False, limit: int = 50
    ) -> Sequence[Project]:
        """The newest version of each, saved last first."""
        there = projects.c.deleted_at.is_not(None) if deleted else projects.c.deleted_at.is_(None)
        newest = select(projects.c.id, func.max(projects.c.version).label("version")).where(there)
        if persona_id is not None:
            newest = newest.where(projects.c.persona_id == persona_id)
        last = newest.group_by(projects.c.id).subquery()
        this = and_(projects.c.id == last.c.id, projects.c.version == last.c.version)
        query = select(projects.c.document, projects.c.deleted_at).join(last, this)
        saved_last = (projects.c.saved_at.desc(), projects.c.id.desc())
        return self._all(query.order_by(*saved_last).limit(limit))

    def set_deleted(self, project_id: str, at: datetime | None) -> None:
        """Into the trash, or out of it. Raises NotFound."""
        change = update(projects).where(projects.c.id == project_id).values(deleted_at=at)
        if self._connection.execute(change).rowcount == 0:
            raise NotFound("project", project_id)

    def trashed(self, until: datetime) -> Sequence[str]:
        """Ids of those put into the trash before `until`."""
        query = select(projects.c.id).where(projects.c.deleted_at < until).distinct()
        return list(self._connection.execute(query.order_by(projects.c.id)).scalars())

    def remove(self, project_id: str) -> None:
        """Forget it for good. Raises NotFound."""
        for column in (project_assets.c.project_id, renderings.c.project_id):
            self._connection.execute(delete(column.table).where(column == project_id))
        gone = self._connection.execute(delete(projects).where(projects.c.id == project_id))
        if gone.rowcount == 0:
            raise NotFound("project", project_id)

    def used_by(self, asset_id: str) -> Sequence[str]:
        """Ids of the projects (outside the trash) whose newest version uses the file."""
        query = (
            select(projects.c.id)
            .join(project_assets, project_assets.c.project_id == projects.c.id)
            .where(project_assets.c.asset_id == asset_id, projects.c.deleted_at.is_(None))
        )
        return list(self._connection.execute(query.distinct().order_by(projects.c.id)).scalars())

    def add_rendering(self, rendering: Rendering) -> None:
        """Store a rendering that is asked for."""
        self._renderings.add(rendering)

    def rendering(self, rendering_id: str) -> Rendering:
        """Raises NotFound."""
        return self._renderings.get(rendering_id)

    def save_rendering(self, rendering: Rendering) -> None:
        """Store what has come of it. Raises NotFound."""
        self._renderings.change(
            rendering.id,
            asset_id=rendering.asset_id,
            error=rendering.error,
            finished_at=rendering.finished_at,
            measured=rendering.measured,
        )

    def renderings(self, project_id: str, *, limit: int = 50) -> Sequence[Rendering]:
        """Newest first."""
        query = self._renderings.select.where(renderings.c.project_id == project_id)
        newest_first = (renderings.c.created_at.desc(), renderings.c.id.desc())
        return self._renderings.all(query.order_by(*newest_first).limit(limit))

    def _put_uses(self, project: Project) -> None:
        """Remember which files the newest version uses; those that do not exist are left out."""
        gone = delete(project_assets).where(project_assets.c.project_id == project.id)
        self._connection.execute(gone)
        ids = project.timeline.asset_ids()
        for start in range(0, len(ids), MOST_IDS):
            there = assets.c.id.in_(ids[start : start + MOST_IDS])
            rows = select(literal(project.id), assets.c.id).where(there)
            into = project_assets.insert().from_select(["project_id", "asset_id"], rows)
            self._connection.execute(into)

    def _one(self, query: Select[Any], named: str) -> Project:
        found = self._all(query.limit(1))
        if not found:
            raise NotFound("project", named)
        return found[0]

    def _all(self, query: Select[Any]) -> Sequence[Project]:
        return [
            replace(row.document, deleted_at=row.deleted_at)
            for row in self._connection.execute(query)
        ]


def _versions_of(project_id: str) -> Select[Any]:
    query = select(projects.c.document, projects.c.deleted_at)
    return query.where(projects.c.id == project_id).order_by(projects.c.version.desc())

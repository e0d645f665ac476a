"""Video projects, a row per version; the files they use; what was rendered of them."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
)

from gator_engine.adapters.sql.columns import Document
from gator_engine.adapters.sql.tables.base import instant, key, link, metadata, text
from gator_engine.domain.projects import Measured, Project
from gator_engine.domain.storyboard import Storyboard

projects = Table(
    "projects",
    metadata,
    text("id"),
    Column("version", Integer, nullable=False),
    link("persona_id", "personas.id"),
    instant("created_at"),
    instant("saved_at"),
    # The same in all versions of a project, and the only thing about them that ever changes.
    instant("deleted_at", nullable=True),
    Column("document", Document(Project), nullable=False),
    PrimaryKeyConstraint("id", "version"),
    CheckConstraint("version >= 1", name="version"),
    Index(None, "persona_id", "created_at"),
)

# What the newest version of each project uses.
project_assets = Table(
    "project_assets",
    metadata,
    text("project_id"),
    link("asset_id", "assets.id"),
    PrimaryKeyConstraint("project_id", "asset_id"),
    Index(None, "asset_id"),
)

renderings = Table(
    "renderings",
    metadata,
    key(),
    text("project_id"),
    Column("version", Integer, nullable=False),
    text("aspect"),
    text("profile"),
    instant("created_at"),
    # No foreign key: what was rendered may be thrown away like any other file.
    text("asset_id"),
    text("error"),
    instant("finished_at", nullable=True),
    Column("measured", Document(Measured | None)),
    ForeignKeyConstraint(["project_id", "version"], ["projects.id", "projects.version"]),
    Index(None, "project_id", "created_at"),
)

storyboards = Table(
    "storyboards",
    metadata,
    text("id"),
    Column("version", Integer, nullable=False),
    link("persona_id", "personas.id"),
    instant("created_at"),
    Column("document", Document(Storyboard), nullable=False),
    PrimaryKeyConstraint("id", "version"),
    CheckConstraint("version >= 1", name="version"),
    Index(None, "persona_id", "created_at"),
)

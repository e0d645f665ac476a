"""Personas, their revisions, and ideas."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, UniqueConstraint

from gator_engine.adapters.sql.columns import Document
from gator_engine.adapters.sql.tables.base import instant, key, link, metadata, text
from gator_engine.domain.personas import PersonaProfile

personas = Table(
    "personas",
    metadata,
    key(),
    text("handle"),
    Column("revision_number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    instant("archived_at", nullable=True),
    UniqueConstraint("handle"),
    CheckConstraint("version >= 1", name="version"),
)

persona_revisions = Table(
    "persona_revisions",
    metadata,
    key(),
    link("persona_id", "personas.id"),
    Column("number", Integer, nullable=False),
    Column("profile", Document(PersonaProfile), nullable=False),
    text("author"),
    text("reason"),
    instant("created_at"),
    UniqueConstraint("persona_id", "number"),
    CheckConstraint("number >= 1", name="number"),
)

ideas = Table(
    "ideas",
    metadata,
    key(),
    text("text"),
    instant("created_at"),
    link("persona_id", "personas.id", nullable=True),
    text("pillar"),
    text("source_url"),
    instant("used_at", nullable=True),
    Index(None, "persona_id", "created_at"),
)

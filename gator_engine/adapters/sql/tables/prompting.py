"""Styles, lists for dynamic prompts, past prompts and grids."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table

from gator_engine.adapters.sql.columns import Document
from gator_engine.adapters.sql.tables.base import instant, key, link, metadata, text

styles = Table(
    "styles",
    metadata,
    key(),
    text("name"),
    # The name case-folded, so that both databases compare it alike.
    text("name_key"),
    text("prompt"),
    text("negative"),
    instant("created_at"),
    text("created_by"),
    Index("uq_styles_name_key", "name_key", unique=True),
)

wildcard_lists = Table(
    "wildcard_lists",
    metadata,
    key(),
    text("name"),
    text("name_key"),
    Column("lines", Document(tuple[str, ...]), nullable=False),
    instant("created_at"),
    text("created_by"),
    Index("uq_wildcard_lists_name_key", "name_key", unique=True),
)

past_prompts = Table(
    "past_prompts",
    metadata,
    key(),
    link("persona_id", "personas.id"),
    text("key"),
    text("prompt"),
    text("negative"),
    Column("uses", Integer, nullable=False),
    Column("favourite", Boolean, nullable=False),
    instant("first_at"),
    instant("last_at"),
    # Prompt and negative, case-folded.
    text("search_text"),
    CheckConstraint("uses >= 1", name="uses"),
    Index("uq_past_prompts_persona_id_key", "persona_id", "key", unique=True),
    Index("ix_past_prompts_persona_id_last_at", "persona_id", "last_at", "id"),
    Index("ix_past_prompts_last_at", "last_at", "id"),
)

grids = Table(
    "grids",
    metadata,
    key(),
    link("persona_id", "personas.id"),
    text("title"),
    Column("columns", Document(tuple[str, ...]), nullable=False),
    Column("rows", Document(tuple[str, ...]), nullable=False),
    Column("generation_ids", Document(tuple[str, ...]), nullable=False),
    instant("created_at"),
    text("created_by"),
    Index(None, "persona_id", "created_at"),
)

"""Posts with their variants and media, and every version as it was saved."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table

from gator_engine.adapters.sql.columns import Document, Word, one_of
from gator_engine.adapters.sql.tables.base import instant, key, link, metadata, text
from gator_engine.domain.personas import Rating
from gator_engine.domain.posts import Approval, Post

posts = Table(
    "posts",
    metadata,
    key(),
    link("persona_id", "personas.id"),
    link("persona_revision_id", "persona_revisions.id"),
    text("text"),
    instant("created_at"),
    instant("updated_at"),
    text("created_by"),
    Column("ai_disclosure", Boolean, nullable=False),
    text("language"),
    Column("rating", Word(Rating)),
    Column("approval", Word(Approval), nullable=False),
    Column("approved_version", Integer),
    text("review_comment"),
    Column("version", Integer, nullable=False),
    instant("archived_at", nullable=True),
    one_of("rating", Rating),
    one_of("approval", Approval),
    CheckConstraint("version >= 1", name="version"),
    Index(None, "created_at", "id"),
    Index(None, "persona_id", "created_at"),
)

post_media = Table(
    "post_media",
    metadata,
    link("post_id", "posts.id", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    link("asset_id", "assets.id"),
    text("alt_text"),
    Index(None, "asset_id"),
)

post_variants = Table(
    "post_variants",
    metadata,
    link("post_id", "posts.id", primary_key=True),
    Column("platform", key().type, primary_key=True),
    text("text"),
    Column("position", Integer, nullable=False),
)

post_versions = Table(
    "post_versions",
    metadata,
    link("post_id", "posts.id", primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    instant("saved_at"),
    Column("snapshot", Document(Post), nullable=False),
)

"""Briefs, generations, and the library of assets with their lineage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    Index,
    Integer,
    Table,
    false,
)

from gator_engine.adapters.sql.columns import Document, Plain, Word, one_of
from gator_engine.adapters.sql.tables.base import instant, key, link, metadata, text
from gator_engine.domain.assets import AssetKind, Origin, Shelf
from gator_engine.domain.briefs import AspectRatio, BriefKind, CompiledPrompt, GenerationStatus
from gator_engine.domain.personas import Rating

# What the filters of the library count; an index over all of them answers without the table.
FACETS = ("persona_id", "kind", "origin", "rating", "model", "favourite")

briefs = Table(
    "briefs",
    metadata,
    key(),
    link("persona_id", "personas.id"),
    link("persona_revision_id", "persona_revisions.id"),
    Column("kind", Word(BriefKind), nullable=False),
    text("generator"),
    text("prompt"),
    Column("formats", Document(tuple[AspectRatio, ...]), nullable=False),
    Column("count", Integer, nullable=False),
    instant("created_at"),
    text("created_by"),
    Column("seed", BigInteger),
    text("pillar"),
    link("idea_id", "ideas.id", nullable=True),
    text("outfit"),
    Column("texts", Document(Mapping[str, str]), nullable=False),
    Column("settings", Document(Mapping[str, Any]), nullable=False),
    text("negative"),
    Column("recipe", Document(Mapping[str, Any]), nullable=False),
    one_of("kind", BriefKind),
    CheckConstraint("count >= 1", name="count"),
    Index(None, "persona_id", "created_at"),
)

generations = Table(
    "generations",
    metadata,
    key(),
    link("brief_id", "briefs.id"),
    link("persona_id", "personas.id"),
    Column("status", Word(GenerationStatus), nullable=False),
    text("generator"),
    Column("compiled", Document(CompiledPrompt), nullable=False),
    instant("created_at"),
    Column("seed", BigInteger, nullable=False),
    text("model"),
    Column("parameters", Document(Mapping[str, Any]), nullable=False),
    Column("timings_s", Document(Mapping[str, float]), nullable=False),
    Column("asset_ids", Document(tuple[str, ...]), nullable=False),
    text("error"),
    instant("started_at", nullable=True),
    instant("finished_at", nullable=True),
    one_of("status", GenerationStatus),
    Index(None, "created_at"),
    Index(None, "persona_id", "created_at"),
    Index(None, "brief_id"),
)

assets = Table(
    "assets",
    metadata,
    key(),
    text("sha256"),
    Column("kind", Word(AssetKind), nullable=False),
    text("mime"),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("duration_s", Double),
    Column("origin", Word(Origin), nullable=False),
    text("label"),
    text("generator"),
    text("model"),
    Column("seed", BigInteger),
    text("prompt"),
    Column("parameters", Document(Mapping[str, Any]), nullable=False),
    Column("software", Document(Mapping[str, str]), nullable=False),
    instant("created_at"),
    text("title"),
    text("alt_text"),
    Column("tags", Document(tuple[str, ...]), nullable=False),
    Column("rating", Word(Rating)),
    link("persona_id", "personas.id", nullable=True),
    link("persona_revision_id", "persona_revisions.id", nullable=True),
    link("generation_id", "generations.id", nullable=True),
    text("thumbnail_sha256", nullable=True),
    Column("content_sha256", Plain, nullable=False, server_default=""),
    instant("deleted_at", nullable=True),
    # The terms of title, alt text, prompt and tags (domain/search_terms.py), parted by spaces:
    # what the full-text index of either database holds.
    text("search_text"),
    Column("favourite", Boolean, nullable=False, server_default=false()),
    Column("shelf", Word(Shelf), nullable=False, server_default=Shelf.LIBRARY.value),
    # Newest first: microseconds since 1970 and ten bits for those of the same microsecond.
    Column("place", BigInteger, nullable=False, server_default="0"),
    one_of("kind", AssetKind),
    one_of("origin", Origin),
    one_of("rating", Rating),
    CheckConstraint("size >= 0", name="size"),
    CheckConstraint("length(sha256) = 64", name="sha256"),
    Index(None, "sha256"),
    Index(None, "content_sha256"),
    Index("ix_assets_place", "place"),
    Index("ix_assets_shelf", "shelf", "place"),
    Index("ix_assets_persona", "shelf", "persona_id", "place"),
    Index("ix_assets_facets", "shelf", *FACETS, "place"),
    Index(None, "generation_id"),
)

# The copy of a file that a platform gets, by what it was made of and for.
renditions = Table(
    "renditions",
    metadata,
    key("key"),
    text("sha256"),
    text("mime"),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    CheckConstraint("length(sha256) = 64", name="sha256"),
)

lineage = Table(
    "lineage",
    metadata,
    link("parent_id", "assets.id", primary_key=True),
    link("child_id", "assets.id", primary_key=True),
    Column("relation", key().type, primary_key=True),
    CheckConstraint("parent_id <> child_id", name="not_its_own_parent"),
    Index(None, "child_id"),
)

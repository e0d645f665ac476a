"""Reference pictures, locks of a look, character sets with their shots, and LoRA trainings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    Index,
    Integer,
    Table,
    UniqueConstraint,
)
from sqlalchemy import text as sql

from gator_engine.adapters.sql.columns import Document, Word, one_of
from gator_engine.adapters.sql.tables.base import instant, key, link, metadata, text
from gator_engine.domain.identity import Likeness, ReferenceState, ShotState

IN_FORCE_SQL = sql("opened_at IS NULL")

reference_images = Table(
    "reference_images",
    metadata,
    key(),
    link("persona_id", "personas.id"),
    link("asset_id", "assets.id"),
    Column("state", Word(ReferenceState), nullable=False),
    instant("at"),
    text("by"),
    text("reason"),
    Column("likeness", Document(Likeness | None)),
    UniqueConstraint("persona_id", "asset_id"),
    one_of("state", ReferenceState),
    Index(None, "asset_id"),
)

reference_changes = Table(
    "reference_changes",
    metadata,
    key(),
    link("reference_id", "reference_images.id"),
    link("persona_id", "personas.id"),
    Column("state", Word(ReferenceState), nullable=False),
    instant("at"),
    text("by"),
    text("reason"),
    one_of("state", ReferenceState),
    Index(None, "persona_id", "at"),
)

look_locks = Table(
    "look_locks",
    metadata,
    key(),
    link("persona_id", "personas.id"),
    link("persona_revision_id", "persona_revisions.id"),
    instant("locked_at"),
    text("locked_by"),
    instant("opened_at", nullable=True),
    text("opened_by"),
    text("opened_reason"),
    CheckConstraint("opened_at IS NULL OR opened_reason <> ''", name="reason"),
    Index(
        "uq_look_locks_in_force",
        "persona_id",
        unique=True,
        sqlite_where=IN_FORCE_SQL,
        postgresql_where=IN_FORCE_SQL,
    ),
    Index(None, "persona_id", "locked_at"),
)

character_sets = Table(
    "character_sets",
    metadata,
    key(),
    link("persona_id", "personas.id"),
    link("persona_revision_id", "persona_revisions.id"),
    text("generator"),
    Column("seed", BigInteger, nullable=False),
    instant("created_at"),
    text("created_by"),
    Column("settings", Document(Mapping[str, Any]), nullable=False),
    Index(None, "persona_id", "created_at"),
)

character_shots = Table(
    "character_shots",
    metadata,
    key(),
    link("set_id", "character_sets.id"),
    Column("number", Integer, nullable=False),
    text("key"),
    Column("state", Word(ShotState), nullable=False),
    Column("attempts", Integer, nullable=False),
    link("generation_id", "generations.id", nullable=True),
    link("asset_id", "assets.id", nullable=True),
    text("error"),
    instant("finished_at", nullable=True),
    UniqueConstraint("set_id", "number"),
    one_of("state", ShotState),
    CheckConstraint("attempts >= 0", name="attempts"),
    CheckConstraint("state <> 'done' OR asset_id IS NOT NULL", name="asset"),
)

lora_trainings = Table(
    "lora_trainings",
    metadata,
    key(),
    link("persona_id", "personas.id"),
    link("persona_revision_id", "persona_revisions.id"),
    text("base_model"),
    text("trigger"),
    instant("created_at"),
    text("created_by"),
    Column("parameters", Document(Mapping[str, Any]), nullable=False),
    text("path"),
    Column("loss", Double),
    instant("finished_at", nullable=True),
    Index(None, "persona_id", "created_at"),
)

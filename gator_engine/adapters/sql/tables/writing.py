"""Language models and their cost; requests for text; carousels and threads."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
)

from gator_engine.adapters.sql.columns import Document, Word, one_of
from gator_engine.adapters.sql.tables.base import instant, key, link, metadata, text
from gator_engine.domain.carousels import Outline, OutlineKind
from gator_engine.domain.providers import Price, ProviderKind
from gator_engine.domain.spending import Outcome, PlannedCall
from gator_engine.domain.writing import TextVariant, WritingDraft, WritingStatus

text_endpoints = Table(
    "text_endpoints",
    metadata,
    key(),
    text("name"),
    Column("kind", Word(ProviderKind), nullable=False),
    text("base_url"),
    text("model"),
    instant("created_at"),
    Column("price", Document(Price | None)),
    Column("has_key", Boolean, nullable=False),
    text("mode"),
    instant("tested_at", nullable=True),
    text("test_said"),
    text("test_error"),
    instant("removed_at", nullable=True),
    # The key as the vault sealed it; no query for endpoints reads it.
    Column("sealed_key", LargeBinary),
    one_of("kind", ProviderKind),
)

text_caps = Table(
    "text_caps",
    metadata,
    key("scope"),
    Column("cap_micros", BigInteger, nullable=False),
    CheckConstraint("cap_micros >= 0", name="cap_micros"),
)

text_months = Table(
    "text_months",
    metadata,
    text("scope"),
    text("month"),
    # Spent, booked for uncounted calls, and reserved, together: what a cap is compared with.
    Column("booked_micros", BigInteger, nullable=False),
    PrimaryKeyConstraint("scope", "month"),
    CheckConstraint("booked_micros >= 0", name="booked_micros"),
)

text_reservations = Table(
    "text_reservations",
    metadata,
    key(),
    text("month"),
    Column("amount_micros", BigInteger, nullable=False),
    instant("lease_until"),
    Column("call", Document(PlannedCall), nullable=False),
    text("persona_id"),
    Index(None, "lease_until"),
)

text_calls = Table(
    "text_calls",
    metadata,
    key(),
    instant("at"),
    text("month"),
    text("endpoint_id"),
    text("provider"),
    text("model"),
    text("kind"),
    text("persona_id"),
    text("job_id"),
    Column("outcome", Word(Outcome), nullable=False),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cost_micros", BigInteger),
    Column("booked_micros", BigInteger, nullable=False),
    text("currency"),
    one_of("outcome", Outcome),
    Index(None, "month", "at"),
    Index(None, "persona_id", "month"),
)

writings = Table(
    "writings",
    metadata,
    key(),
    link("persona_id", "personas.id"),
    link("persona_revision_id", "persona_revisions.id"),
    Column("draft", Document(WritingDraft), nullable=False),
    Column("status", Word(WritingStatus), nullable=False),
    instant("created_at"),
    text("created_by"),
    Column("variants", Document(tuple[TextVariant, ...]), nullable=False),
    text("error"),
    instant("finished_at", nullable=True),
    one_of("status", WritingStatus),
    Index(None, "persona_id", "created_at"),
    Index(None, "created_at"),
)

outlines = Table(
    "outlines",
    metadata,
    text("id"),
    Column("version", Integer, nullable=False),
    link("persona_id", "personas.id"),
    Column("kind", Word(OutlineKind), nullable=False),
    instant("created_at"),
    Column("document", Document(Outline), nullable=False),
    PrimaryKeyConstraint("id", "version"),
    one_of("kind", OutlineKind),
    CheckConstraint("version >= 1", name="version"),
    Index(None, "persona_id", "created_at"),
)

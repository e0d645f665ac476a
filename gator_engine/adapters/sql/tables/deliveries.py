"""Deliveries and their attempts."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    UniqueConstraint,
)
from sqlalchemy import text as sql

from gator_engine.adapters.sql.columns import Document, Word, one_of, quoted
from gator_engine.adapters.sql.tables.base import instant, key, link, metadata, text
from gator_engine.domain.deliveries import IN_HAND, DeliveryState, Phase

S = DeliveryState
TO_DO = (*sorted(IN_HAND), S.SCHEDULED, S.QUEUED, S.RETRY_WAIT, S.UNCERTAIN)
TO_DO_SQL = sql(f"state IN ({quoted(TO_DO)})")
NOT_CANCELLED_SQL = sql(f"state <> '{S.CANCELLED}'")

deliveries = Table(
    "deliveries",
    metadata,
    key(),
    link("post_id", "posts.id"),
    Column("post_version", Integer, nullable=False),
    link("account_id", "accounts.id"),
    text("platform"),
    link("persona_id", "personas.id"),
    instant("due_at"),
    text("local_time"),
    text("timezone"),
    Column("state", Word(DeliveryState), nullable=False),
    text("idempotency_key"),
    instant("created_at"),
    Column("attempt", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    instant("lease_until", nullable=True),
    text("worker"),
    instant("next_attempt_at", nullable=True),
    instant("enqueued_at", nullable=True),
    Column("remote", Document(Mapping[str, str]), nullable=False),
    text("remote_url"),
    instant("published_at", nullable=True),
    text("reason"),
    text("disclosure_used"),
    ForeignKeyConstraint(
        ["post_id", "post_version"], ["post_versions.post_id", "post_versions.version"]
    ),
    UniqueConstraint("idempotency_key"),
    one_of("state", DeliveryState),
    CheckConstraint("attempt >= 0", name="attempt"),
    CheckConstraint("fence >= 0", name="fence"),
    Index(
        "uq_deliveries_once",
        "post_id",
        "account_id",
        "due_at",
        unique=True,
        sqlite_where=NOT_CANCELLED_SQL,
        postgresql_where=NOT_CANCELLED_SQL,
    ),
    Index(
        "ix_deliveries_to_do", "due_at", "id", sqlite_where=TO_DO_SQL, postgresql_where=TO_DO_SQL
    ),
    Index(None, "due_at", "id"),
    Index(None, "account_id", "due_at"),
    Index(None, "persona_id", "due_at"),
)

attempts = Table(
    "attempts",
    metadata,
    key(),
    link("delivery_id", "deliveries.id"),
    Column("number", Integer, nullable=False),
    Column("phase", Word(Phase), nullable=False),
    instant("started_at"),
    instant("finished_at", nullable=True),
    text("request"),
    text("response"),
    text("outcome"),
    text("message"),
    one_of("phase", Phase),
    Index(None, "delivery_id", "started_at"),
)

"""Users, the audit trail, and installation-wide settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Index, Table
from sqlalchemy import text as sql

from gator_engine.adapters.sql.columns import Document, Word, one_of
from gator_engine.adapters.sql.tables.base import instant, key, metadata, text
from gator_engine.domain.users import Role

HAS_EMAIL_SQL = sql("email_key <> ''")

users = Table(
    "users",
    metadata,
    key(),
    text("name"),
    text("email"),
    Column("role", Word(Role), nullable=False),
    instant("created_at"),
    instant("disabled_at", nullable=True),
    # The address case-folded, so that Ada@x and ada@x are one person on both databases.
    text("email_key"),
    one_of("role", Role),
    Index(
        "uq_users_email",
        "email_key",
        unique=True,
        sqlite_where=HAS_EMAIL_SQL,
        postgresql_where=HAS_EMAIL_SQL,
    ),
)

audit_events = Table(
    "audit_events",
    metadata,
    key(),
    instant("at"),
    text("actor"),
    text("verb"),
    text("subject_kind"),
    text("subject_id"),
    Column("details", Document(Mapping[str, Any]), nullable=False),
    Index(None, "at", "id"),
    Index(None, "subject_id", "at"),
)

settings = Table(
    "settings",
    metadata,
    key("key"),
    Column("value", Document(Any), nullable=False),
)

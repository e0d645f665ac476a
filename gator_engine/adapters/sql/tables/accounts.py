"""Accounts, their sealed credentials and their weekly slots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Double,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
)

from gator_engine.adapters.sql.columns import Document, Word, one_of
from gator_engine.adapters.sql.tables.base import instant, key, link, metadata, text
from gator_engine.domain.accounts import AccountHealth

accounts = Table(
    "accounts",
    metadata,
    key(),
    text("platform"),
    text("handle"),
    text("display_name"),
    text("base_url"),
    text("timezone"),
    Column("health", Word(AccountHealth), nullable=False),
    instant("created_at"),
    text("remote_id"),
    text("profile_url"),
    text("avatar_url"),
    Column("sandbox", Boolean, nullable=False),
    Column("grace_s", Double),
    Column("limits", Document(Mapping[str, Any]), nullable=False),
    instant("token_expires_at", nullable=True),
    text("health_reason"),
    instant("checked_at", nullable=True),
    # Counts every change of the credentials, also their removal, and never goes back: a refresh
    # that began before a person disconnected and reconnected cannot overwrite the new tokens.
    Column("credentials_version", Integer, nullable=False, server_default="0"),
    instant("refresh_lease_until", nullable=True),
    one_of("health", AccountHealth),
)

account_credentials = Table(
    "account_credentials",
    metadata,
    link("account_id", "accounts.id", primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

slots = Table(
    "slots",
    metadata,
    key(),
    link("account_id", "accounts.id"),
    Column("weekday", Integer, nullable=False),
    text("time"),
    link("persona_id", "personas.id", nullable=True),
    text("pillar"),
    UniqueConstraint("account_id", "weekday", "time"),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
)

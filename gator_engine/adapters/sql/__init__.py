"""Persistence over SQLAlchemy: SQLite (WAL) by default, PostgreSQL by one URL."""

from __future__ import annotations

from gator_engine.adapters.sql.schema import current_revision, head_revision, migrate
from gator_engine.adapters.sql.store import SqlStore, open_store

__all__ = ["SqlStore", "current_revision", "head_revision", "migrate", "open_store"]

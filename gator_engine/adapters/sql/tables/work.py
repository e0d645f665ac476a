"""Jobs: the rows that the queue only carries the ids of."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Double, Index, Integer, LargeBinary, Table
from sqlalchemy import text as sql

from gator_engine.adapters.sql.columns import Plain, Word, one_of, quoted
from gator_engine.adapters.sql.tables.base import instant, key, metadata, text
from gator_engine.domain.work import JobState

UNFINISHED = tuple(state for state in JobState if not state.final)
UNFINISHED_SQL = sql(f"state IN ({quoted(UNFINISHED)})")

jobs = Table(
    "jobs",
    metadata,
    key(),
    text("name"),
    text("subject_id"),
    Column("state", Word(JobState), nullable=False),
    instant("due_at"),
    instant("created_at"),
    Column("attempt", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    instant("lease_until", nullable=True),
    text("worker"),
    Column("cancel_requested", Boolean, nullable=False),
    Column("progress_fraction", Double, nullable=False),
    text("progress_stage"),
    Column("progress_eta_s", Double),
    Column("progress_preview", LargeBinary),
    text("error"),
    instant("started_at", nullable=True),
    instant("finished_at", nullable=True),
    text("unique_key", nullable=True),
    instant("enqueued_at", nullable=True),
    instant("rank_at", nullable=True),
    Column("affinity", Plain, nullable=False, server_default=""),
    one_of("state", JobState),
    CheckConstraint("attempt >= 0", name="attempt"),
    CheckConstraint("fence >= 0", name="fence"),
    CheckConstraint("progress_fraction BETWEEN 0 AND 1", name="progress_fraction"),
    Index(
        "uq_jobs_unfinished",
        "unique_key",
        unique=True,
        sqlite_where=UNFINISHED_SQL,
        postgresql_where=UNFINISHED_SQL,
    ),
    Index(
        "ix_jobs_unfinished",
        "due_at",
        "id",
        sqlite_where=UNFINISHED_SQL,
        postgresql_where=UNFINISHED_SQL,
    ),
    Index(None, "subject_id", "created_at"),
    Index(None, "created_at", "id"),
    Index(None, "state", "created_at"),
    Index(None, "name", "state"),
)

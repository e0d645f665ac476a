"""Publishing: posts with their versions, accounts, deliveries with their attempts, and jobs.

Why: what is approved is what goes out, at its time, exactly once in effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_publishing"
down_revision = "2026_11_22_studio"
branch_labels = None
depends_on = None

TABLES = (
    "posts",
    "post_media",
    "post_variants",
    "post_versions",
    "accounts",
    "account_credentials",
    "slots",
    "deliveries",
    "attempts",
    "jobs",
)
IN_HAND = ("finalizing", "processing", "reconciling", "starting")
TO_DO = (*IN_HAND, "scheduled", "queued", "retry_wait", "uncertain")
SETTLED = ("published", "needs_auth", "rejected", "needs_human", "missed", "cancelled")
UNFINISHED = ("due", "queued", "running")


def upgrade() -> None:
    """Make them."""
    posts()
    parts_of_posts()
    accounts()
    belongings_of_accounts()
    deliveries()
    attempts()
    jobs()


def downgrade() -> None:
    """Drop them, what refers to others first."""
    for table in reversed(TABLES):
        op.drop_table(table)


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """A text column."""
    return sa.Column(name, sa.Text, nullable=nullable)


def key(name: str = "id") -> sa.Column[str]:
    """A primary key."""
    return sa.Column(name, sa.Text, primary_key=True)


def link(name: str, target: str, *, nullable: bool = False, key: bool = False) -> sa.Column[str]:
    """A foreign key."""
    return sa.Column(name, sa.Text, sa.ForeignKey(target), nullable=nullable, primary_key=key)


def instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    """A UTC instant."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def document(name: str) -> sa.Column[object]:
    """A JSON document."""
    return sa.Column(name, sa.JSON, nullable=False)


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """A whole number."""
    return sa.Column(name, sa.Integer, nullable=nullable)


def one_of(column: str, *words: str) -> sa.CheckConstraint:
    """A closed vocabulary."""
    return sa.CheckConstraint(f"{column} IN ({quoted(words)})", name=column)


def quoted(words: Sequence[str]) -> str:
    """The words as SQL literals."""
    return ", ".join(f"'{word}'" for word in words)


def partial(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """An index of the rows that match `where`."""
    condition = sa.text(where)
    return sa.Index(
        name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )


def posts() -> None:
    """Posts as they stand now."""
    op.create_table(
        "posts",
        key(),
        link("persona_id", "personas.id"),
        link("persona_revision_id", "persona_revisions.id"),
        text("text"),
        instant("created_at"),
        instant("updated_at"),
        text("created_by"),
        sa.Column("ai_disclosure", sa.Boolean, nullable=False),
        text("language"),
        text("rating"),
        text("approval"),
        number("approved_version", nullable=True),
        text("review_comment"),
        number("version"),
        instant("archived_at", nullable=True),
        one_of("rating", "general", "suggestive", "mature", "explicit"),
        one_of("approval", "draft", "in_review", "approved", "changes_requested"),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.Index(None, "created_at", "id"),
        sa.Index(None, "persona_id", "created_at"),
    )


def parts_of_posts() -> None:
    """Media and variants, and every version as it was saved."""
    op.create_table(
        "post_media",
        link("post_id", "posts.id", key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        link("asset_id", "assets.id"),
        text("alt_text"),
        sa.Index(None, "asset_id"),
    )
    op.create_table(
        "post_variants",
        link("post_id", "posts.id", key=True),
        sa.Column("platform", sa.Text, primary_key=True),
        text("text"),
        number("position"),
    )
    op.create_table(
        "post_versions",
        link("post_id", "posts.id", key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        instant("saved_at"),
        document("snapshot"),
    )


def accounts() -> None:
    """Connected profiles."""
    op.create_table(
        "accounts",
        key(),
        text("platform"),
        text("handle"),
        text("display_name"),
        text("base_url"),
        text("timezone"),
        text("health"),
        instant("created_at"),
        text("remote_id"),
        text("profile_url"),
        text("avatar_url"),
        sa.Column("sandbox", sa.Boolean, nullable=False),
        sa.Column("grace_s", sa.Double),
        document("limits"),
        instant("token_expires_at", nullable=True),
        text("health_reason"),
        instant("checked_at", nullable=True),
        sa.Column("credentials_version", sa.Integer, nullable=False, server_default="0"),
        instant("refresh_lease_until", nullable=True),
        one_of("health", "ok", "needs_auth", "paused", "disconnected"),
    )


def belongings_of_accounts() -> None:
    """Sealed credentials and weekly slots."""
    op.create_table(
        "account_credentials",
        link("account_id", "accounts.id", key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "slots",
        key(),
        link("account_id", "accounts.id"),
        number("weekday"),
        text("time"),
        sa.UniqueConstraint("account_id", "weekday", "time"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    )


def deliveries() -> None:
    """One post to one account at one time."""
    op.create_table(
        "deliveries",
        key(),
        link("post_id", "posts.id"),
        number("post_version"),
        link("account_id", "accounts.id"),
        text("platform"),
        link("persona_id", "personas.id"),
        instant("due_at"),
        text("local_time"),
        text("timezone"),
        text("state"),
        text("idempotency_key"),
        instant("created_at"),
        number("attempt"),
        number("fence"),
        instant("lease_until", nullable=True),
        text("worker"),
        instant("next_attempt_at", nullable=True),
        instant("enqueued_at", nullable=True),
        document("remote"),
        text("remote_url"),
        instant("published_at", nullable=True),
        text("reason"),
        text("disclosure_used"),
        sa.ForeignKeyConstraint(
            ["post_id", "post_version"], ["post_versions.post_id", "post_versions.version"]
        ),
        sa.UniqueConstraint("idempotency_key"),
        one_of("state", *TO_DO, *SETTLED),
        sa.CheckConstraint("attempt >= 0", name="attempt"),
        sa.CheckConstraint("fence >= 0", name="fence"),
        partial(
            "uq_deliveries_once",
            "post_id",
            "account_id",
            "due_at",
            where="state <> 'cancelled'",
            unique=True,
        ),
        partial("ix_deliveries_to_do", "due_at", "id", where=f"state IN ({quoted(TO_DO)})"),
        sa.Index(None, "due_at", "id"),
        sa.Index(None, "account_id", "due_at"),
        sa.Index(None, "persona_id", "due_at"),
    )


def attempts() -> None:
    """Every try of a delivery."""
    op.create_table(
        "attempts",
        key(),
        link("delivery_id", "deliveries.id"),
        number("number"),
        text("phase"),
        instant("started_at"),
        instant("finished_at", nullable=True),
        text("request"),
        text("response"),
        text("outcome"),
        text("message"),
        one_of("phase", "start", "poll", "finalize", "reconcile"),
        sa.Index(None, "delivery_id", "started_at"),
    )


def jobs() -> None:
    """Background work."""
    unfinished = f"state IN ({quoted(UNFINISHED)})"
    op.create_table(
        "jobs",
        key(),
        text("name"),
        text("subject_id"),
        text("state"),
        instant("due_at"),
        instant("created_at"),
        number("attempt"),
        number("fence"),
        instant("lease_until", nullable=True),
        text("worker"),
        sa.Column("cancel_requested", sa.Boolean, nullable=False),
        sa.Column("progress_fraction", sa.Double, nullable=False),
        text("progress_stage"),
        sa.Column("progress_eta_s", sa.Double),
        sa.Column("progress_preview", sa.LargeBinary),
        text("error"),
        instant("started_at", nullable=True),
        instant("finished_at", nullable=True),
        text("unique_key", nullable=True),
        instant("enqueued_at", nullable=True),
        one_of("state", *UNFINISHED, "succeeded", "failed", "cancelled"),
        sa.CheckConstraint("attempt >= 0", name="attempt"),
        sa.CheckConstraint("fence >= 0", name="fence"),
        sa.CheckConstraint("progress_fraction BETWEEN 0 AND 1", name="progress_fraction"),
        partial("uq_jobs_unfinished", "unique_key", where=unfinished, unique=True),
        partial("ix_jobs_unfinished", "due_at", "id", where=unfinished),
        sa.Index(None, "subject_id", "created_at"),
        sa.Index(None, "created_at", "id"),
        sa.Index(None, "state", "created_at"),
        sa.Index(None, "name", "state"),
    )

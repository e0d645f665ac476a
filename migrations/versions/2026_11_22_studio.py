"""The studio's first tables: people, personas, ideas, briefs, generations and the library.

Why: everything from an idea to a finished picture is kept in the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_studio"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "users",
    "audit_events",
    "settings",
    "personas",
    "persona_revisions",
    "ideas",
    "briefs",
    "generations",
    "assets",
    "lineage",
)
RATINGS = ("general", "suggestive", "mature", "explicit")


def upgrade() -> None:
    """Make them."""
    people()
    personas()
    ideas_and_briefs()
    generations()
    assets()
    lineage()


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


def people() -> None:
    """Users, the audit trail and settings."""
    has_email = sa.text("email_key <> ''")
    op.create_table(
        "users",
        key(),
        text("name"),
        text("email"),
        text("role"),
        instant("created_at"),
        instant("disabled_at", nullable=True),
        text("email_key"),
        one_of("role", "owner", "editor", "reviewer", "viewer"),
        sa.Index(
            "uq_users_email",
            "email_key",
            unique=True,
            sqlite_where=has_email,
            postgresql_where=has_email,
        ),
    )
    op.create_table(
        "audit_events",
        key(),
        instant("at"),
        text("actor"),
        text("verb"),
        text("subject_kind"),
        text("subject_id"),
        document("details"),
        sa.Index(None, "at", "id"),
        sa.Index(None, "subject_id", "at"),
    )
    op.create_table("settings", key("key"), document("value"))


def personas() -> None:
    """Personas and their revisions."""
    op.create_table(
        "personas",
        key(),
        text("handle"),
        number("revision_number"),
        number("version"),
        instant("created_at"),
        instant("archived_at", nullable=True),
        sa.UniqueConstraint("handle"),
        sa.CheckConstraint("version >= 1", name="version"),
    )
    op.create_table(
        "persona_revisions",
        key(),
        link("persona_id", "personas.id"),
        number("number"),
        document("profile"),
        text("author"),
        text("reason"),
        instant("created_at"),
        sa.UniqueConstraint("persona_id", "number"),
        sa.CheckConstraint("number >= 1", name="number"),
    )


def ideas_and_briefs() -> None:
    """Seeds for content, and what to make of them."""
    op.create_table(
        "ideas",
        key(),
        text("text"),
        instant("created_at"),
        link("persona_id", "personas.id", nullable=True),
        text("pillar"),
        text("source_url"),
        instant("used_at", nullable=True),
        sa.Index(None, "persona_id", "created_at"),
    )
    op.create_table(
        "briefs",
        key(),
        link("persona_id", "personas.id"),
        link("persona_revision_id", "persona_revisions.id"),
        text("kind"),
        text("generator"),
        text("prompt"),
        document("formats"),
        number("count"),
        instant("created_at"),
        text("created_by"),
        sa.Column("seed", sa.BigInteger),
        text("pillar"),
        link("idea_id", "ideas.id", nullable=True),
        text("outfit"),
        document("texts"),
        document("settings"),
        one_of("kind", "image", "carousel", "text"),
        sa.CheckConstraint("count >= 1", name="count"),
        sa.Index(None, "persona_id", "created_at"),
    )


def generations() -> None:
    """Runs of generators."""
    op.create_table(
        "generations",
        key(),
        link("brief_id", "briefs.id"),
        link("persona_id", "personas.id"),
        text("status"),
        text("generator"),
        document("compiled"),
        instant("created_at"),
        sa.Column("seed", sa.BigInteger, nullable=False),
        text("model"),
        document("parameters"),
        document("timings_s"),
        document("asset_ids"),
        text("error"),
        instant("started_at", nullable=True),
        instant("finished_at", nullable=True),
        one_of("status", "queued", "running", "succeeded", "failed", "cancelled"),
        sa.Index(None, "created_at"),
        sa.Index(None, "persona_id", "created_at"),
        sa.Index(None, "brief_id"),
    )


def newest(name: str, where: sa.TextClause) -> sa.Index:
    """An index by age of the rows that match `where`."""
    return sa.Index(name, "created_at", "id", sqlite_where=where, postgresql_where=where)


def assets() -> None:
    """The library."""
    op.create_table(
        "assets",
        key(),
        text("sha256"),
        text("kind"),
        text("mime"),
        sa.Column("size", sa.BigInteger, nullable=False),
        number("width", nullable=True),
        number("height", nullable=True),
        sa.Column("duration_s", sa.Double),
        text("origin"),
        text("label"),
        text("generator"),
        text("model"),
        sa.Column("seed", sa.BigInteger),
        text("prompt"),
        document("parameters"),
        document("software"),
        instant("created_at"),
        text("title"),
        text("alt_text"),
        document("tags"),
        text("rating", nullable=True),
        link("persona_id", "personas.id", nullable=True),
        link("persona_revision_id", "persona_revisions.id", nullable=True),
        link("generation_id", "generations.id", nullable=True),
        text("thumbnail_sha256", nullable=True),
        instant("deleted_at", nullable=True),
        text("search_text"),
        one_of("kind", "image", "video", "audio", "subtitle"),
        one_of("origin", "upload", "designed", "ai_generated", "ai_edited", "rendered"),
        one_of("rating", *RATINGS),
        sa.CheckConstraint("size >= 0", name="size"),
        sa.CheckConstraint("length(sha256) = 64", name="sha256"),
        sa.Index(None, "sha256"),
        newest("ix_assets_library", sa.text("deleted_at IS NULL")),
        newest("ix_assets_trash", sa.text("deleted_at IS NOT NULL")),
        sa.Index(None, "persona_id", "created_at"),
        sa.Index(None, "generation_id"),
    )


def lineage() -> None:
    """What was made from what."""
    op.create_table(
        "lineage",
        link("parent_id", "assets.id", key=True),
        link("child_id", "assets.id", key=True),
        sa.Column("relation", sa.Text, primary_key=True),
        sa.CheckConstraint("parent_id <> child_id", name="not_its_own_parent"),
        sa.Index(None, "child_id"),
    )

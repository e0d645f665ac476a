"""Language models, what they cost, requests for text, carousels and threads.

Why: words are made by named models under a monthly cap, and a carousel is a document one edits.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_writing"
down_revision = "2026_11_22_content"
branch_labels = None
depends_on = None

TABLES = (
    "text_endpoints",
    "text_caps",
    "text_months",
    "text_reservations",
    "text_calls",
    "writings",
    "outlines",
)


def upgrade() -> None:
    """Make them."""
    endpoints()
    budgets()
    ledger()
    writings()
    outlines()


def downgrade() -> None:
    """Drop them."""
    for table in reversed(TABLES):
        op.drop_table(table)


def text(name: str) -> sa.Column[str]:
    """A text column."""
    return sa.Column(name, sa.Text, nullable=False)


def key(name: str = "id") -> sa.Column[str]:
    """A primary key."""
    return sa.Column(name, sa.Text, primary_key=True)


def link(name: str, target: str) -> sa.Column[str]:
    """A foreign key."""
    return sa.Column(name, sa.Text, sa.ForeignKey(target), nullable=False)


def instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    """A UTC instant."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def document(name: str, *, nullable: bool = False) -> sa.Column[object]:
    """A JSON document."""
    return sa.Column(name, sa.JSON, nullable=nullable)


def amount(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """A large whole number: tokens, or millionths of a currency."""
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def one_of(column: str, *words: str) -> sa.CheckConstraint:
    """A closed vocabulary."""
    quoted = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({quoted})", name=column)


def endpoints() -> None:
    """Language models that people set up."""
    op.create_table(
        "text_endpoints",
        key(),
        text("name"),
        text("kind"),
        text("base_url"),
        text("model"),
        instant("created_at"),
        document("price", nullable=True),
        sa.Column("has_key", sa.Boolean, nullable=False),
        text("mode"),
        instant("tested_at", nullable=True),
        text("test_said"),
        text("test_error"),
        instant("removed_at", nullable=True),
        sa.Column("sealed_key", sa.LargeBinary),
        one_of("kind", "openai", "anthropic"),
    )


def budgets() -> None:
    """Caps, what is booked in a month, and what is reserved by calls under way."""
    op.create_table(
        "text_caps",
        key("scope"),
        amount("cap_micros"),
        sa.CheckConstraint("cap_micros >= 0", name="cap_micros"),
    )
    op.create_table(
        "text_months",
        text("scope"),
        text("month"),
        amount("booked_micros"),
        sa.PrimaryKeyConstraint("scope", "month"),
        sa.CheckConstraint("booked_micros >= 0", name="booked_micros"),
    )
    op.create_table(
        "text_reservations",
        key(),
        text("month"),
        amount("amount_micros"),
        instant("lease_until"),
        document("call"),
        text("persona_id"),
        sa.Index(None, "lease_until"),
    )


def ledger() -> None:
    """Finished calls; rows are only ever added."""
    op.create_table(
        "text_calls",
        key(),
        instant("at"),
        text("month"),
        text("endpoint_id"),
        text("provider"),
        text("model"),
        text("kind"),
        text("persona_id"),
        text("job_id"),
        text("outcome"),
        amount("input_tokens", nullable=True),
        amount("output_tokens", nullable=True),
        amount("cost_micros", nullable=True),
        amount("booked_micros"),
        text("currency"),
        one_of("outcome", "answered", "uncounted", "refused", "lost"),
        sa.Index(None, "month", "at"),
        sa.Index(None, "persona_id", "month"),
    )


def writings() -> None:
    """Requests for text."""
    op.create_table(
        "writings",
        key(),
        link("persona_id", "personas.id"),
        link("persona_revision_id", "persona_revisions.id"),
        document("draft"),
        text("status"),
        instant("created_at"),
        text("created_by"),
        document("variants"),
        text("error"),
        instant("finished_at", nullable=True),
        one_of("status", "queued", "running", "succeeded", "failed", "cancelled"),
        sa.Index(None, "persona_id", "created_at"),
        sa.Index(None, "created_at"),
    )


def outlines() -> None:
    """Carousels and threads, a row per version."""
    op.create_table(
        "outlines",
        text("id"),
        sa.Column("version", sa.Integer, nullable=False),
        link("persona_id", "personas.id"),
        text("kind"),
        instant("created_at"),
        document("document"),
        sa.PrimaryKeyConstraint("id", "version"),
        one_of("kind", "carousel", "thread"),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.Index(None, "persona_id", "created_at"),
    )

"""The identity lock: reference pictures, locks of a look, character sets and LoRA trainings.

Why: a persona stays itself only when somebody wrote down what it looks like, and holds to it.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_identity"
down_revision = "2026_11_22_publishing"
branch_labels = None
depends_on = None

TABLES = (
    "reference_images",
    "reference_changes",
    "look_locks",
    "character_sets",
    "character_shots",
    "lora_trainings",
)


def upgrade() -> None:
    """Make them."""
    references()
    locks()
    character_sets()
    trainings()


def downgrade() -> None:
    """Drop them, what refers to others first."""
    for table in reversed(TABLES):
        op.drop_table(table)


def text(name: str) -> sa.Column[str]:
    """A text column."""
    return sa.Column(name, sa.Text, nullable=False)


def key() -> sa.Column[str]:
    """A primary key."""
    return sa.Column("id", sa.Text, primary_key=True)


def link(name: str, target: str, *, nullable: bool = False) -> sa.Column[str]:
    """A foreign key."""
    return sa.Column(name, sa.Text, sa.ForeignKey(target), nullable=nullable)


def instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    """A UTC instant."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def document(name: str) -> sa.Column[object]:
    """A JSON document."""
    return sa.Column(name, sa.JSON, nullable=False)


def one_of(column: str, *words: str) -> sa.CheckConstraint:
    """A closed vocabulary."""
    quoted = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({quoted})", name=column)


def references() -> None:
    """Reference pictures and their history."""
    states = ("candidate", "accepted", "rejected")
    op.create_table(
        "reference_images",
        key(),
        link("persona_id", "personas.id"),
        link("asset_id", "assets.id"),
        text("state"),
        instant("at"),
        text("by"),
        text("reason"),
        sa.UniqueConstraint("persona_id", "asset_id"),
        one_of("state", *states),
    )
    op.create_table(
        "reference_changes",
        key(),
        link("reference_id", "reference_images.id"),
        link("persona_id", "personas.id"),
        text("state"),
        instant("at"),
        text("by"),
        text("reason"),
        one_of("state", *states),
        sa.Index(None, "persona_id", "at"),
    )


def locks() -> None:
    """Locks of a look; one of them at most is in force."""
    in_force = sa.text("opened_at IS NULL")
    op.create_table(
        "look_locks",
        key(),
        link("persona_id", "personas.id"),
        link("persona_revision_id", "persona_revisions.id"),
        instant("locked_at"),
        text("locked_by"),
        instant("opened_at", nullable=True),
        text("opened_by"),
        text("opened_reason"),
        sa.CheckConstraint("opened_at IS NULL OR opened_reason <> ''", name="reason"),
        sa.Index(
            "uq_look_locks_in_force",
            "persona_id",
            unique=True,
            sqlite_where=in_force,
            postgresql_where=in_force,
        ),
        sa.Index(None, "persona_id", "locked_at"),
    )


def character_sets() -> None:
    """Character sets and their shots."""
    op.create_table(
        "character_sets",
        key(),
        link("persona_id", "personas.id"),
        link("persona_revision_id", "persona_revisions.id"),
        text("generator"),
        sa.Column("seed", sa.BigInteger, nullable=False),
        instant("created_at"),
        text("created_by"),
        document("settings"),
        sa.Index(None, "persona_id", "created_at"),
    )
    op.create_table(
        "character_shots",
        key(),
        link("set_id", "character_sets.id"),
        sa.Column("number", sa.Integer, nullable=False),
        text("key"),
        text("state"),
        sa.Column("attempts", sa.Integer, nullable=False),
        link("generation_id", "generations.id", nullable=True),
        link("asset_id", "assets.id", nullable=True),
        text("error"),
        instant("finished_at", nullable=True),
        sa.UniqueConstraint("set_id", "number"),
        one_of("state", "pending", "done", "failed"),
        sa.CheckConstraint("attempts >= 0", name="attempts"),
        sa.CheckConstraint("state <> 'done' OR asset_id IS NOT NULL", name="asset"),
    )


def trainings() -> None:
    """Trainings of LoRAs."""
    op.create_table(
        "lora_trainings",
        key(),
        link("persona_id", "personas.id"),
        link("persona_revision_id", "persona_revisions.id"),
        text("base_model"),
        text("trigger"),
        instant("created_at"),
        text("created_by"),
        document("parameters"),
        text("path"),
        sa.Column("loss", sa.Double),
        instant("finished_at", nullable=True),
        sa.Index(None, "persona_id", "created_at"),
    )

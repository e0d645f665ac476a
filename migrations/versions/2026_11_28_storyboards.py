"""Storyboards with their versions.

Why: a video is made from a brief in stages; each is kept as soon as it is there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_storyboards"
down_revision = "2026_11_28_video"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table: a row per version."""
    op.create_table(
        "storyboards",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("persona_id", sa.Text, sa.ForeignKey("personas.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", "version"),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.Index(None, "persona_id", "created_at"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("storyboards")

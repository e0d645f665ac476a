"""Whose turn it is among waiting jobs, and what a worker does well to have loaded for them.

Why: a person who waits goes before a batch, and a warm worker gets the work that suits it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_turns"
down_revision = "2026_11_22_identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns."""
    op.add_column("jobs", sa.Column("rank_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("jobs", sa.Column("affinity", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("jobs", "affinity")
    op.drop_column("jobs", "rank_at")
